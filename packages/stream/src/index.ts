export type { Logger } from './logger.ts';
export type { CommitEvent, DeadLetterEvent, EngineObserver, RestoreEvent } from './observer.ts';
export { murmur2, partitionForKey } from './partition.ts';
export { type TestDriverOptions, TopologyTestDriver } from './test-driver.ts';
export { ensureTopics, partitionCount, type TopicOverrides } from './topics.ts';
export {
  DEAD_LETTERS,
  type KeyedStore,
  type Migration,
  type Processor,
  type ProcessorContext,
  type Reorder,
  type Topology,
} from './topology.ts';
