import * as stream from '@spanwise/stream';
import type { Kafka } from 'kafkajs';

/** A client for the commands, which tell what is wrong in their own words. */
export function kafkaClient(brokers: readonly string[]): Kafka {
  return stream.kafkaClient({ clientId: 'spanwise-local', brokers: [...brokers] });
}
