import { expect, test } from 'vitest';
import { holdsAlready } from './holds-already.ts';

const status = (value: string) => `\nstatus\t${value}\n`;

test.each([
  ['cancel_order', 'Error: order #W12 is already cancelled'],
  ['cancelPendingOrder', 'This order has already been canceled.'],
  ['order_cancel', 'HTTP 409: already cancelled'],
  ['cancel_subscription', 'Das Abonnement wurde bereits gekündigt.'],
  ['cancel_booking', 'Cette réservation est déjà annulée'],
  ['cancel_booking', 'La reserva ya está cancelada'],
  ['cancel_booking', 'La prenotazione è già stata annullata'],
  ['cancel_booking', 'A reserva já foi cancelada'],
  ['cancel_booking', 'この予約は既にキャンセルされています'],
  ['cancel_booking', '订单已取消'],
  ['resume_line', 'Error: Line must be suspended to resume'],
  ['resume_line', 'Line is not suspended'],
  ['unlock_account', "The account isn't locked."],
  ['suspend_line', 'Line is already suspended'],
  ['start_instance', 'Instance i-12 is already running'],
  ['activate_card', 'Die Karte ist schon aktiv'],
  ['delete_file', 'already deleted'],
  ['close_ticket', 'Ticket must be open to close it'],
  ['approve_request', 'request was already approved'],
  ['git_commit', 'nothing to commit, working tree clean'],
  ['update_profile', 'No changes needed'],
])('%s: "%s" tells that it holds already', (tool, words) => expect(holdsAlready(words, tool, '')).toBe(true));

test('of a tool that sets a state the argument says which one is wanted', () => {
  const words = 'Status is already cancelled';
  expect(holdsAlready(words, 'update_order_status', status('cancelled'))).toBe(true);
  expect(holdsAlready(words, 'update_order_status', status('shipped'))).toBe(false);
  expect(holdsAlready(words, 'update_order_status', '')).toBe(false);
});

test.each([
  ['cancel_order', 'order has already been shipped'],
  ['cancel_order', 'cannot be cancelled: it has already shipped'],
  ['cancel_order', 'the order was already delivered or cancelled'],
  ['cancel_order', 'the order was already cancelled or delivered'],
  ['cancel_order', 'can only be cancelled if not already cancelled by the carrier'],
  ['cancel_order', 'Order must be pending to cancel'],
  ['cancel_order', 'Error al cancelar el pedido: tiempo agotado'],
  ['create_user', 'User already exists'],
  ['mkdir', 'File exists'],
  ['book_seat', 'seat 12A is already booked'],
  ['register_user', 'this e-mail is already registered'],
  ['assign_ticket', 'ticket is already assigned'],
  ['lock_file', 'file is already locked by another process'],
  ['accept_offer', 'offer was already accepted'],
  ['issue_refund', 'order was already refunded'],
  ['start_server', 'port 8080 is already in use'],
  ['resume_line', 'Line must be active to resume'],
  ['resume_line', 'Line must not be suspended for fraud'],
  ['resume_line', 'El número ya no está activo'],
  ['activate_card', 'card is not active'],
  ['activate_card', 'card is already inactive'],
  ['unsubscribe_user', 'already subscribed'],
  ['unblock_card', 'card is already blocked'],
  ['delete_file', 'file not found'],
  ['update_profile', 'profile not found, nothing to update'],
  ['resume_line', 'timed out'],
])('%s: "%s" does not', (tool, words) => expect(holdsAlready(words, tool, '')).toBe(false));
