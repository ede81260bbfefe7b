export type { CampaignDetails, CampaignName, CampaignTruth } from './campaign/campaign-truth.ts';
export { conventions } from './convention/conventions.ts';
export { type Arrival, type ArrivalOptions, arrivalsOf } from './emit/arrivals.ts';
export { SendError } from './emit/otlp-client.ts';
export { Renewable } from './emit/renewal.ts';
export { resourceSpansOf } from './emit/requests.ts';
export { type SpanMessage, spanBlocks } from './emit/span-blocks.ts';
export { type TopicMessage, TopicWriter } from './emit/topic-writer.ts';
export { type FleetOptions, type FleetProgress, type FleetResult, runFleet } from './fleet.ts';
export { type FleetMix, presetFor } from './fleet-mix.ts';
export { type GenerateOptions, generateRuns, SessionSource } from './generate.ts';
export { MixFileError, readMix } from './mix-file.ts';
export { type Preset, presetOf, presets } from './preset.ts';
export { Random } from './random.ts';
export type { RunSpan, SimulatedRun, SpanSource } from './run.ts';
export { FIRST_TEST_SEED } from './strength.ts';
export {
  type FaultName,
  type FaultTruth,
  faultNames,
  isHarmful,
  type NegativeTruth,
  type RunTruth,
  sharedFaultNames,
  type Truth,
} from './truth.ts';
