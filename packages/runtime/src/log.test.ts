import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, test } from 'vitest';
import { kafkajsLogCreator } from './log.ts';

test('kafkajs errors and warnings keep their level and fields, its news go to debug', () => {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  const write = kafkajsLogCreator(pino({ level: 'debug', formatters: { level: (level) => ({ level }) } }, sink))(5);
  const log = { message: 'Connection error', timestamp: 'now', logger: 'kafkajs', broker: 'a:9092' };
  for (const level of [1, 2, 4]) write({ namespace: 'Connection', level, log });
  expect(lines.map((line) => line.level)).toEqual(['error', 'warn', 'debug']);
  expect(lines[0]).toMatchObject({ msg: 'Connection error', kafkajs: 'Connection', broker: 'a:9092' });
  expect(lines[0]).not.toHaveProperty('logger');
});
