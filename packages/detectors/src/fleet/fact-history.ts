import type { EntityFacts, StatedFact } from '@spanwise/schemas';
import { mayBeSame } from '../reading/same-fact.ts';
import type { Slots } from '../slots.ts';
import type { FleetPlace } from './fleet-detector.ts';

/** What somebody stated of a field, and where. Plain JSON. */
export type Entry = Omit<StatedFact, 'field'> & Omit<EntityFacts, 'facts'>;

/** What was seen of a field, as often as it was seen without a change. Plain JSON. */
export interface Truth {
  value: string;
  first: Entry;
  /** Microseconds, event time. */
  lastAt: number;
  lastTraceId: string;
  /** In how many runs. */
  runs: number;
}

/** What is known of one field of a thing. Plain JSON. */
export interface FieldHistory {
  /** By time, the latest. */
  truths: Truth[];
  /** What agents asserted or wrote, by time, the latest. */
  claims: Entry[];
  /** Calls that were given a value by a memory or another agent. */
  uses: Entry[];
  /** It was another one without anything that had changed it: among truths that are forgotten. */
  changes: number;
  /** Keys of findings that stand, by pattern. */
  found: string[];
}

const MOST_TRUTHS = 6;
const MOST_CLAIMS = 12;
const MOST_USES = 8;
const MOST_FIELDS = 48;
const MOST_ACTS = 16;

/** Slots: `v/<field>` for each field, and what was done to the thing as a whole. */
const FIELD = 'v/';
const ACTS = 'acts';
const FIELDS = 'fields';

export const noHistory = (): FieldHistory => ({ truths: [], claims: [], uses: [], changes: 0, found: [] });

export const historyOf = (slots: Slots, field: string): FieldHistory | undefined => slots.get(FIELD + field);

/** Keeps a field's history; of more than 48 fields the one that was told of longest ago is forgotten. */
export function keepHistory(slots: Slots, field: string, history: FieldHistory): void {
  if (!slots.get(FIELD + field)) {
    const fields = slots.get<string[]>(FIELDS) ?? [];
    fields.push(field);
    const [oldest] = fields.length > MOST_FIELDS ? fields.splice(0, 1) : [];
    if (oldest !== undefined) slots.delete(FIELD + oldest);
    slots.put(FIELDS, fields);
  }
  slots.put(FIELD + field, history);
}

export const fieldsOf = (slots: Slots): readonly string[] => slots.get<string[]>(FIELDS) ?? [];

/** When something was done to the thing that may have changed it: microseconds, event time, the latest. */
export const actsOn = (slots: Slots): readonly number[] => slots.get<number[]>(ACTS) ?? [];

export function noteAct(slots: Slots, at: number): void {
  const acts = [...actsOn(slots), at].sort((a, b) => a - b);
  slots.put(ACTS, acts.slice(-MOST_ACTS));
}

export const entryOf = (where: Omit<EntityFacts, 'facts'>, { field: _, ...fact }: StatedFact): Entry => {
  const { traceId, sessionId, release, environment, workflow } = where;
  return { ...fact, traceId, sessionId, release, environment, workflow };
};

const byTime = (a: Entry, b: Entry): number => a.eventTime - b.eventTime || (a.spanId < b.spanId ? -1 : 1);

/** A result, or a call that set it, says what it is. */
export function addTruth(history: FieldHistory, entry: Entry, acts: readonly number[]): void {
  const { truths } = history;
  const at = entry.eventTime;
  const after = truths.findIndex(({ first }) => first.eventTime > at);
  const index = after < 0 ? truths.length : after;
  const [before, next] = [truths[index - 1], truths[index]];
  if (before && mayBeSame(before.value, entry.value)) {
    if (entry.traceId !== before.lastTraceId && entry.traceId !== before.first.traceId) before.runs++;
    if (at > before.lastAt) {
      before.lastAt = at;
      before.lastTraceId = entry.traceId;
    }
  } else if (next && mayBeSame(next.value, entry.value)) {
    if (entry.traceId !== next.first.traceId && entry.traceId !== next.lastTraceId) next.runs++;
    next.first = entry;
  } else {
    truths.splice(index, 0, { value: entry.value, first: entry, lastAt: at, lastTraceId: entry.traceId, runs: 1 });
  }
  while (truths.length > MOST_TRUTHS) {
    if (isUnexplained(truths, 1, acts)) history.changes++;
    truths.shift();
  }
}

export function addClaim(history: FieldHistory, entry: Entry): void {
  if (history.claims.some(({ spanId, value }) => spanId === entry.spanId && value === entry.value)) return;
  history.claims.push(entry);
  history.claims.sort(byTime);
  if (history.claims.length > MOST_CLAIMS) history.claims.shift();
}

export function addUse(history: FieldHistory, entry: Entry): void {
  if (
    history.uses.some(
      ({ traceId, agent, value }) => traceId === entry.traceId && agent === entry.agent && value === entry.value,
    )
  )
    return;
  history.uses.push(entry);
  history.uses.sort(byTime);
  if (history.uses.length > MOST_USES) history.uses.shift();
}

/** Something was done to the thing in between, after which any of its fields may be another one. */
export const isTouched = (acts: readonly number[], from: number, until: number): boolean =>
  acts.some((at) => at > from && at <= until);

function isUnexplained(truths: readonly Truth[], index: number, acts: readonly number[]): boolean {
  const [before, now] = [truths[index - 1], truths[index]];
  if (!before || !now || now.first.role !== 'observed') return false;
  return !isTouched(acts, before.lastAt, now.first.eventTime);
}

/** How often it was seen to be another one without anything that had changed it. */
export function unexplainedChanges({ truths, changes }: FieldHistory, acts: readonly number[]): number {
  return changes + truths.filter((_, i) => isUnexplained(truths, i, acts)).length;
}

/** What was known when something was stated: the latest truth before. */
export const truthAt = ({ truths }: FieldHistory, at: number): Truth | undefined =>
  truths.findLast(({ first }) => first.eventTime <= at);

export const placeOf = (entry: Entry, cause: Entry = entry): Partial<FleetPlace> => ({
  traceId: entry.traceId,
  spanId: entry.spanId,
  rootCauseTraceId: cause.traceId,
  rootCauseSpanId: cause.causeSpanId,
  sessionId: entry.sessionId,
  agent: entry.agent,
  release: entry.release,
  environment: entry.environment,
  workflow: entry.workflow,
  tool: entry.tool,
  step: entry.step,
});
