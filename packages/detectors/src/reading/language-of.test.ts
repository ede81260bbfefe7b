import { expect, test } from 'vitest';
import { languageOf } from './language-of.ts';

test.each([
  ['Where is my order W1234567? I must not be charged more than 20 EUR.', 'en'],
  ['Please refund the last invoice, I was charged twice for it', 'en'],
  ['Bitte erstatten Sie mir die letzte Rechnung, sie wurde doppelt abgebucht.', 'de'],
  ['Wo ist mein Paket, und wann kommt es?', 'de'],
  ['Bonjour, où est ma commande et quand sera-t-elle livrée ?', 'fr'],
  ['Hola, ¿dónde está mi pedido? Quiero cambiar la dirección.', 'es'],
  ['Vorrei sapere dove è il mio ordine, grazie', 'it'],
  ['Quero cancelar minha assinatura, como posso fazer?', 'pt'],
  ['Waar is mijn bestelling en wanneer wordt het bezorgd?', 'nl'],
  ['Gdzie jest moje zamówienie i kiedy będzie?', 'pl'],
  ['Siparişim nerede, ne zaman gelecek? Bu çok geç.', 'tr'],
  ['注文はどこですか。東京に届けてください。', 'ja'],
  ['我的订单 W1234567 在哪里？', 'zh'],
  ['내 주문은 어디에 있나요?', 'ko'],
  ['Где мой заказ и когда он придёт?', 'ru'],
  ['Де моє замовлення і коли воно прийде?', 'uk'],
  ['أين طلبي؟', 'ar'],
  // names of another language do not tell
  ['Please book a table at 東京 Sushi for the four of us', 'en'],
  ['Book flight AMS-JFK 12 May', 'other'],
  ['ok', 'other'],
  ['{"a": 1}', 'other'],
  ['4711 - 12:30', ''],
  ['', ''],
])('%s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

test('a long text takes no longer than its beginning', () => {
  expect(languageOf(`Where is the order that I was promised? ${'x'.repeat(1_000_000)}`)).toBe('en');
});
