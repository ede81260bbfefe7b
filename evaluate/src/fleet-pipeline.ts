import { MemoryPipeline } from '@spanwise/offline';
import { type Finding, type Session, topic } from '@spanwise/schemas';

/** Partitions of the topic `spans` as the pipeline makes it: what a partition learns of agents depends on their number. */
export const partitions = topic('spans').partitions;

/** One message of spans of the fleet, as it is received. */
export interface FleetMessage {
  readonly partition: number;
  /** Log time, ms */
  readonly atMs: number;
  readonly bytes: Uint8Array;
  /** Records in it */
  readonly spans: number;
}

export interface JudgedFleet {
  /** Every revision, those of one finding in the order in which they were told */
  readonly findings: readonly Finding[];
  /** Every revision, those of one conversation in the order in which they were told */
  readonly sessions: readonly Session[];
  /** What went wrong, in words: the evaluation is void unless nothing did. */
  readonly problems: readonly string[];
}

/** What judges the spans of a fleet, in the fleet's time. */
export interface FleetPipeline extends AsyncDisposable {
  /** Messages come in the order of time. */
  receive(message: FleetMessage): Promise<void>;
  /**
   * Lets time pass until every run and conversation has ended.
   *
   * @param sent distinct spans in all messages
   */
  finish(sent: number): Promise<JudgedFleet>;
}

/** The topologies of `detect` and `correlate` on the engine without a broker. */
export function memoryPipeline(startMs: number): FleetPipeline {
  const pipeline = new MemoryPipeline(startMs, { partitions });
  return {
    async receive(message) {
      pipeline.receive(message);
    },
    async finish() {
      const { findings, sessions, deadLetters } = pipeline.finish();
      return { findings, sessions, problems: deadLetters };
    },
    async [Symbol.asyncDispose]() {},
  };
}
