import type { Kafka } from 'kafkajs';
import { rangeOf, readTopic } from '../topic-reading.ts';
import { type Letter, readLetters, readReplays } from './letter.ts';
import { type LetterFilter, matches } from './letter-filter.ts';
import { type Decision, ReplayDecider, type ReplayWishes, type SkipReason } from './replay-decision.ts';
import { Replayer } from './replayer.ts';

export interface ReplayResult {
  /** Letters that the filter means. */
  readonly matched: number;
  readonly sent: number;
  readonly skipped: ReadonlyMap<SkipReason, number>;
}

export interface ReplayOptions extends ReplayWishes {
  readonly filter: LetterFilter;
  /** Decide, and send nothing. */
  readonly dryRun: boolean;
  readonly onProgress?: (result: ReplayResult) => void;
}

/** Sends the bytes of dead letters back to where they came from. Throws when a topic cannot be read or written. */
export async function replayLetters(kafka: Kafka, prefix: string, options: ReplayOptions): Promise<ReplayResult> {
  await using replayer = options.dryRun ? undefined : await Replayer.open(kafka, prefix);
  const decider = new ReplayDecider(await readReplays(kafka, prefix), options);
  const skipped = new Map<SkipReason, number>();
  const result = { matched: 0, sent: 0, skipped };
  await readLetters(kafka, prefix, async (letter) => {
    if (!matches(letter, options.filter)) return;
    result.matched++;
    const decision = await decisionFor(letter, decider, kafka, prefix);
    if (decision.kind === 'send') {
      await replayer?.add(letter, decision.value);
      result.sent++;
    } else if (decision.kind === 'skip') skipped.set(decision.reason, (skipped.get(decision.reason) ?? 0) + 1);
    options.onProgress?.(result);
  });
  await replayer?.flush();
  return result;
}

async function decisionFor(letter: Letter, decider: ReplayDecider, kafka: Kafka, prefix: string): Promise<Decision> {
  const decision = decider.decide(letter);
  return decision.kind === 'fetch' ? decider.decideFor(letter, await bytesOf(letter, kafka, prefix)) : decision;
}

/** The message itself, where the letter could not hold it; undefined once retention took it. */
async function bytesOf(letter: Letter, kafka: Kafka, prefix: string): Promise<Buffer | undefined> {
  const from = new Map([[letter.partition, BigInt(letter.offset)]]);
  const to = new Map([[letter.partition, BigInt(letter.offset) + 1n]]);
  const name = prefix + letter.topic;
  const stands = await rangeOf(kafka, name);
  const offset = BigInt(letter.offset);
  const isThere =
    offset >= (stands.from.get(letter.partition) ?? 0n) && offset < (stands.to.get(letter.partition) ?? 0n);
  if (!isThere) return undefined;
  let found: Buffer | undefined;
  await readTopic(kafka, name, { from, to }, async (_partition, { value }) => {
    found = value ?? undefined;
  });
  return found;
}
