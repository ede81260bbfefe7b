import type { WriteStream } from 'node:tty';
import type { FleetTotals } from './fleet.ts';
import type { DemoNumbers } from './numbers.ts';

export interface DemoView {
  readonly elapsedMs: number;
  readonly phase: string;
  readonly fleet: FleetTotals | undefined;
  readonly spansPerSecond: number;
  readonly numbers: DemoNumbers;
  readonly services: readonly { readonly name: string; readonly state: string; readonly lag: number | undefined }[];
}

const PLAIN_EVERY_MS = 5_000;

/** Shows the state of the demo: redrawn in place on a terminal, one line now and then elsewhere. */
export class DemoScreen {
  readonly #out: WriteStream;
  #drawnLines = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  show(view: DemoView): void {
    if (!this.#out.isTTY) {
      if (view.elapsedMs - this.#saidAt < PLAIN_EVERY_MS) return;
      this.#saidAt = view.elapsedMs;
      this.#out.write(`${plainLine(view)}\n`);
      return;
    }
    const width = (this.#out.columns || 80) - 1;
    const lines = screenLines(view).map((line) => [...line].slice(0, width).join(''));
    this.#erase();
    this.#out.write(`${lines.join('\n')}\n`);
    this.#drawnLines = lines.length;
  }

  /** A line that stays above the redrawn part. */
  say(line: string): void {
    this.#erase();
    this.#out.write(`${line}\n`);
  }

  /** Leaves what is drawn where it is; what comes next goes below. */
  keep(): void {
    this.#drawnLines = 0;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#out.write(`\x1b[${this.#drawnLines}F\x1b[0J`);
    this.#drawnLines = 0;
  }
}

function plainLine({ elapsedMs, phase, fleet, spansPerSecond, numbers, services }: DemoView): string {
  const lag = services.reduce((sum, service) => sum + (service.lag ?? 0), 0);
  const sent = fleet ? `${fleet.spansSent} sent, ` : '';
  return [
    `${seconds(elapsedMs)} ${phase}: ${sent}${numbers.spansStored} spans stored (${spansPerSecond}/s)`,
    `lag ${lag}`,
    `findings: ${counts(numbers.findingsByPattern)}`,
    `sessions: ${counts(numbers.sessionsByVerdict)}`,
  ].join('; ');
}

function screenLines({ elapsedMs, phase, fleet, spansPerSecond, numbers, services }: DemoView): string[] {
  const injected = fleet?.injected ?? {};
  const patterns = [...new Set([...Object.keys(injected), ...Object.keys(numbers.findingsByPattern)])].sort();
  const name = Math.max(8, ...patterns.map((pattern) => pattern.length));
  return [
    `── Spanwise ─ ${seconds(elapsedMs)} ─ ${phase}`,
    `spans      ${fleet ? `${fleet.spansSent} sent, ` : ''}${numbers.spansStored} stored, ${spansPerSecond}/s`,
    `runs       ${numbers.runs} judged, ${numbers.openRuns} open`,
    `sessions   ${counts(numbers.sessionsByVerdict)} (final); ${numbers.provisionalSessions} provisional`,
    `services   ${services.map(({ name: service, state, lag }) => `${service} ${state}${lag ? ` (lag ${lag})` : ''}`).join(', ')}`,
    '',
    `${'findings'.padEnd(name)}   found${fleet ? '  injected' : ''}`,
    ...patterns.map((pattern) => {
      const found = String(numbers.findingsByPattern[pattern] ?? 0).padStart(8);
      return `${pattern.padEnd(name)}${found}${fleet ? String(injected[pattern] ?? 0).padStart(10) : ''}`;
    }),
    '',
    'Ctrl-C ends everything.',
  ];
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

function counts(record: Readonly<Record<string, number>>): string {
  const parts = Object.entries(record).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? 'none yet' : parts.join(', ');
}
