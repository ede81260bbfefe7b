import type { WriteStream } from 'node:tty';

const PLAIN_EVERY_MS = 5_000;

/** Progress for a person: on a terminal one line that is written over, elsewhere a plain line now and then. */
export class ProgressLine {
  readonly #out: WriteStream;
  #last = '';
  #saidAt = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  /** A passing state, replaced by the next one. */
  show(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    if (!this.#out.isTTY) {
      if (performance.now() - this.#saidAt < PLAIN_EVERY_MS) return;
      this.#saidAt = performance.now();
      this.#out.write(`${text}\n`);
      return;
    }
    this.#out.write(`\r\x1b[2K${text.slice(0, (this.#out.columns || 80) - 1)}`);
    this.#open = true;
  }

  /** A line that stays. */
  say(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
  }

  clear(): void {
    if (this.#open) this.#out.write('\r\x1b[2K');
    this.#open = false;
    this.#last = '';
  }
}
