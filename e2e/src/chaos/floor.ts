import type { Outcome } from './report.ts';

/** Faults a minute, at least */
const FAULTS = 6;
/** Share of the rate asked for that has to be reached: a load that starves tests little. */
const REACHED = 0.9;
/** Spans per second that all is promised at: a run that is asked for as much has to reach it. */
const PROMISED = 5_000;
/**
 * Share of runs whose findings have to be known in advance. While nothing is acknowledged all runs under way are held up, and
 * those that are begun meanwhile; ten minutes with all faults left 57 % known, two minutes with two restarts of the broker less.
 */
const KNOWN = 0.25;

/** What a run was asked to be. */
export interface Asked {
  readonly minutes: number;
  /** Spans per second */
  readonly rate: number;
}

/** Where a run put too little on the system, or knew too little of it, to say that all is well; in words. */
export function shortfalls(outcome: Outcome, { minutes, rate }: Asked): string[] {
  const { spansPerSecond, spansPerSecondBy, findingsExpected, knownShare, deadLettersFound } = outcome;
  const faults = Object.values(outcome.faults).reduce((sum, count) => sum + count, 0);
  const wanted = Math.ceil(minutes * FAULTS);
  const wantedRate = rate < PROMISED ? rate * REACHED : Math.max(PROMISED, rate * REACHED);
  const idle = Object.entries(spansPerSecondBy).flatMap(([route, perSecond]) => (perSecond > 0 ? [] : [route]));
  const isPoisoned = (outcome.faults.poison ?? 0) > 0;
  return [
    faults < wanted && `only ${faults} faults in ${minutes} minutes, of ${wanted} at least`,
    spansPerSecond < wantedRate &&
      `only ${spansPerSecond} spans a second of the ${rate} asked for, of ${Math.ceil(wantedRate)} at least: ask for less (--rate), or leave the machine more room`,
    idle.length > 0 && `no spans by ${idle.join(', ')}`,
    findingsExpected === 0 && 'no findings were known in advance',
    knownShare < KNOWN &&
      `findings known in advance in ${percent(knownShare)} of the runs only, of ${percent(KNOWN)} at least: too many were held up`,
    outcome.slicesSentTwice === 0 && 'nothing was sent twice',
    isPoisoned && deadLettersFound === 0 && 'no dead letters, although there was poison',
    isPoisoned && outcome.replayed === 0 && 'no dead letter was replayed, although there was poison',
  ].filter((problem) => problem !== false);
}

export const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;
