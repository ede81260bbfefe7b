import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { fieldName } from '../reading/field-names.ts';
import { isJsonObject, jsonPayload } from '../reading/json-payload.ts';
import { hasLostInWords, type Loss, lossOf, mayHaveLost } from '../reading/lost-structure.ts';
import { lastMessageOf, messagesOf, textOf, wasCut } from '../reading/messages.ts';
import { MAYBE_HANDOFF } from './handoffs.ts';
import { isToolLike } from './operation.ts';

/** Fields of a result that lawfully carry JSON as text. */
const CARRIES =
  /(?:^|_)(?:payload|raw|json|data|arguments|args|params|parameters|request|response|result|event|message|messages|text|value|metadata|config|settings|schema|template)$/;

/** A text that stands where data belongs. */
export interface Sighting {
  spanId: string;
  loss: Loss;
  /** Empty in words. */
  path: string;
  field: string;
  text: string;
  /** It is a loss only where the field held data before. */
  ifData: boolean;
  /** It stands in a result: lost by the tool, not by who asked. */
  inResult: boolean;
  /** It stands in what a model asked to be handed over: the handoff has it, where its own span says nothing of it. */
  asked?: true;
}

/** Part of a detector's state, plain JSON. */
export interface LossLog {
  /** Fields that held objects or lists, each with the first span in which one did. */
  data: [field: string, spanId: string][];
  seen: Sighting[];
}

