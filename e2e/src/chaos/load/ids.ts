import { partitionForKey } from '@spanwise/stream';

/** Tenant of all load: what ingest gives to requests without an API key. */
export const TENANT = 'default';

/** Ids that never come twice within a seed: the same seed gives the same ids. */
export class IdSource {
  readonly #seed: string;
  #traces = 0;
  #conversations = 0;

  constructor(seed: number) {
    this.#seed = hex(seed, 8);
  }

  /** 32 hexadecimal digits. With `partition`, of a trace whose spans belong there among `of` partitions. */
  trace(partition?: number, of = 1): string {
    this.#traces += 1;
    for (let nonce = 0; ; nonce += 1) {
      // the counter last and reversed: ids in a row differ at their beginning, as random ones do
      const id = `${[...hex(this.#traces, 12)].reverse().join('')}${hex(nonce, 12)}${this.#seed}`;
      if (partition === undefined || partitionForKey(`${TENANT}/${id}`, of) === partition) return id;
    }
  }

  /** 16 hexadecimal digits */
  conversation(): string {
    this.#conversations += 1;
    return `${this.#seed}${hex(this.#conversations, 8)}`;
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits);
