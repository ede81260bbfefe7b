export { Backoff, type BackoffMs, persist } from './backoff.ts';
export type {
  Batch,
  Broker,
  BrokerMessage,
  CommittedOffset,
  GroupListener,
  GroupMember,
  OutgoingMessage,
  Transaction,
  TransactionalProducer,
} from './broker/broker.ts';
export { crashLevel } from './broker/crash-level.ts';
export { KafkaBroker, type KafkaBrokerOptions } from './broker/kafkajs.ts';
export { type KafkaOptions, kafkaClient } from './broker/kafkajs-client.ts';
export { type Undecodable, undecodableBatch } from './broker/undecodable.ts';
export { whileRunning } from './broker/while-running.ts';
export { fittingLetter, letterKey } from './dead-letter.ts';
export { ENGINE_DEFAULTS, type EngineOptions, type LogClock, logClocks } from './engine-options.ts';
export type { Logger } from './logger.ts';
export type { CommitEvent, DeadLetterEvent, EngineObserver, RestoreEvent } from './observer.ts';
export { murmur2, partitionForKey } from './partition.ts';
export { StandstillError, TruncatedInputError, UnrestorableStateError } from './restore.ts';
export { decodeResumePoint, type ResumePoint } from './resume-point.ts';
export { StateLoad } from './state-load.ts';
export { StreamEngine } from './stream-engine.ts';
export { type TestDriverOptions, TopologyTestDriver } from './test-driver.ts';
export { ensureTopics, partitionCount, type TopicOverrides, UnusableTopicError } from './topics.ts';
export {
  DEAD_LETTERS,
  type KeyedStore,
  type KeySlots,
  type Migration,
  type Processor,
  type ProcessorContext,
  type Reorder,
  type Topology,
} from './topology.ts';
