import type { DeadLetter } from '@spanwise/schemas';
import type { FleetTotals } from './fleet.ts';
import type { DemoNumbers } from './numbers.ts';

export interface DemoReport {
  readonly ok: boolean;
  readonly spansSent: number;
  readonly spansStored: number;
  readonly spansLost: number;
  readonly spansDuplicated: number;
  readonly deadLetters: number;
  readonly runs: number;
  readonly findingsByPattern: Readonly<Record<string, number>>;
  /** Faults that the fleet put into its sessions, by the pattern that should tell them */
  readonly injectedByPattern: Readonly<Record<string, number>>;
  readonly sessionsByVerdict: Readonly<Record<string, number>>;
  readonly services: Readonly<Record<string, ServiceState>>;
  readonly problems: readonly string[];
}

export interface ServiceState {
  readonly ready: boolean;
  readonly detail: string;
  readonly restarts: number;
}

export interface DemoOutcome {
  readonly fleet: FleetTotals;
  readonly numbers: DemoNumbers;
  /** False if it broke off, and nobody waited for what was on its way */
  readonly isWhole: boolean;
  readonly deadLetters: readonly DeadLetter[];
  readonly services: Readonly<Record<string, ServiceState>>;
  /** What went wrong besides, in words */
  readonly failures: readonly string[];
}

/** The outcome of a demo, and everything that is wrong with it. */
export function demoReport({ fleet, numbers, isWhole, deadLetters, services, failures }: DemoOutcome): DemoReport {
  const spansLost = fleet.spansSent - numbers.spansStored;
  const problems = [...failures];
  if (fleet.spansSent === 0) problems.push('no span was sent');
  if (isWhole) problems.push(...missing(fleet, numbers));
  else if (spansLost > 0) problems.push(`${spansLost} spans were still on their way to the tables`);
  if (spansLost < 0) problems.push(`${-spansLost} more spans stored than sent: something else sends, too`);
  if (numbers.spansDuplicated > 0) problems.push(`${numbers.spansDuplicated} spans duplicated`);
  if (deadLetters.length > 0) {
    problems.push(
      `${deadLetters.length} dead letters, the first: ${deadLetters[0]?.reason} (${deadLetters[0]?.detail})`,
    );
  }
  for (const [name, { ready, detail, restarts }] of Object.entries(services)) {
    if (!ready) problems.push(`${name} is not ready: ${detail}`);
    if (restarts > 0) problems.push(`${name} had to be started again ${restarts} times`);
  }
  return {
    ok: problems.length === 0,
    spansSent: fleet.spansSent,
    spansStored: numbers.spansStored,
    spansLost,
    spansDuplicated: numbers.spansDuplicated,
    deadLetters: deadLetters.length,
    runs: numbers.runs,
    findingsByPattern: numbers.findingsByPattern,
    injectedByPattern: fleet.injected,
    sessionsByVerdict: numbers.sessionsByVerdict,
    services,
    problems,
  };
}

/** What should have come of the spans in the time that it was given, and has not. */
function missing(fleet: FleetTotals, numbers: DemoNumbers): string[] {
  const spansLost = fleet.spansSent - numbers.spansStored;
  const problems = [];
  if (spansLost > 0) problems.push(`${spansLost} spans lost`);
  if (numbers.openRuns > 0) problems.push(`${numbers.openRuns} runs not judged`);
  if (numbers.provisionalSessions > 0) problems.push(`${numbers.provisionalSessions} sessions without a final verdict`);
  for (const [pattern, count] of Object.entries(fleet.injected)) {
    if (count > 0 && !numbers.findingsByPattern[pattern])
      problems.push(`${pattern}: injected ${count} times, never found`);
  }
  return problems;
}
