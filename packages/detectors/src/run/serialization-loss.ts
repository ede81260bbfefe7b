import type { Severity, Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { fieldName } from '../reading/field-names.ts';
import { isJsonObject, jsonPayload } from '../reading/json-payload.ts';
import { hasLostInWords, type Loss, lossOf, mayHaveLost } from '../reading/lost-structure.ts';
import { lastMessageOf, messagesOf, textOf, wasCut } from '../reading/messages.ts';
import { isLookup } from '../relations/error-nature.ts';
import { MAYBE_HANDOFF } from '../relations/handoffs.ts';
import { isToolLike } from '../relations/operation.ts';

const DESCRIPTION = describePattern({
  pattern: 'serialization_loss',
  inShort: 'data has become a text that is not the data',
  claims:
    'Data that one step passes to another has become a text that is not the data. Looked at are whole values in ' +
    'arguments, handoffs and results, and `[object Object]` put into a text for or from a model. What was lost once ' +
    'and is carried on is one finding.',
  doesNotClaim: [
    'texts that quote or speak of such things; values of fields that hold code, logs or documents',
    'JSON in a string where no data is known to belong, as a request body',
    'a result that is as a whole a text in some notation',
    'fields that are flattened without loss, and depth that is lost without a trace: neither is seen',
  ],
  needs:
    'arguments and results; messages for what stands in words, and for what is handed over by a span that does not say it',
  happened: 'the first step that has it',
  began: 'for arguments the inference that asked; else the step itself',
  evidence: {
    object_text:
      '`[object Object]`; expected: that the field held data, where it did; seen: path and text; number `places`; ' +
      'spans: all that have it',
    reference_text:
      'an address in some process’s memory: `<Order object at 0x7f…>`, `com.shop.Order@1b6d35`; holds the same',
    no_value: '`undefined` or `NaN` as text; holds the same',
    own_notation: "a programming language's notation as text within JSON: `{'a': None}`, `map[a:1]`; holds the same",
    encoded_twice:
      'JSON as text in a result, in arguments where the same field held data before, or within such a text; holds ' +
      'the same',
  },
  severity: {
    low: 'a notation or double encoding that was only read',
    medium:
      'what is lost was only read; a notation or double encoding, from which the data can be had, in an action or a ' +
      'handoff',
    high: 'an action or a handoff got what is lost',
  },
  published: ['TRAIL formatting errors, context handling failures'],
  settings: {
    quoting: setting.pattern(
      /(?:^|_)(?:code|script|source|snippet|diff|patch|logs?|stack|stacktrace|traceback|html|sql|query|command|expression|markdown|document|content|body|stdout|stderr|output|error|example)$/,
      'fields that hold quoted texts',
      'what stands in code, logs and documents is nobody’s data',
    ),
  },
});

/** Fields of a result that lawfully carry JSON as text. */
const CARRIES =
  /(?:^|_)(?:payload|raw|json|data|arguments|args|params|parameters|request|response|result|event|message|messages|text|value|metadata|config|settings|schema|template)$/;

interface Sighting {
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

interface State {
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

const IS_LOST: Readonly<Record<Loss, boolean>> = {
  object_text: true,
  reference_text: true,
  no_value: true,
  own_notation: false,
  encoded_twice: false,
};

const SAYS: Readonly<Record<Loss, string>> = {
  object_text: 'what the object held is lost',
  reference_text: 'an address in memory, what the object held is lost',
  no_value: 'a text that says that there is no value',
  own_notation: "a text in a programming language's own notation",
  encoded_twice: 'JSON inside a text, encoded twice',
};

/** Fields of what is asked to be handed over are known apart: an instrumentation may print what the model gave as data. */
const ASKED = 'asked ';

/** Notes that a field held data; true where that was not known of so early a step. */
function holds(field: string, step: Step, run: RunView, state: State): boolean {
  const known = state.data.find((entry) => entry[0] === field);
  const first = known && run.stepOf(known[1]);
  if (known && (!first || run.endOf(first) <= run.endOf(step))) return false;
  if (known) known[1] = step.spanId;
  else if (state.data.length < MOST_DATA) state.data.push([field, step.spanId]);
  else return false;
  return true;
}

function heldBefore({ field, asked }: Sighting, step: Step, run: RunView, state: State): boolean {
  return state.data.some(([name, spanId]) => {
    if (name !== field && !(asked && name === `${ASKED}${field}`)) return false;
    const first = run.stepOf(spanId);
    return first !== undefined && first !== step && run.endOf(first) <= run.startOf(step) + 1_000;
  });
}

/** The step that has it; undefined where a request was for no handoff, or the handoff's own span says what was handed over. */
function placeIn({ spanId, asked }: Sighting, run: RunView): Step | undefined {
  if (!asked) return run.stepOf(spanId);
  return run.steps.find(
    (step) => step.kind === 'handoff' && step.argumentsDigest === '' && run.requesterOf(step)?.spanId === spanId,
  );
}

export const serializationLoss = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  /** Reads a payload's strings; true where anything was noted. */
  function read(
    payload: unknown,
    where: 'arguments' | 'result' | 'asked',
    atStrings: boolean,
    step: Step,
    run: RunView,
    state: State,
  ): boolean {
    const inResult = where === 'result';
    const asked = where === 'asked' ? ({ asked: true } as const) : {};
    let left = MOST_VALUES;
    let changed = false;
    const visit = (value: unknown, path: string, field: string, depth: number): void => {
      if (left <= 0 || depth > MOST_DEPTH) return;
      left -= 1;
      if (typeof value === 'string') {
        if (!atStrings || settings.quoting.test(field)) return;
        const loss = lossOf(value, true);
        if (!loss) return;
        const ifData =
          loss === 'encoded_twice' && !(inResult && !CARRIES.test(field)) && lossOf(value, false) === undefined;
        const text = shown(value.trim());
        const sighting = { spanId: step.spanId, loss, path, field, text, ifData, inResult, ...asked };
        changed = note(sighting, state) || changed;
      } else if (Array.isArray(value)) {
        for (const element of value) visit(element, `${path}[]`, field, depth + 1);
      } else if (isJsonObject(value)) {
        for (const key in value) {
          const inner = value[key];
          const name = fieldName(key);
          if (typeof inner === 'object' && inner !== null)
            changed = holds(`${where === 'asked' ? ASKED : ''}${name}`, step, run, state) || changed;
          visit(inner, path === '' ? key : `${path}.${key}`, name, depth + 1);
        }
      }
    };
    visit(payload, '', '', 0);
    return changed;
  }

  function note(sighting: Sighting, state: State): boolean {
    const alike = state.seen.filter((other) => other.ifData === sighting.ifData).length;
    if (alike >= (sighting.ifData ? MOST_SEEN / 2 : MOST_SEEN)) return false;
    state.seen.push(sighting);
    return true;
  }

  function look(step: Step, span: Span, run: RunView, state: State): boolean {
    if (isToolLike(step)) {
      let changed = false;
      for (const text of [span.toolArguments, span.toolResult]) {
        const atStrings = mayHaveLost(text);
        if (!atStrings && !mayHoldData(text)) continue;
        const payload = jsonPayload(text);
        if (typeof payload === 'object' && payload !== null)
          changed =
            read(payload, text === span.toolResult ? 'result' : 'arguments', atStrings, step, run, state) || changed;
      }
      return changed;
    }
    if (step.kind !== 'llm') return false;
    let changed = false;
    for (const payload of askedToHandOver(step, span))
      changed = read(payload, 'asked', true, step, run, state) || changed;
    const inWords = wordsOf(span).find(hasLostInWords);
    if (inWords === undefined) return changed;
    const at = inWords.indexOf('[object ');
    const text = inWords.slice(Math.max(0, at - 40), at + 24).trim();
    const sighting = { spanId: step.spanId, path: '', field: '', text, ifData: false, inResult: false };
    return note({ ...sighting, loss: 'object_text' }, state) || changed;
  }

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const groups = new Map<string, { sighting: Sighting; step: Step }[]>();
    for (const sighting of state.seen) {
      const step = placeIn(sighting, run);
      if (!step || (sighting.ifData && !heldBefore(sighting, step, run, state))) continue;
      const key = `${sighting.loss} ${sighting.field}`;
      const group = groups.get(key);
      if (group) group.push({ sighting, step });
      else groups.set(key, [{ sighting, step }]);
    }
    for (const { loss, field } of state.seen)
      if (!groups.has(`${loss} ${field}`)) reporter.withdraw(`${loss} ${field}`);
    const timeOf = (step: Step) => run.endOf(step);
    for (const group of groups.values())
      group.sort((a, b) => timeOf(a.step) - timeOf(b.step) || (a.step.spanId < b.step.spanId ? -1 : 1));
    const structured = [...groups].filter(([key]) => !key.endsWith(' ')).map(([, group]) => group[0]);
    for (const [key, group] of groups) {
      const [first] = group;
      // What stands in words was carried there from the payload in which it was lost.
      const carried =
        first?.sighting.field === '' &&
        structured.some(
          (other) => other && other.sighting.loss === first.sighting.loss && timeOf(other.step) <= timeOf(first.step),
        );
      if (!first || carried) reporter.withdraw(key);
      else report(key, first, group.length, run, state, reporter);
    }
  }

  function report(
    key: string,
    { sighting, step }: { sighting: Sighting; step: Step },
    places: number,
    run: RunView,
    state: State,
    reporter: Reporter,
  ): void {
    const { loss, path, field, text, inResult } = sighting;
    const held = heldBefore(sighting, step, run, state);
    reporter.report({
      key,
      span: step,
      rootCause: (isToolLike(step) && !inResult ? run.requesterOf(step) : undefined) ?? step,
      severity: severityOf(loss, step),
      confidence: held ? 0.95 : IS_LOST[loss] ? 0.9 : 0.8,
      summary: `${placeOf(sighting, step)} "${text}": ${SAYS[loss]}`,
      evidence: {
        type: loss,
        expected: held ? `an object or a list in ${field}, as it was elsewhere in the run` : 'the data itself',
        seen: { path, text },
        numbers: { places },
        spans: [...new Set(state.seen.filter((other) => other.loss === loss).map((other) => other.spanId))].slice(
          0,
          32,
        ),
      },
    });
  }

  return {
    initialState: () => ({ data: [], seen: [] }),
    onSpan(step, span, run, state, reporter) {
      const changed = look(step, span, run, state);
      if (state.seen.length > 0 && (changed || step.kind === 'llm' || step.kind === 'handoff'))
        judge(run, state, reporter);
      return changed;
    },
    onRunEnd: () => false,
  };
});

/** Where the text stands, as the beginning of a sentence that goes on with it. */
function placeOf({ path, inResult }: Sighting, step: Step): string {
  if (path === '') return `a text of ${AGENT} holds`;
  const what = step.tool || step.name;
  return inResult ? `${what} returned ${path} as` : `${AGENT} passed ${path} to ${what} as`;
}

function severityOf(loss: Loss, step: Step): Severity {
  const passesOn = step.kind === 'handoff' || step.handoffTo !== '' || (isToolLike(step) && !isLookup(step));
  if (IS_LOST[loss]) return passesOn ? 'high' : 'medium';
  return passesOn ? 'medium' : 'low';
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
