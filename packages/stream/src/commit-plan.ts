import type { CommittedOffset, OutgoingMessage } from './broker/broker.ts';
import type { DeadLetterEvent } from './observer.ts';

/** What one transaction writes. Topics are as the topology names them. */
export interface CommitPlan {
  sends: OutgoingMessage[][];
  /** The offset to commit; `changelogBase`: where the first changelog message of the first send went. */
  offset(changelogBase: number | undefined): CommittedOffset;
  /** Call when the transaction has committed. Gives the changelog offset below which all may be deleted, when it has moved. */
  committed(): number | undefined;
  /** Records that came in. */
  records: number;
  /** Records that go out, dead letters included. */
  outputs: number;
  outputBytes: number;
  changelogBytes: number;
  deadLetters: DeadLetterEvent[];
}

/** Most bytes to one partition in one request: a request makes one batch of them, and Kafka takes 1 MiB by default. */
export const SEND_BYTES = 900 * 1024;

/** Spreads messages over as few sends as keep each partition's batch below the limit and each partition's order. */
export function planSends(messages: readonly OutgoingMessage[], limit = SEND_BYTES): OutgoingMessage[][] {
  const sends: OutgoingMessage[][] = [];
  const open = new Map<string, { send: number; bytes: number }>();
  for (const message of messages) {
    const target = `${message.topic}/${message.partition}`;
    let place = open.get(target);
    if (!place) {
      place = { send: 0, bytes: 0 };
      open.set(target, place);
    }
    if (place.bytes > 0 && place.bytes + message.value.length > limit) {
      place.send++;
      place.bytes = 0;
    }
    place.bytes += message.value.length;
    while (sends.length <= place.send) sends.push([]);
    sends[place.send]?.push(message);
  }
  return sends;
}

export function byteLength(messages: readonly OutgoingMessage[]): number {
  return messages.reduce((sum, { value }) => sum + value.length, 0);
}