const MOST_SHOWN = 64;
const shown = (text: string): string =>
  text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN).toWellFormed()}…`;

const MOST_DATA = 64;
const MOST_SEEN = 24;
const MOST_DEPTH = 8;
const MOST_VALUES = 256;

/** Fields of what is asked to be handed over are known apart: an instrumentation may print what the model gave as data. */
const ASKED = 'asked ';

/** Notes that a field held data; true where that was not known of so early a step. */
function holds(field: string, step: Step, run: RunView, { data }: LossLog): boolean {
  const known = data.find((entry) => entry[0] === field);
  const first = known && run.stepOf(known[1]);
  if (known && (!first || run.endOf(first) <= run.endOf(step))) return false;
  if (known) known[1] = step.spanId;
  else if (data.length < MOST_DATA) data.push([field, step.spanId]);
  else return false;
  return true;
}

/** A step that had ended before this one began showed data in a field of this name. */
export function heldBefore({ field, asked }: Sighting, step: Step, run: RunView, { data }: LossLog): boolean {
  return data.some(([name, spanId]) => {
    if (name !== field && !(asked && name === `${ASKED}${field}`)) return false;
    const first = run.stepOf(spanId);
    return first !== undefined && first !== step && run.endOf(first) <= run.startOf(step) + 1_000;
  });
}

/** The step that has it; undefined where a request was for no handoff, or the handoff's own span says what was handed over. */
export function placeIn({ spanId, asked }: Sighting, run: RunView): Step | undefined {
  if (!asked) return run.stepOf(spanId);
  return run.steps.find(
    (step) => step.kind === 'handoff' && step.argumentsDigest === '' && run.requesterOf(step)?.spanId === spanId,
  );
}

interface Reading {
  where: 'arguments' | 'result' | 'asked';
  /** Strings are looked at; otherwise only where data lies. */
  atStrings: boolean;
  /** Fields that hold quoted texts. */
  quoting: RegExp;
}

/** Reads a payload's strings; true where anything was noted. */
function read(
  payload: unknown,
  { where, atStrings, quoting }: Reading,
  step: Step,
  run: RunView,
  log: LossLog,
): boolean {
  const inResult = where === 'result';
  const asked = where === 'asked' ? ({ asked: true } as const) : {};
  let left = MOST_VALUES;
  let changed = false;
  const visit = (value: unknown, path: string, field: string, depth: number): void => {
    if (left <= 0 || depth > MOST_DEPTH) return;
    left -= 1;
    if (typeof value === 'string') {
      if (!atStrings || quoting.test(field)) return;
      const loss = lossOf(value, true);
      if (!loss) return;
      const ifData =
        loss === 'encoded_twice' && !(inResult && !CARRIES.test(field)) && lossOf(value, false) === undefined;
      const text = shown(value.trim());
      const sighting = { spanId: step.spanId, loss, path, field, text, ifData, inResult, ...asked };
      changed = note(sighting, log) || changed;
    } else if (Array.isArray(value)) {
      for (const element of value) visit(element, `${path}[]`, field, depth + 1);
    } else if (isJsonObject(value)) {
      for (const key in value) {
        const inner = value[key];
        const name = fieldName(key);
        if (typeof inner === 'object' && inner !== null)
          changed = holds(`${asked.asked ? ASKED : ''}${name}`, step, run, log) || changed;
        visit(inner, path === '' ? key : `${path}.${key}`, name, depth + 1);
      }
    }
  };
  visit(payload, '', '', 0);
  return changed;
}

function note(sighting: Sighting, { seen }: LossLog): boolean {
  const alike = seen.filter((other) => other.ifData === sighting.ifData).length;
  if (alike >= (sighting.ifData ? MOST_SEEN / 2 : MOST_SEEN)) return false;
  seen.push(sighting);
  return true;
}

/**
 * Notes what in a step stands as text where data belongs, and where data lies; true where anything was noted.
 *
 * @param quoting names of fields that hold quoted texts
 */
export function noteLosses(log: LossLog, step: Step, span: Span, run: RunView, quoting: RegExp): boolean {
  if (isToolLike(step)) {
    let changed = false;
    for (const text of [span.toolArguments, span.toolResult]) {
      const atStrings = mayHaveLost(text);
      if (!atStrings && !mayHoldData(text)) continue;
      const payload = jsonPayload(text);
      const where = text === span.toolResult ? 'result' : 'arguments';
      if (typeof payload === 'object' && payload !== null)
        changed = read(payload, { where, atStrings, quoting }, step, run, log) || changed;
    }
    return changed;
  }
  if (step.kind !== 'llm') return false;
  let changed = false;
  for (const payload of askedToHandOver(step, span))
    changed = read(payload, { where: 'asked', atStrings: true, quoting }, step, run, log) || changed;
  const inWords = wordsOf(span).find(hasLostInWords);
  if (inWords === undefined) return changed;
  const at = inWords.indexOf('[object ');
  const text = inWords.slice(Math.max(0, at - 40), at + 24).trim();
  const sighting = { spanId: step.spanId, path: '', field: '', text, ifData: false, inResult: false };
  return note({ ...sighting, loss: 'object_text' }, log) || changed;
}

/** What a model asks to be handed over: some frameworks record it nowhere else. */
function askedToHandOver(step: Step, span: Span): unknown[] {
  if (!step.requestedCalls.some(({ name }) => MAYBE_HANDOFF.test(name)) || wasCut(span, 'outputMessages')) return [];
  return messagesOf(span.outputMessages).flatMap(({ parts }) =>
    parts.flatMap((part) => {
      if (part?.type !== 'tool_call' || !MAYBE_HANDOFF.test(String(part.name))) return [];
      return [typeof part.arguments === 'string' ? jsonPayload(part.arguments) : part.arguments];
    }),
  );
}

/** An object or a list lies within. */
const mayHoldData = (text: string): boolean =>
  text.includes('":{') || text.includes('":[') || text.includes('": {') || text.includes('": [');

/** Words for and from the model that are new with this inference. */
function wordsOf(span: Span): string[] {
  const texts: string[] = [];
  if (span.inputMessages.includes('[object ')) {
    const message = lastMessageOf(span.inputMessages);
    if (message) texts.push(textOf(message));
  }
  if (span.outputMessages.includes('[object ')) texts.push(...messagesOf(span.outputMessages).map(textOf));
  if (span.systemInstructions.includes('[object ')) texts.push(span.systemInstructions);
  return texts;
}
