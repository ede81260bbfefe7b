import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import type { Position } from '../reading/positions.ts';
import { byStartIn } from './calls.ts';

/** What somebody said in search of a consensus. */
export interface Opinion {
  spanId: string;
  /** Digest of what was asked. */
  task: string;
  position: Position;
}

/** A search for consensus that did not get nearer to one. */
export interface Deadlock {
  /** Rounds without getting nearer, the last one said included. */
  rounds: number;
  speakers: string[];
  disputed: string[];
  /** Last known values of the first disputed field, by speaker. */
  held: Record<string, string | number>;
  /** The first opinion of the stretch. */
  began: Step;
  /** The last opinion of the round that makes it a deadlock. */
  at: Step;
  spans: string[];
}

interface Spoken {
  step: Step;
  speaker: string;
  round: number;
  values: Map<string, string | number>;
}

/** One round: what each speaker held. */
type Round = Map<string, Spoken>;

/** A spread that shrinks by less than this share shrinks by rounding. */
const LEAST_APPROACH = 0.05;

/**
 * The searches for consensus that stand without having come nearer for at least `least` rounds: on the same fields, as many
 * different values as before (of numbers: as wide a spread). One that was agreed upon in the end is none.
 *
 * @param roundOf the round a step says it belongs to; where none says so, a round is what speaker says in turn
 * @param speakerOf agent key of a step; empty where it is not known
 */
export function deadlocksIn(
  opinions: readonly Opinion[],
  run: RunView,
  roundOf: (step: Step) => number | undefined,
  speakerOf: (step: Step) => string,
  least: number,
): Deadlock[] {
  const byDebate = new Map<string, Spoken[]>();
  const said: { opinion: Opinion; step: Step }[] = [];
  for (const opinion of opinions) {
    const step = run.stepOf(opinion.spanId);
    if (step) said.push({ opinion, step });
  }
  const byStart = byStartIn(run);
  said.sort((a, b) => byStart(a.step, b.step));
  let debate = 0;
  let highest = 0;
  for (const { opinion, step } of said) {
    const speaker = speakerOf(step);
    if (speaker === '') continue;
    const stated = roundOf(step);
    let key = `asked ${opinion.task}`;
    if (stated !== undefined) {
      if (stated < highest) debate += 1;
      highest = stated;
      key = `debate ${debate}`;
    }
    const spoken = byDebate.get(key) ?? [];
    byDebate.set(key, spoken);
    const values = new Map(opinion.position);
    const own = spoken.filter((other) => other.speaker === speaker);
    const isRepeated = stated === undefined && spoken.at(-1)?.speaker === speaker;
    if (isRepeated) spoken[spoken.length - 1] = { step, speaker, round: own.length - 1, values };
    else spoken.push({ step, speaker, round: stated ?? own.length, values });
  }
  return [...byDebate.values()].map((spoken) => deadlockIn(spoken, least)).filter((found) => found !== undefined);
}

function deadlockIn(spoken: readonly Spoken[], least: number): Deadlock | undefined {
  const rounds: Round[] = [];
  for (const one of [...spoken].sort((a, b) => a.round - b.round)) {
    const last = rounds.at(-1);
    if (last && [...last.values()][0]?.round === one.round) last.set(one.speaker, one);
    else rounds.push(new Map([[one.speaker, one]]));
  }
  while (rounds.length > 0 && (rounds.at(-1)?.size ?? 0) < 2) rounds.pop();
  const final = rounds.at(-1);
  if (!final || rounds.length < least) return undefined;
  const disputed = [...disputesIn(final).keys()];
  if (disputed.length === 0) return undefined;
  let from = rounds.length - 1;
  while (from > 0 && isNoNearer(rounds[from - 1] as Round, rounds[from] as Round, disputed)) from -= 1;
  const stretch = rounds.slice(from);
  const [first] = stretch;
  const deciding = stretch[least - 1];
  if (!first || !deciding || stretch.length < least) return undefined;
  const began = [...first.values()][0]?.step;
  const at = [...deciding.values()].at(-1)?.step;
  if (!began || !at) return undefined;
  const field = disputed[0] ?? '';
  return {
    rounds: stretch.length,
    speakers: [...final.keys()].sort(),
    disputed,
    held: Object.fromEntries([...final].map(([speaker, { values }]) => [speaker, values.get(field) ?? ''])),
    began,
    at,
    spans: stretch.flatMap((round) => [...round.values()].map(({ step }) => step.spanId)).slice(0, 32),
  };
}

/** Fields on which a round disagrees, with how far: different values, of numbers the spread. */
function disputesIn(round: Round): Map<string, number> {
  const held = new Map<string, (string | number)[]>();
  for (const { values } of round.values()) {
    for (const [field, value] of values) held.set(field, [...(held.get(field) ?? []), value]);
  }
  const disputes = new Map<string, number>();
  for (const [field, values] of held) {
    const different = new Set(values).size;
    if (different < 2) continue;
    const numbers = values.filter((value) => typeof value === 'number');
    disputes.set(field, numbers.length === values.length ? Math.max(...numbers) - Math.min(...numbers) : different);
  }
  return disputes;
}

function isNoNearer(before: Round, after: Round, fields: readonly string[]): boolean {
  const [then, now] = [disputesIn(before), disputesIn(after)];
  if (then.size > now.size) return false;
  return fields.every((field) => {
    const [was, is] = [then.get(field), now.get(field)];
    return was !== undefined && is !== undefined && is >= was * (1 - LEAST_APPROACH);
  });
}
