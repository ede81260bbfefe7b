import { decodeBlock, type RecordName, type RecordTypes, topic as specOf } from '@spanwise/schemas';
import type { Kafka } from 'kafkajs';
import { bucketOf, type Difference, differences, MultisetSums } from './multiset-sums.ts';
import type { LatestRevisions } from './stored-revisions.ts';
import { readTopics } from './topic-reader.ts';

export interface TopicDifference extends Difference {
  readonly topic: string;
}

/** What a record is about; records of one id are its revisions. */
const idOf: { [N in RecordName]?: (record: RecordTypes[N]) => string } = {
  Finding: ({ findingId }) => findingId,
  Run: ({ traceId, continuation }) => `${traceId} ${continuation}`,
  Session: ({ sessionId }) => sessionId,
  SpanRevision: ({ traceId, spanId }) => `${traceId} ${spanId}`,
  Signal: ({ keyKind, key }) => `${keyKind} ${key}`,
};

export type IsPoison = (topic: string, value: Buffer | null) => boolean;

/** What two systems wrote to a topic. */
export interface Pair {
  readonly topic: string;
  /** Names of the topics that hold what is expected, together; and of the one that holds what is found */
  readonly expected: readonly string[];
  readonly found: string;
  /** Only the records that this service sent; default: all */
  readonly source?: string;
}

/** One side of a pair. */
interface Side extends Pick<Pair, 'topic' | 'source'> {
  readonly names: readonly string[];
}

/**
 * Compares all records of topics, every revision, field by field, as multisets: which one a record comes after depends on
 * how many partitions were read at once.
 *
 * @param isPoison messages that are accounted for apart, though they can be read
 * @returns what differs, how many records there are by topic, and the latest revision of what has any
 */
export async function compareTopics(
  kafka: Kafka,
  pairs: readonly Pair[],
  isPoison: IsPoison,
): Promise<{ differing: TopicDifference[]; records: Record<string, number>; latest: LatestRevisions }> {
  const differing: TopicDifference[] = [];
  const latest = new Map<string, Map<string, number>>();
  const records: Record<string, number> = {};
  for (const pair of pairs) {
    const topic = pair.source === undefined ? pair.topic : `${pair.topic} of ${pair.source}`;
    const expected: Side = { ...pair, names: pair.expected };
    const found: Side = { ...pair, names: [pair.found] };
    const revisions = new Map<string, number>();
    latest.set(topic, revisions);
    const expectedSums = await sumsOf(kafka, expected, isPoison);
    const foundSums = await sumsOf(kafka, found, isPoison, revisions);
    records[topic] = foundSums.size;
    const buckets = expectedSums.differingFrom(foundSums);
    if (buckets.size === 0) continue;
    const sides = [
      await recordsIn(kafka, expected, isPoison, buckets),
      await recordsIn(kafka, found, isPoison, buckets),
    ] as const;
    differing.push(...differences(...sides).map((difference) => ({ topic, ...difference })));
  }
  return { differing, records, latest };
}

async function sumsOf(
  kafka: Kafka,
  side: Side,
  isPoison: IsPoison,
  revisions: Map<string, number> = new Map(),
): Promise<MultisetSums> {
  const sums = new MultisetSums();
  await eachRecord(kafka, side, isPoison, (id, json, record) => {
    sums.add(id, json);
    if ('revision' in record) revisions.set(id, Math.max(revisions.get(id) ?? 0, record.revision));
  });
  return sums;
}

async function recordsIn(kafka: Kafka, side: Side, isPoison: IsPoison, buckets: ReadonlySet<number>) {
  const records = new Map<string, string[]>();
  await eachRecord(kafka, side, isPoison, (id, record) => {
    if (!buckets.has(bucketOf(id))) return;
    const others = records.get(id);
    if (others) others.push(record);
    else records.set(id, [record]);
  });
  return records;
}

async function eachRecord(
  kafka: Kafka,
  { topic, names, source }: Side,
  isPoison: IsPoison,
  visit: (id: string, json: string, record: RecordTypes[RecordName]) => void,
): Promise<void> {
  const name = specOf(topic).record as RecordName;
  const isMeant = (record: object) => source === undefined || ('source' in record && record.source === source);
  const id = idOf[name] as (record: unknown) => string;
  await readTopics(kafka, names, (messages) => {
    for (const { value } of messages) {
      if (isPoison(topic, value)) continue;
      for (const record of readable(name, value).filter(isMeant)) visit(id(record), JSON.stringify(record), record);
    }
  });
}

/** Nothing of a message that is poison: those are accounted for apart. */
function readable(name: RecordName, value: Buffer | null): RecordTypes[RecordName][] {
  try {
    return value === null ? [] : decodeBlock(name, value);
  } catch {
    return [];
  }
}
