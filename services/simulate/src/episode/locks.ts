import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Episode, EpisodeRun } from './episode.ts';
import { cleanRun, drawRecord, faultyRun, idOf, officeOf, planOf, type SharedRecord, scriptOf } from './records.ts';
import { pairOf } from './statements.ts';

interface Waiting {
  readonly record: SharedRecord;
  readonly holds: string;
  readonly waitsFor: string;
  readonly ms: number;
  readonly gaveUp: boolean;
}

/** A conversation that holds one record and waits for another one. */
function waiting(
  { record, holds, waitsFor, ms, gaveUp }: Waiting,
  when: Pick<EpisodeRun, 'afterMs' | 'conversation'>,
  random: Random,
): Omit<EpisodeRun, 'notes'> {
  const { clerk } = officeOf(record);
  const tool = `update_${record.type}`;
  const done = gaveUp
    ? `I could not change ${record.id}: it was in use. Please try later.`
    : `${record.id} was changed.`;
  const root = scriptOf(clerk, random)
    .call('I change both together.', {
      tool,
      arguments: idOf(record),
      result: { ...idOf(record), updated: true },
      extras: { 'spanwise.waits_for': waitsFor, 'spanwise.holds': [holds] },
    })
    .answer(`Please bring ${record.type} ${record.id} in line.`, done);
  const plan = planOf(root);
  const { call } = pairOf(plan, /update/);
  call.ms = ms;
  if (gaveUp) call.failure = { type: 'LockTimeout', message: `gave up waiting for the lock on ${waitsFor}` };
  return { ...when, plan };
}

const lockOf = ({ type, id }: SharedRecord): string => `${type}/${id}`;

/** What else one may see in a run that gave up. */
const givenUp = ({ plan }: Omit<EpisodeRun, 'notes'>): FaultNote[] => {
  const { asked, call } = pairOf(plan, /update/);
  const last = plan.root.steps.at(-1) ?? call;
  return (['unresolved_error', 'recovery', 'timeout_cascade'] as const).map((pattern) => ({
    pattern,
    variant: 'gave_up',
    isArguable: true,
    at: call,
    orCause: [asked, call],
    orCauseBelow: true,
    withFailuresBelow: true,
    steps: [asked, call, last],
  }));
};

export const crossSessionDeadlock: Episode = {
  name: 'cross_session_deadlock',
  fault: 'cross_session_deadlock',
  isLawful: false,
  runs(random, strength) {
    const count = strength > 0.6 ? 3 : 2;
    const records = Array.from({ length: count }, () => drawRecord(random));
    const gapMs = random.between(1_500, 4_000);
    const victim = random.integer(0, count - 1);
    const endMs = random.between(25_000, 45_000);
    const runs = records.map((record, i) => {
      const next = records[(i + 1) % count] as SharedRecord;
      const afterMs = i * gapMs;
      const gaveUp = i === victim;
      // Who gives up lets the others go on.
      const ms = endMs - afterMs + (gaveUp ? 0 : random.between(4_000, 9_000));
      return waiting(
        { record, holds: lockOf(record), waitsFor: lockOf(next), ms, gaveUp },
        { afterMs, conversation: i },
        random,
      );
    });
    const steps = runs.flatMap(({ plan }) => Object.values(pairOf(plan, /update/)));
    return runs.map((run, i) => {
      const { asked, call } = pairOf(run.plan, /update/);
      const notes = i === victim ? givenUp(run) : [];
      if (i === count - 1)
        notes.unshift({
          pattern: 'cross_session_deadlock',
          variant: `cycle_of_${count}`,
          at: call,
          cause: asked,
          orCause: steps,
          steps: [asked, call],
        });
      return faultyRun(run, ...notes);
    });
  },
};

export const lawfulWaits: readonly Episode[] = [
  {
    name: 'wait_granted',
    fault: 'cross_session_deadlock',
    isLawful: true,
    runs(random) {
      const [a, b, c] = [drawRecord(random), drawRecord(random), drawRecord(random)];
      const first = waiting(
        { record: a, holds: lockOf(a), waitsFor: lockOf(b), ms: random.between(8_000, 15_000), gaveUp: false },
        { afterMs: 0, conversation: 0 },
        random,
      );
      const second = waiting(
        { record: b, holds: lockOf(b), waitsFor: lockOf(c), ms: random.between(4_000, 6_000), gaveUp: false },
        { afterMs: 1_000, conversation: 1 },
        random,
      );
      return [first, second].map((run, i) =>
        i === 0
          ? cleanRun(run)
          : {
              ...run,
              notes: {
                faults: [],
                negatives: [
                  {
                    resembles: 'cross_session_deadlock',
                    variant: 'wait_granted',
                    steps: [pairOf(run.plan, /update/).call],
                  },
                ],
              },
            },
      );
    },
  },
];
