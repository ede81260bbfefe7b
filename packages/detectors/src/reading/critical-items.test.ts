import { expect, test } from 'vitest';
import { criticalItems } from './critical-items.ts';

test.each([
  ['my order #W1234567 for mia_li_3668', ['identifier #W1234567', 'identifier mia_li_3668']],
  ['write to mia.li@example.com', ['identifier mia.li@example.com']],
  ['pay at most 1,200.50 or 45 dollars', ['number 1,200.50', 'number 45']],
  ['from 2024-05-20 until May 23', ['date 2024-05-20', 'date May 23']],
  ['flight HAT-170 please', ['identifier HAT-170']],
  ['do not book morning flights.', ['prohibition do not book morning flights']],
  ['les mouvements de 2026-04, jamais par SMS', ['date 2026-04', 'prohibition jamais par SMS']],
  ['Bitte auf keinen Fall Erdnüsse.', ['prohibition keinen Fall Erdnüsse']],
  ['Niemals per SMS.', ['prohibition Niemals per SMS']],
  ['Reserve sin mariscos y sin gluten', ['prohibition sin mariscos y sin gluten']],
  ['Ne pas arrêter la chaudière.', ['prohibition Ne pas arrêter la chaudière']],
  ['call 2026-1345', []],
  ['nein danke, das ist nicht so', []],
  ['2 bags and a lamp', []],
  ['hello there, how are you', []],
  ['no thanks, that is all', []],
  ['Not sure what you mean', []],
])('%s', (text, items) => {
  expect(criticalItems(text).map(({ kind, stated }) => `${kind} ${stated}`)).toEqual(items);
});

test('a prohibition in another language may be kept in English', () => {
  const [item] = criticalItems('Bitte niemals per Telefon');
  expect(item?.anyOf.some((text) => 'The customer does not want calls.'.includes(text))).toBe(true);
});

test('a number is known without its commas', () => {
  expect(criticalItems('1,200 euros')[0]?.anyOf).toEqual(['1,200', '1200']);
});

test('at most 24 items are kept of a long text', () => {
  expect(criticalItems(Array.from({ length: 90 }, (_, i) => `id-${i}`).join(' '))).toHaveLength(24);
});
