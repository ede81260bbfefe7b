import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from './broker/broker.ts';
import { planSends } from './commit-plan.ts';

const LIMIT = 100;
const anyMessage: fc.Arbitrary<OutgoingMessage> = fc.record({
  topic: fc.constantFrom('changelog', 'out'),
  partition: fc.nat(2),
  value: fc.integer({ min: 1, max: 150 }).map((length) => Buffer.alloc(length)),
});
const placeOf = ({ topic, partition }: OutgoingMessage) => `${topic}/${partition}`;
const byPlace = (messages: readonly OutgoingMessage[]) => Map.groupBy(messages, placeOf);

describe('the sends of a commit', () => {
  it('carry every message once, each partition in its order, and no more to one than Kafka takes at a time', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 60 }), (messages) => {
        const sends = planSends(messages, LIMIT);
        expect(byPlace(sends.flat())).toEqual(byPlace(messages));
        for (const send of sends) {
          for (const batch of byPlace(send).values()) {
            const bytes = batch.reduce((sum, { value }) => sum + value.length, 0);
            if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(LIMIT);
          }
        }
      }),
    );
  });

  it('are as few as that allows, and begin with the first message of each partition', () => {
    const message = (topic: string, length: number) => ({ topic, partition: 0, value: Buffer.alloc(length) });
    const messages = [message('changelog', 60), message('changelog', 40), message('changelog', 1), message('out', 90)];
    const [first, second, ...others] = planSends(messages, LIMIT);
    expect(first).toEqual([messages[0], messages[1], messages[3]]);
    expect(second).toEqual([messages[2]]);
    expect(others).toEqual([]);
  });
});
