import { expect, it } from 'vitest';
import { PoisonBook } from './poison-book.ts';

const value = Buffer.from('poison');
const poison = { form: 'bytes of anything', value, reason: 'undecodable' } as const;

it('each reader of a topic owes a letter for each time that a poison stands there', () => {
  const book = new PoisonBook();
  book.sent('spans', poison);
  const letters = [3, 9].flatMap((offset) => book.lettersFor('spans', { partition: 1, offset, value }));
  expect(letters.map(({ service, offset }) => `${service} ${offset}`)).toEqual([
    'detect 3',
    'store 3',
    'detect 9',
    'store 9',
  ]);
  expect(book.lettersFor('signals', { partition: 1, offset: 0, value })).toEqual([]);
  expect(book.lost).toEqual([]);
});

it('only ingest reads what a Collector writes', () => {
  const book = new PoisonBook();
  book.sent('otlp_spans', poison);
  expect(book.lettersFor('otlp_spans', { partition: 0, offset: 0, value })).toMatchObject([{ service: 'ingest' }]);
});

it('a poison that was acknowledged and stands nowhere is lost, though no letter is owed for it', () => {
  const book = new PoisonBook();
  book.sent('spans', poison);
  book.sent('spans', poison);
  book.lettersFor('spans', { partition: 0, offset: 0, value });
  expect(book.lost).toEqual(['bytes of anything in spans: sent 2 times, there 1 times']);
});
