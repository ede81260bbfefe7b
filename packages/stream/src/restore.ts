import type { RecordName } from '@spanwise/schemas';
import type { Broker, BrokerMessage } from './broker/broker.ts';
import { readChangelogHeader } from './changelog.ts';
import type { Logger } from './logger.ts';
import type { ResumePoint } from './resume-point.ts';
import type { StreamTask } from './stream-task.ts';

interface Place {
  topic: string;
  partition: number;
  offset: number;
}

/**
 * A partition cannot go on where it was, and trying again gives the same until a person has done something. Nothing of it is
 * processed meanwhile: what it would conclude could be silently wrong.
 */
export abstract class StandstillError extends Error {
  /** Of the changelog or the input. */
  readonly topic: string;
  readonly partition: number;
  /** Where in the topic. */
  readonly offset: number;
  /** Entry of the runbook. */
  abstract readonly runbook: string;

  constructor({ topic, partition, offset }: Place, message: string, cause?: unknown) {
    super(message, { cause });
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
  }
}

/** The state of a partition cannot be had from its changelog. */
export class UnrestorableStateError extends StandstillError {
  override readonly name = 'UnrestorableStateError';
  readonly runbook = 'State that cannot be restored';

  constructor(place: Place, why: string, cause?: unknown) {
    const { topic, partition, offset } = place;
    super(place, `the state at offset ${offset} of ${topic}/${partition} cannot be restored: ${why}`, cause);
  }
}

/** The input partition ends before what was read of it. */
export class TruncatedInputError extends StandstillError {
  override readonly name = 'TruncatedInputError';
  readonly runbook = 'Input that ends before what was read';

  constructor(place: Place, end: number) {
    const { topic, partition, offset } = place;
    const why = 'the topic was made anew, or has lost what it had';
    super(place, `${topic}/${partition} ends at ${end}, and was read up to ${offset}: ${why}`);
  }
}

interface Changelog {
  topic: string;
  partition: number;
}

/** Throws an UnrestorableStateError where the changelog no longer holds all that was noted. */
export function checkReach(
  changelog: Changelog,
  { changelogOffset: offset }: ResumePoint,
  { low, high }: { low: number; high: number },
): void {
  if (offset < low) {
    throw new UnrestorableStateError({ ...changelog, offset }, `what lies below ${low} has been deleted`);
  }
  if (offset >= high) {
    const why = `it ends at ${high}: the topic was made anew, or has lost what it had`;
    throw new UnrestorableStateError({ ...changelog, offset }, why);
  }
}

export interface RestoreParts<I extends RecordName> {
  broker: Broker;
  task: StreamTask<I>;
  changelog: Changelog;
  point: ResumePoint;
  /** Offset of the owner's sentinel: the last message to read. */
  sentinel: number;
  logger: Logger;
  /** How often to tell of a restore that takes long, ms. */
  progressMs: number;
  signal: AbortSignal;
}

/** Reads the state from the changelog into the task. Throws an UnrestorableStateError, or what the broker throws. */
export async function restore<I extends RecordName>(
  parts: RestoreParts<I>,
): Promise<{ messages: number; bytes: number }> {
  const { broker, task, changelog, point, sentinel, logger } = parts;
  const { topic, partition } = changelog;
  const begin = performance.now();
  const read = { messages: 0, bytes: 0 };
  let next = point.changelogOffset;
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - begin) / 1000);
    const left = sentinel - next;
    logger.warn(
      { topic, partition, offset: next, left, ...read, seconds, runbook: 'Restoring takes long' },
      'restoring state takes long; it goes on',
    );
  }, parts.progressMs);
  const visit = (message: BrokerMessage) => {
    try {
      apply(task, message, read.messages === 0 ? point.changelogOffset : undefined);
    } catch (error) {
      throw new UnrestorableStateError({ ...changelog, offset: message.offset }, (error as Error).message, error);
    }
    next = message.offset + 1;
    read.messages++;
    read.bytes += message.value?.length ?? 0;
  };
  try {
    await broker.read(topic, partition, point.changelogOffset, sentinel, visit, parts.signal);
  } finally {
    clearInterval(progress);
  }
  return read;
}

/** `begins`: where the first message must stand, since that is what the offset's metadata says. */
function apply<I extends RecordName>(task: StreamTask<I>, message: BrokerMessage, begins: number | undefined): void {
  const { value, undecodable } = message;
  if (undecodable) throw new Error(undecodable.detail);
  if (!value) throw new Error('a message without a value');
  const { kind } = readChangelogHeader(value);
  if (begins !== undefined && (message.offset !== begins || (kind !== 'sentinel' && kind !== 'snapshot-begin'))) {
    throw new Error(`the message that offset ${begins} should be, a sentinel or the begin of a snapshot, is gone`);
  }
  task.restore(value);
}
