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
  readonly value: Buffer | null;
}

/** What is known of every poison that was sent; where it stands shows when the topics are read. */
export class PoisonBook {
  /** By topic and digest of the value */
  readonly #sent = new Map<string, { poison: PoisonMessage; count: number }>();

  sent(topic: string, poison: PoisonMessage): void {
    const id = idOf(topic, poison.value);
    const count = this.#sent.get(id)?.count ?? 0;
    this.#sent.set(id, { poison, count: count + 1 });
  }

  /** Topics into which anything was sent. */
  get topics(): Set<string> {
    return new Set([...this.#sent.keys()].map((id) => id.slice(0, id.indexOf(' '))));
  }

  /** How many were sent and acknowledged; each may be there more than once. */
  get size(): number {
    return [...this.#sent.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** The letters that must be there because of a message of a topic; none for one that is no poison of ours. */
  lettersFor(topic: string, message: { partition: number; offset: number; value: Buffer | null }): ExpectedLetter[] {
    const known = this.#sent.get(idOf(topic, message.value));
    if (!known) return [];
    const { partition, offset } = message;
    const { reason, value } = known.poison;
    return readersOf(topic).map((service) => ({ service, topic, partition, offset, reason, value }));
  }
}

function idOf(topic: string, value: Buffer | null): string {
  return `${topic} ${value === null ? 'none' : hash('sha1', value)}`;
}

function readersOf(topic: string): string[] {
  if (topic === 'otlp_spans') return ['ingest'];
  return Object.entries(READ_BY).flatMap(([service, topics]) => (topics.includes(topic) ? [service] : []));
}
