import type { Kafka } from 'kafkajs';
import { expect, it } from 'vitest';
import { GroupLag, type Lag } from './group-lag.ts';

/** Where groups and topics of one partition stand; what is not named stands at 0. */
interface Standing {
  readonly ends: Record<string, number>;
  readonly committed: Record<string, Record<string, number>>;
}

/** What an admin client tells of it. */
function kafkaAt(now: () => Standing): Kafka {
  const admin = {
    async connect() {},
    async disconnect() {},
    async fetchTopicOffsets(topic: string) {
      return [{ partition: 0, high: String(now().ends[topic] ?? 0) }];
    },
    async fetchOffsets({ groupId, topics }: { groupId: string; topics: string[] }) {
      return topics.map((topic) => ({
        topic,
        partitions: [{ partition: 0, offset: String(now().committed[groupId]?.[topic] ?? -1) }],
      }));
    },
  };
  return { admin: () => admin } as unknown as Kafka;
}

const find = (lags: readonly Lag[], group: string, topic: string): Lag => {
  const lag = lags.find((each) => each.group === group && each.topic === topic);
  if (!lag) throw new Error(`${group} does not read ${topic}`);
  return lag;
};

it('two groups that stand still at two places of one partition do not move', async () => {
  const standing = { ends: { spans: 900 }, committed: { detect: { spans: 100 }, store: { spans: 500 } } };
  const lag = new GroupLag(kafkaAt(() => standing));
  for (let poll = 0; poll < 3; poll += 1) {
    const lags = await lag.read();
    expect(find(lags, 'detect', 'spans').movedAtMs).toBe(0);
    expect(find(lags, 'store', 'spans').movedAtMs).toBe(0);
  }
});

it('one group that moves says nothing of the other', async () => {
  let detect = 100;
  const lag = new GroupLag(kafkaAt(() => ({ ends: { spans: 900 }, committed: { detect: { spans: detect } } })));
  await lag.read();
  detect = 200;
  const lags = await lag.read();
  expect(find(lags, 'detect', 'spans').movedAtMs).toBeGreaterThan(0);
  expect(find(lags, 'store', 'spans').movedAtMs).toBe(0);
});

it('a few messages may be ends of transactions, but not where nobody writes in any', async () => {
  const lag = new GroupLag(kafkaAt(() => ({ ends: { spans: 3, findings: 3 }, committed: {} })));
  await lag.read();
  const lags = await lag.read();
  expect(find(lags, 'detect', 'spans').behindMs).toBeGreaterThan(0);
  expect(find(lags, 'store', 'findings').behindMs).toBe(0);
});
