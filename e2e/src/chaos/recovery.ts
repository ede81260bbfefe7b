import { setTimeout as sleep } from 'node:timers/promises';
import type { Cast } from './cast.ts';
import type { GroupLag, Lag } from './group-lag.ts';

/** Seconds from the end of an injection until the system went on. */
export interface RecoverySeconds {
  readonly p50: number;
  readonly max: number;
}

const POLL_MS = 1_000;
/**
 * Every group is at most so far behind when the system is well: what a reorder delay, a commit, and a batch of `store`
 * take, twice.
 */
const WELL_BEHIND_MS = 5_000;

interface Pending {
  readonly kind: string;
  readonly endedAt: number;
}

/**
 * Watches for the moments when the system goes on after a fault: every instance is ready, and every partition that holds
 * something to read has been read on in. Faults overlap: the recovery from one may have to wait for that from another.
 */
export class RecoveryWatch implements AsyncDisposable {
  readonly #cast: Cast;
  readonly #lag: GroupLag;
  readonly #seconds = new Map<string, number[]>();
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #pending: Pending[] = [];
  /** What is not well, in words; empty when all is. */
  state = 'starting';

  constructor(cast: Cast, lag: GroupLag) {
    this.#cast = cast;
    this.#lag = lag;
    this.#watching = this.#watch();
  }

  /** An injection has ended now. */
  ended(kind: string): void {
    this.#pending.push({ kind, endedAt: performance.now() });
  }

  /** Waits until the system has recovered from all faults and nothing is behind. Gives what is not when patience ends; empty otherwise. */
  async whenWell(patienceMs: number, signal: AbortSignal): Promise<string> {
    const deadline = performance.now() + patienceMs;
    while ((this.#pending.length > 0 || this.state !== '') && performance.now() < deadline) {
      await sleep(POLL_MS, undefined, { signal });
    }
    return this.#pending.length > 0 || this.state !== '' ? this.state || 'just recovered' : '';
  }

  get seconds(): Record<string, RecoverySeconds> {
    return Object.fromEntries([...this.#seconds].sort().map(([kind, seconds]) => [kind, summary(seconds)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { unready } = this.#cast;
      try {
        const lags = await this.#lag.read();
        this.state = unready || worstOf(lags);
        if (unready === '') this.#recovered(lags);
      } catch (error) {
        this.state = unready || `Kafka: ${(error as Error).message}`;
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  #recovered(lags: readonly Lag[]): void {
    const now = performance.now();
    const reading = lags.filter(({ behindMs }) => behindMs > 0);
    const goesOnSince = Math.min(now, ...reading.map(({ movedAtMs }) => movedAtMs));
    this.#pending = this.#pending.filter(({ kind, endedAt }) => {
      if (endedAt >= goesOnSince) return true;
      const seconds = this.#seconds.get(kind) ?? [];
      this.#seconds.set(kind, [...seconds, (now - endedAt) / 1_000]);
      return false;
    });
  }
}

/** What is furthest behind, in words; empty where nothing is by much. */
function worstOf(lags: readonly Lag[]): string {
  const [worst] = lags.toSorted((a, b) => b.behindMs - a.behindMs);
  if (!worst || worst.behindMs <= WELL_BEHIND_MS) return '';
  return `${worst.group}: ${Math.round(worst.behindMs / 1_000)} s behind in ${worst.topic}/${worst.partition}`;
}

function summary(seconds: readonly number[]): RecoverySeconds {
  const sorted = [...seconds].sort((a, b) => a - b);
  const round = (value: number | undefined) => Math.round((value ?? 0) * 10) / 10;
  return { p50: round(sorted[Math.floor((sorted.length - 1) / 2)]), max: round(sorted.at(-1)) };
}
