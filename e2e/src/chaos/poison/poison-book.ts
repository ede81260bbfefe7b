import { hash } from 'node:crypto';
import type { DeadLetterReason } from '@spanwise/schemas';
import { READ_BY } from '../group-lag.ts';
import type { PoisonMessage } from './forms.ts';

/** A dead letter that has to be there. */
export interface ExpectedLetter {
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: DeadLetterReason;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

interface Sent {
  readonly topic: string;
  readonly poison: PoisonMessage;
  /** How often it was sent and acknowledged */
  count: number;
  /** How often it was met in its topic; more often where an answer was lost. */
  found: number;
}

/** What is known of every poison that was sent; where it stands shows when the topics are read. */
export class PoisonBook {
  /** By topic and digest of the value */
  readonly #sent = new Map<string, Sent>();

  sent(topic: string, poison: PoisonMessage): void {
    const id = idOf(topic, poison.value);
    const sent = this.#sent.get(id) ?? { topic, poison, count: 0, found: 0 };
    sent.count += 1;
    this.#sent.set(id, sent);
  }

  /** Topics into which anything was sent. */
  get topics(): Set<string> {
    return new Set([...this.#sent.values()].map(({ topic }) => topic));
  }

  /** What was acknowledged and was not met as often when the topics were read, in words: there could be no letter of it. */
  get lost(): string[] {
    return [...this.#sent.values()].flatMap(({ topic, poison: { form }, count, found }) =>
      found < count ? [`${form} in ${topic}: sent ${count} times, there ${found} times`] : [],
    );
  }

  /** Whether it is poison of ours, whatever its readers make of it. */
  holds(topic: string, value: Buffer | null): boolean {
    return this.#sent.has(idOf(topic, value));
  }

  /** Spans that can be stored once their schema is known: their ids by their traces'. */
  get replayable(): Map<string, string> {
    const spans = [...this.#sent.values()].flatMap(({ poison: { replayable } }) => replayable ?? []);
    return new Map(spans.map(({ traceId, spanId }) => [traceId, spanId]));
  }

  /** The letters that must be there because of a message of a topic; none for one that is no poison of ours. Once for each message. */
  lettersFor(topic: string, message: { partition: number; offset: number; value: Buffer | null }): ExpectedLetter[] {
    const known = this.#sent.get(idOf(topic, message.value));
    if (!known) return [];
    known.found += 1;
    const { partition, offset } = message;
    const { reason, key = null, value, owedBy = readersOf(topic) } = known.poison;
    return owedBy.map((service) => ({ service, topic, partition, offset, reason, key, value }));
  }
}

function idOf(topic: string, value: Buffer | null): string {
  return `${topic} ${value === null ? 'none' : hash('sha1', value)}`;
}

function readersOf(topic: string): string[] {
  return Object.entries(READ_BY).flatMap(([service, topics]) => (topics.includes(topic) ? [service] : []));
}
