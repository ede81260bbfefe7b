import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { crashLevel } from './crash-level.ts';

const exceeded = (cause: Error) => Object.assign(new kafkajs.KafkaJSNonRetriableError('too often'), { cause });

it.each<[string, Error, 'warn' | 'error']>([
  ['a lost connection passes', new kafkajs.KafkaJSError('Connection closed'), 'warn'],
  ['a lost connection that was tried too often passes too', exceeded(new kafkajs.KafkaJSError('closed')), 'warn'],
  ['what kafkajs does not try again needs somebody', new kafkajs.KafkaJSNonRetriableError('not implemented'), 'error'],
  ['an error of ours needs somebody, however often it was tried', exceeded(new TypeError('no function')), 'error'],
])('%s', (_, error, level) => {
  expect(crashLevel(error)).toBe(level);
});
