import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSpec } from '@spanwise/schemas';
import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs';

/** A broker that is busy with its disk takes seconds until it tells of topics that were made. */
const KNOWN_WITHIN_MS = 20_000;
const NOT_YET: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
]);

export interface TopicOverrides {
  /** Number of partitions by topic name (without prefix), where an operator chose other than the topic file says. */
  partitions?: Readonly<Record<string, number>>;
  /** Copies of each partition; without it the broker's default. */
  replicationFactor?: number;
  /** Kafka topic configuration that goes before the topic file's, for every topic. */
  config?: Readonly<Record<string, string>>;
}

/** A topic is there that cannot be used: no waiting mends it, the message says what does. */
export class UnusableTopicError extends Error {
  override readonly name = 'UnusableTopicError';
}

/** How many partitions a topic is to have: the operator's number, of this topic or of the one it follows, else the file's. */
export function partitionCount(spec: TopicSpec, specs: readonly TopicSpec[], overrides: TopicOverrides = {}): number {
  const own = overrides.partitions?.[spec.name];
  if (own !== undefined) return own;
  const like = specs.find((other) => other.name === spec.partitionsLike);
  return like ? partitionCount(like, specs, overrides) : spec.partitions;
}

/**
 * Creates the topics that are not there yet, named prefix + name; the names created are returned. Several processes may do
 * it at the same moment. Throws, and says what to do, when a topic is there with another number of partitions, or one that
 * is to keep everything would lose it to retention.
 */
export async function ensureTopics(
  admin: Admin,
  specs: readonly TopicSpec[],
  prefix = '',
  overrides: TopicOverrides = {},
): Promise<string[]> {
  const wanted = new Map(specs.map((spec) => [prefix + spec.name, partitionCount(spec, specs, overrides)]));
  const present = new Set(await admin.listTopics());
  const missing = specs.filter((spec) => !present.has(prefix + spec.name));
  if (missing.length > 0) {
    await admin.createTopics({
      // kafkajs asks once, 100 ms later, and a busy broker may not know its new topics by then
      waitForLeaders: false,
      topics: missing.map((spec) => ({
        topic: prefix + spec.name,
        numPartitions: wanted.get(prefix + spec.name) as number,
        replicationFactor: overrides.replicationFactor ?? -1,
        configEntries: Object.entries({ ...spec.config, ...overrides.config }).map(([name, value]) => ({
          name,
          value,
        })),
      })),
    });
  }
  const topics = await described(admin, [...wanted.keys()]);
  for (const { name, partitions } of topics) {
    const count = wanted.get(name);
    // kafkajs also tells of topics that this client had to do with before
    if (count !== undefined && partitions.length !== count) {
      throw new UnusableTopicError(
        `topic ${name} has ${partitions.length} partitions, ${count} are configured. A key's partition depends on their ` +
          'number, so it cannot change under running state: configure the number that the topic has, or drain the ' +
          'pipeline, delete the topic together with the changelogs, and start again.',
      );
    }
  }
  await checkRetention(admin, specs, prefix);
  const created = missing.map((spec) => prefix + spec.name);
  await untilServed(admin, created);
  return created;
}

const KEEPS_EVERYTHING = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };

/** State that is older than a retention would be gone, and compaction takes no messages without a key. */
async function checkRetention(admin: Admin, specs: readonly TopicSpec[], prefix: string): Promise<void> {
  const kept = specs.filter(({ config }) => config['retention.ms'] === '-1').map(({ name }) => prefix + name);
  if (kept.length === 0) return;
  const configNames = Object.keys(KEEPS_EVERYTHING);
  const { resources } = await onceKnown(() =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: kept.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames })),
    }),
  );
  for (const { resourceName, configEntries } of resources) {
    for (const [name, wanted] of Object.entries(KEEPS_EVERYTHING)) {
      const found = configEntries.find(({ configName }) => configName === name)?.configValue;
      if (found === undefined || found === wanted) continue;
      throw new UnusableTopicError(
        `topic ${resourceName} has ${name}=${found}: it holds state, of which none may be lost. Its owner deletes what is no ` +
          `longer needed; set ${name}=${wanted} (kafka-configs.sh --alter --entity-type topics --entity-name ${resourceName}).`,
      );
    }
  }
}

/** The topics as the broker knows them, once it knows all of them. */
function described(admin: Admin, names: string[]): Promise<ITopicMetadata[]> {
  return onceKnown(async () => (await admin.fetchTopicMetadata({ topics: names })).topics);
}

/** A topic is known before each of its leaders serves it: a producer that then has to send a request again may do it twice. */
async function untilServed(admin: Admin, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => onceKnown(() => admin.fetchTopicOffsets(name))));
}

async function onceKnown<T>(ask: () => Promise<T>): Promise<T> {
  const giveUp = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { type, cause } = error as { type?: string; cause?: { type?: string } };
      if (!NOT_YET.has(type ?? cause?.type ?? '') || performance.now() > giveUp) throw error;
      await sleep(50);
    }
  }
}
