import { Kafka, logLevel } from 'kafkajs';

/** A client for the commands, which tell what is wrong in their own words. */
export function kafkaClient(brokers: readonly string[]): Kafka {
  return new Kafka({ clientId: 'spanwise-local', brokers: [...brokers], logLevel: logLevel.NOTHING });
}
