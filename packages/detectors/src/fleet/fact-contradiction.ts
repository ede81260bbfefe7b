import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { isInWords, isOpinion, isPassing } from '../reading/field-nature.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { mayBeSame } from '../reading/same-fact.ts';
import type { FactFinding, OfField } from './fact-findings.ts';
import {
  type Entry,
  type FieldHistory,
  isTouched,
  placeOf,
  type Truth,
  truthAt,
  unexplainedChanges,
} from './fact-history.ts';

export const factContradiction = describePattern({
  pattern: 'fact_contradiction',
  inShort: 'two statements of one fact differ though nothing changed it',
  claims:
    'An agent states something of a thing with an id (in a handoff, a memory, a message, a structured answer) that is not what the ' +
    'latest result said of this field of it, in whatever run, days ago too; or two agents, or one at two times, state different ' +
    'values of it in two sessions. Nothing the agent was given in its own run says so, but a memory or another agent may.',
  doesNotClaim: [
    'anything after a call that set the field, or did something to the thing that may have changed it',
    'what a result or the user says in the very run: results that differ are changes, and users know more than records',
    'fields that change by nature (status, stock, price, location, counters, times), or were once seen to change by themselves',
    'what is an opinion, a plan or a decision; what is told in words; the same in another form, unit, rounding, or masked',
    'what one run contradicts of its own results: that is `misread_output`',
    'what may be about one of several things, or depends on more than the thing (the total of a month)',
  ],
  needs:
    'structured results and arguments (or `spanwise.fact.*`); inputs or results of inferences, to know what an agent was given',
  happened: 'the later statement; against a result the one that disagrees with it',
  began: 'the inference that made it; where it repeats what another stated before without ground, that one',
  evidence: {
    against_observation:
      'a result said otherwise. Expected: what it said; seen: what was stated; numbers: `runs` in which it was seen so, `days` since; spans: both',
    outdated: 'it was so once; holds the same',
    against_statement: 'another statement, and no result; holds the same',
  },
  severity: { medium: 'statement against statement', high: 'a statement against a result' },
  published: ['TRAIL tool-output misinterpretation, context handling failures', 'MAST 2.6'],
  settings: {
    settledMs: setting.milliseconds(
      600_000,
      'how long something has to have been so before who says otherwise is outdated',
      'who works meanwhile cannot know',
    ),
    wordRuns: setting.count(
      2,
      'runs in which a word must have been seen before another one contradicts it',
      'words for one thing differ more than numbers',
    ),
  },
});

const DAY_US = 86_400_000_000;

type Settings = { settledMs: number; wordRuns: number };

const isUngrounded = ({ basis }: Entry): boolean => basis === 'none' || basis === 'context';
const isText = (value: string): boolean => kindOfNormal(value) === 'text';
/** Whose answer, or whose position in a debate, it may be. */
const isAnswer = ({ tool }: Entry): boolean => tool === '';

/** What contradicts what, of one field of a thing. */
export function contradictions(of: OfField, settings: Settings): FactFinding[] {
  const { history, acts, field } = of;
  if (isPassing(field) || isOpinion(field) || unexplainedChanges(history, acts) > 0) return [];
  return history.claims.flatMap((claim, i) => {
    if (claim.role !== 'asserted' || !isUngrounded(claim)) return [];
    if (isInWords(field) && isText(claim.value)) return [];
    const truth = truthAt(history, claim.eventTime);
    const finding = truth
      ? againstTruth(claim, truth, of, settings)
      : againstClaims(claim, history.claims.slice(0, i), of);
    return finding ? [finding] : [];
  });
}

