import { expect, test } from 'vitest';
import { isScaled, numberAt, unitAt } from './units.ts';

const unitOf = (text: string, number: string): string | undefined => {
  const place = numberAt(text, number);
  return place && unitAt(text, place);
};

test.each([
  ['We paid € 1,250.50 today', '1250.5', 'eur'],
  ['Es kostet 1.250,50 EUR.', '1250.5', 'eur'],
  ['$86', '86', 'usd'],
  ['CHF 666 wurden bezahlt', '666', 'chf'],
  ['it weighs 45 kg', '45', 'kg'],
  ['784 965 rows were loaded', '784965', 'rows'],
  ['down by -24.9 %', '-24.9', 'percent'],
  ['in 2024 the company', '2024', ''],
  ['room 12 of 40', '12', ''],
])('the unit in “%s” of %s is “%s”', (text, number, unit) => {
  expect(unitOf(text, number)).toBe(unit);
});

test.each([
  ['order A-1042', '1042'],
  ['it is 15144', '151'],
  ['it is 151.44', '151'],
])('“%s” does not have the number %s', (text, number) => {
  expect(numberAt(text, number)).toBeUndefined();
});

test.each([
  ['€1.25 million', '1.25', true],
  ['etwa 1,3 Mio. EUR', '1.3', true],
  ['120 k rows', '120', true],
  ['1.25 miles', '1.25', false],
  ['86 EUR', '86', false],
])('“%s”: %s is scaled: %s', (text, number, scaled) => {
  const place = numberAt(text, number);
  expect(place && isScaled(text, place)).toBe(scaled);
});
