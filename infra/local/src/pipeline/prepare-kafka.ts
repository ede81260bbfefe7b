import { type TopicSpec, topics } from '@spanwise/schemas';
import { ensureTopics, type LogClock } from '@spanwise/stream';
import { kafkaClient } from '../kafka-client.ts';

/** What `detect` and `correlate` read. */
const INPUTS: ReadonlySet<string> = new Set(['spans', 'signals']);

/** Their messages say what time it is, of long ago too: none is too old to be kept. */
const OWN_TIME = { 'message.timestamp.type': 'CreateTime', 'retention.ms': '-1' };

/**
 * Creates the topics of the pipeline that are missing. Throws, and says what to do, if one has another shape.
 *
 * @param clock of log time
 */
export async function prepareKafka(
  brokers: readonly string[],
  topicPrefix: string,
  clock: LogClock = 'broker',
): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  try {
    await ensureTopics(admin, clock === 'broker' ? topics : topics.map(withOwnTime), topicPrefix);
  } finally {
    await admin.disconnect();
  }
}

function withOwnTime(spec: TopicSpec): TopicSpec {
  return INPUTS.has(spec.name) ? { ...spec, config: { ...spec.config, ...OWN_TIME } } : spec;
}
