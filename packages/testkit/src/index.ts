export { scratchFolder } from './scratch-folder.ts';
export {
  type ServerSource,
  startTestClickHouse,
  startTestKafka,
  type TestClickHouse,
  type TestKafka,
  uniqueName,
} from './servers.ts';
export { describeWithSharedData, sharedData } from './shared-data.ts';
export * from './spans.ts';
