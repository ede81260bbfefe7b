import { decodeBlock, encodeBlock, type SpanRevision } from '@spanwise/schemas';
import { type Booking, booking, entry } from './ledger.ts';

/** Numbered entries for `accounts` accounts, one block each, and what must have become of them. */
export class LedgerAudit {
  readonly #accounts: number;
  readonly #sent = new Map<string, number>();
  #next = 0;
  #blocks = 0;

  constructor(accounts: number) {
    this.#accounts = accounts;
  }

  get sent(): number {
    return this.#sent.size;
  }

  /** Blocks of `size` new entries of one account each, as [account, block]. */
  *blocks(count: number, size: number): Generator<[string, Buffer]> {
    for (let i = 0; i < count; i++) {
      const account = `account-${this.#blocks++ % this.#accounts}`;
      const records = Array.from({ length: size }, () => {
        const id = `${this.#next++}`;
        const amount = 1 + (this.#next % 7);
        this.#sent.set(id, amount);
        return entry(account, id, this.#next, amount);
      });
      yield [account, encodeBlock('SpanRevision', records)];
    }
  }

  /** What is wrong with the committed outputs; an empty list when every entry was booked, closed and totalled exactly once. */
  problems(bookingBlocks: readonly Buffer[], totalBlocks: readonly Buffer[]): string[] {
    const problems: string[] = [];
    const bookings = decode(bookingBlocks).map(booking);
    const times = new Map<string, number>();
    for (const { id } of bookings) times.set(id, (times.get(id) ?? 0) + 1);
    for (const id of this.#sent.keys()) {
      const count = times.get(id) ?? 0;
      if (count !== 1) problems.push(`entry ${id} was booked ${count} times`);
    }
    const expected = [...this.#sent.values()].reduce((sum, amount) => sum + amount, 0);
    const closed = bookings.filter(({ id }) => id === 'closed').reduce((sum, { balance }) => sum + balance, 0);
    if (closed !== expected) problems.push(`accounts were closed with ${closed} instead of ${expected}`);
    const total = decode(totalBlocks).reduce((sum, { revision }) => sum + revision, 0);
    if (total !== expected) problems.push(`the totals are ${total} instead of ${expected}`);
    problems.push(...runningBalances(bookings));
    return problems.slice(0, 10);
  }

  /** All entries are booked, and all accounts closed. */
  complete(bookingBlocks: readonly Buffer[]): boolean {
    const bookings = decode(bookingBlocks).map(booking);
    const ids = new Set(bookings.map(({ id }) => id));
    const open = new Set<string>();
    for (const { account, id } of bookings) {
      if (id === 'closed') open.delete(account);
      else open.add(account);
    }
    return open.size === 0 && [...this.#sent.keys()].every((id) => ids.has(id));
  }
}

function decode(blocks: readonly Buffer[]): SpanRevision[] {
  return blocks.flatMap((block) => decodeBlock('SpanRevision', block));
}

/** An account's balance only grows until it is closed, and then is what it last was. */
function runningBalances(bookings: readonly Booking[]): string[] {
  const problems: string[] = [];
  const balances = new Map<string, number>();
  for (const { account, id, balance } of bookings) {
    const before = balances.get(account) ?? 0;
    if (id === 'closed') {
      if (balance !== before) problems.push(`${account} was closed with ${balance} after ${before}`);
      balances.delete(account);
      continue;
    }
    if (balance <= before) problems.push(`${account} went from ${before} to ${balance} with entry ${id}`);
    balances.set(account, balance);
  }
  return problems;
}
