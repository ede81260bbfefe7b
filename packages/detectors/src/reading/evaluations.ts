import type { Span } from '@spanwise/schemas';
import { numberIn } from './own-attributes.ts';

/** What an evaluation says of how a task went. */
export interface Evaluation {
  name: string;
  isSuccess: boolean;
  /** 0 to 1. */
  score: number;
  reason: string;
  /** Microseconds. */
  time: number;
}

const EVENT = 'gen_ai.evaluation.result';
/** Prefixes of attributes under which conventions write an evaluation on a span. */
const ON_SPAN = ['gen_ai.evaluation.', 'langfuse.score.', 'eval.', 'evaluation.', ''] as const;
const MOST = 8;
const LONGEST_NAME = 100;
const LONGEST_REASON = 512;

const GOOD = new Set(
  'pass passed success successful succeeded correct solved resolved completed complete achieved true yes thumbs_up accepted'.split(
    ' ',
  ),
);
const BAD = new Set(
  'fail failed failure unsuccessful incorrect wrong unsolved unresolved incomplete not_achieved false no thumbs_down rejected'.split(
    ' ',
  ),
);

/** Words by which an evaluation is of how the task went, rather than of tone, relevance or safety. */
const OF_THE_TASK =
  /(?:^|[^a-z])(?:success\w*|correct\w*|complet\w*|resol(?:ved?|ution)\w*|solved|goals?|task\w*|outcome|reward|accuracy|achieve\w*|user_?feedback|feedback|satisf\w*|csat|thumbs?\w*)(?:$|[^a-z])/i;

const words = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z]+/g, '_')
    .toLowerCase();

/**
 * How the task went, as evaluations on a span say: events `gen_ai.evaluation.result`, and the attributes of a span of kind evaluator. Only what speaks
 * of the task counts, by its name ("task_success", "goal accuracy", "user feedback"), and only where it is plain: a label that says pass or
 * fail, or a score from 0 to 1, of which 1 is best. A relevance of 0.9 or a toxicity of 0 says nothing of the outcome.
 */
export function evaluationsOf(span: Span): Evaluation[] {
  const found: Evaluation[] = [];
  if (span.events.includes(EVENT)) {
    for (const event of eventsIn(span.events)) {
      const evaluation =
        event.name === EVENT ? read(event.attributes, 'gen_ai.evaluation.', timeOf(event, span), '') : undefined;
      if (evaluation && found.length < MOST) found.push(evaluation);
    }
  }
  if (
    span.kind === 'evaluator' ||
    span.attributes.includes('gen_ai.evaluation.') ||
    span.attributes.includes('langfuse.score.')
  ) {
    const attributes = objectIn(span.attributes);
    const prefix = ON_SPAN.find(
      (each) => attributes && hasVerdict(attributes, each) && (each !== '' || span.kind === 'evaluator'),
    );
    const evaluation =
      attributes && prefix !== undefined
        ? read(attributes, prefix, endOf(span), span.kind === 'evaluator' ? span.name : '')
        : undefined;
    if (evaluation && found.length < MOST) found.push(evaluation);
  }
  return found;
}

const endOf = (span: Span): number => span.startTime + Math.round(span.durationNs / 1_000);

const hasVerdict = (attributes: Record<string, unknown>, prefix: string): boolean =>
  ['score.label', 'score.value', 'label', 'score', 'value'].some((name) => Object.hasOwn(attributes, prefix + name));

function read(
  attributes: Record<string, unknown>,
  prefix: string,
  time: number,
  spanName: string,
): Evaluation | undefined {
  const get = (...names: string[]): unknown =>
    names.map((name) => attributes[prefix + name]).find((each) => each !== undefined);
  const given = get('name');
  const name = typeof given === 'string' && given !== '' ? given : spanName;
  if (!OF_THE_TASK.test(words(name))) return undefined;
  const score = scoreOf(get('score.label', 'label'), get('score.value', 'score', 'value'));
  if (score === undefined) return undefined;
  const why = get('explanation', 'comment', 'reason');
  const reason = typeof why === 'string' ? why.slice(0, LONGEST_REASON).toWellFormed() : '';
  return { name: name.slice(0, LONGEST_NAME).toWellFormed(), isSuccess: score >= 0.5, score, reason, time };
}

function scoreOf(label: unknown, value: unknown): number | undefined {
  const score = typeof value === 'boolean' ? Number(value) : numberIn(value);
  const plain = score !== undefined && score >= 0 && score <= 1 ? score : undefined;
  if (typeof label === 'boolean') return Number(label);
  const word = typeof label === 'string' ? words(label.trim()).replaceAll(/^_|_$/g, '') : '';
  const said = GOOD.has(word) ? 1 : BAD.has(word) ? 0 : undefined;
  // a score that contradicts its label may count from worst to best, or errors
  if (said !== undefined) return plain !== undefined && plain >= 0.5 === (said === 1) ? plain : said;
  return plain;
}

interface Event {
  name: string;
  timeUnixNano?: unknown;
  attributes: Record<string, unknown>;
}

function eventsIn(text: string): Event[] {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) return [];
  return parsed.filter(
    (each): each is Event =>
      typeof each?.name === 'string' && typeof each.attributes === 'object' && each.attributes !== null,
  );
}

function timeOf(event: Event, span: Span): number {
  const nanos = typeof event.timeUnixNano === 'string' ? Number(event.timeUnixNano) : Number.NaN;
  const micros = Math.round(nanos / 1_000);
  return micros >= Date.UTC(2000, 0) * 1_000 && micros <= Date.UTC(2100, 0) * 1_000 ? micros : endOf(span);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  const parsed = parse(text);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, unknown>)
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
