import type { Severity } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import type { Loss } from '../reading/lost-structure.ts';
import { isLookup } from '../relations/error-nature.ts';
import { heldBefore, type LossLog, noteLosses, placeIn, type Sighting } from '../relations/loss-sightings.ts';
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

export const serializationLoss = runPattern(DESCRIPTION, (settings): RunPatternLogic<LossLog> => {
  function judge(run: RunView, state: LossLog, reporter: Reporter): void {
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
    state: LossLog,
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
      const changed = noteLosses(state, step, span, run, settings.quoting);
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
