/**
 * Decides when the owner of a partition appends a tick. Wall-clock time says only when it is worth while: what a tick does
 * follows from the append time that the broker gives it. All times are ms; `now` is any steady clock's.
 */
export class TickSchedule {
  readonly #afterMs: number;
  #lastMessage: number;
  #lastTick = Number.NEGATIVE_INFINITY;
  /** The clock is that of a message seen at `#lastMessage`; not so right after a restore. */
  #clockKnown = false;

  constructor(afterMs: number, now: number) {
    this.#afterMs = afterMs;
    this.#lastMessage = now;
  }

  onMessage(now: number): void {
    this.#lastMessage = now;
    this.#clockKnown = true;
    this.#lastTick = Number.NEGATIVE_INFINITY;
  }

  onTick(now: number): void {
    this.#lastTick = now;
  }

  /** When to append a tick, if no message comes before; `nextDue` and `clock` are log times. */
  due(nextDue: number | undefined, clock: number): number {
    if (nextDue === undefined) return Number.POSITIVE_INFINITY;
    const waiting = this.#clockKnown ? nextDue - clock : 0;
    return Math.max(this.#lastMessage + Math.max(this.#afterMs, waiting), this.#lastTick + 5 * this.#afterMs);
  }
}