function againstTruth(claim: Entry, truth: Truth, of: OfField, settings: Settings): FactFinding | undefined {
  const { history, acts, field, key } = of;
  if (mayBeSame(truth.value, claim.value) || isTouched(acts, truth.lastAt, claim.eventTime)) return undefined;
  if (truth.lastTraceId === claim.traceId || truth.first.traceId === claim.traceId) return undefined;
  if (isText(claim.value) && (truth.runs < settings.wordRuns || isInWords(field))) return undefined;
  const isLate = claim.eventTime - truth.first.eventTime < settings.settledMs * 1_000;
  const wasSo = history.truths.some((each) => each !== truth && mayBeSame(each.value, claim.value));
  // What was so before the change, or came to be so soon after, was told by somebody who worked meanwhile.
  if (
    wasSo &&
    (isLate ||
      !history.truths.some(
        (each) => each.first.eventTime < truth.first.eventTime && mayBeSame(each.value, claim.value),
      ))
  )
    return undefined;
  const origin = originOf(claim, history);
  const { agent, value } = claim;
  return {
    pattern: 'fact_contradiction',
    key: `${field}\n${claim.spanId}`,
    scope: 'run',
    at: placeOf(claim, origin),
    severity: 'high',
    confidence: truth.runs > 1 ? 0.9 : 0.8,
    summary: `${agent || 'an agent'} states ${field} ${value} of ${key}, but ${truth.first.tool || 'a result'} ${
      wasSo ? 'says' : 'said'
    } ${truth.value}${wasSo ? ' since' : ''}, and nothing changed it`,
    evidence: {
      type: wasSo ? 'outdated' : 'against_observation',
      expected: { field, value: truth.value },
      seen: { field, value },
      numbers: { runs: truth.runs, days: daysBetween(truth.lastAt, claim.eventTime) },
      spans: [...new Set([truth.first.spanId, origin.causeSpanId, claim.spanId])],
    },
    eventTime: claim.eventTime,
    receivedTime: Math.max(claim.receivedTime, truth.first.receivedTime),
  };
}

function againstClaims(
  claim: Entry,
  earlier: readonly Entry[],
  { history, acts, field, key }: OfField,
): FactFinding | undefined {
  if (isAnswer(claim) || isText(claim.value)) return undefined;
  const other = earlier.findLast(
    (each) => !isAnswer(each) && each.role === 'asserted' && each.basis !== 'unknown' && each.basis !== 'computed',
  );
  if (!other || other.sessionId === claim.sessionId || mayBeSame(other.value, claim.value)) return undefined;
  if (isTouched(acts, other.eventTime, claim.eventTime)) return undefined;
  const [known] = history.truths;
  // What was seen later tells which of the two was wrong.
  if (known && mayBeSame(known.value, claim.value)) return undefined;
  const isSupported = !isUngrounded(other) || (known !== undefined && mayBeSame(known.value, other.value));
  return {
    pattern: 'fact_contradiction',
    key: `${field}\n${claim.spanId}`,
    scope: 'run',
    at: placeOf(claim, isSupported ? originOf(claim, history) : other),
    severity: 'medium',
    confidence: isSupported ? 0.8 : 0.7,
    summary: `${claim.agent || 'an agent'} states ${field} ${claim.value} of ${key}, but ${
      other.agent === claim.agent ? 'it had' : `${other.agent || 'another'} had`
    } stated ${other.value}, and nothing changed it`,
    evidence: {
      type: 'against_statement',
      expected: { field, value: other.value },
      seen: { field, value: claim.value },
      numbers: { days: daysBetween(other.eventTime, claim.eventTime) },
      spans: [...new Set([other.spanId, claim.causeSpanId, claim.spanId])],
    },
    eventTime: claim.eventTime,
    receivedTime: Math.max(claim.receivedTime, other.receivedTime),
  };
}

/** Who stated it first, where it was taken over from there. */
function originOf(claim: Entry, { claims }: FieldHistory): Entry {
  if (claim.basis !== 'context') return claim;
  const first = claims.find((each) => each.basis === 'none' && mayBeSame(each.value, claim.value));
  return first && first.eventTime < claim.eventTime ? first : claim;
}

const daysBetween = (from: number, until: number): number => Math.round(((until - from) / DAY_US) * 10) / 10;
