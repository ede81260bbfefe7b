export { conventions } from './convention/conventions.ts';
export { SendError } from './emit/otlp-client.ts';
export { Renewable } from './emit/renewal.ts';
export { resourceSpansOf } from './emit/requests.ts';
export { type FleetOptions, type FleetProgress, type FleetResult, runFleet } from './fleet.ts';
export { type FleetMix, type GenerateOptions, generateRuns } from './generate.ts';
export { Random } from './random.ts';
export type { RunSpan, SimulatedRun, SpanSource } from './run.ts';
export { type FaultName, type FaultTruth, faultNames, type NegativeTruth, type RunTruth, type Truth } from './truth.ts';
