import type { WriteStream } from 'node:tty';
import type { FleetProgress } from './fleet.ts';

/** The totals as a line of JSON, for whoever started the fleet. */
export const progressLine = (progress: FleetProgress): string => `${JSON.stringify(progress)}\n`;

/** The totals in one line of a terminal, written over and over. */
export class ProgressDisplay {
  readonly #out: WriteStream;
  #before: { spansSent: number; atMs: number } | undefined;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  show(progress: FleetProgress): void {
    const atMs = performance.now();
    const { spansSent, atMs: beforeMs } = this.#before ?? { spansSent: 0, atMs: atMs - 1_000 };
    const perSecond = ((progress.spansSent - spansSent) * 1_000) / Math.max(1, atMs - beforeMs);
    this.#before = { spansSent: progress.spansSent, atMs };
    this.#out.write(`\r\x1b[2K${progressText(progress, perSecond).slice(0, (this.#out.columns || 80) - 1)}`);
  }

  /** The last line stays. */
  end(): void {
    if (this.#before) this.#out.write('\n');
  }
}

/** The totals in words, the most interesting first: lines of terminals are short. */
export function progressText(progress: FleetProgress, spansPerSecond: number): string {
  const { spansSent, sessions, injected, retries, spansResent, fleetTimeMs } = progress;
  const faults = Object.values(injected).reduce((sum, count) => sum + count, 0);
  return [
    `${new Date(fleetTimeMs).toISOString().slice(0, 19).replace('T', ' ')}`,
    `${spansSent.toLocaleString('en')} spans (${Math.round(spansPerSecond).toLocaleString('en')}/s)`,
    `${sessions.toLocaleString('en')} sessions`,
    `${faults.toLocaleString('en')} faults`,
    ...(retries > 0 ? [`${retries} retries`] : []),
    ...(spansResent > 0 ? [`${spansResent} sent twice`] : []),
  ].join(', ');
}
