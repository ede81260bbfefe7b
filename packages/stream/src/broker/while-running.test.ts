import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { whileRunning } from './while-running.ts';

const consumer = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'], logLevel: kafkajs.logLevel.NOTHING }).consumer({
  groupId: 'g',
});
const place = { topic: 't', partitions: [0] };

it.each<[string, () => void]>([
  ['paused', () => consumer.pause([place])],
  ['resumed', () => consumer.resume([place])],
  ['sought', () => consumer.seek({ topic: 't', partition: 0, offset: '1' })],
])('a consumer that does not run may be %s, in vain', (_, call) => {
  expect(call).toThrow();
  whileRunning(call);
});

it('what is wrong otherwise is thrown', () => {
  expect(() => whileRunning(() => consumer.seek({ topic: 't', partition: 0, offset: 'x' }))).toThrow('Invalid offset');
});
