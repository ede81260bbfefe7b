import type { Severity } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { hash64 } from '../identity-hash.ts';
import { isMultiple, isStepFrom } from '../reading/arithmetic.ts';
import { entityTypeOf, isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { isNearMiss, shapeOf } from '../reading/near-miss.ts';
import type { NormalValue } from '../reading/normal-value.ts';
import { hasField } from '../reading/statement.ts';
import { announcedBefore } from '../relations/announced.ts';
import { type Claim, ownValues } from '../relations/claims.ts';
import { isComputed, isReckoned, operandsOf } from '../relations/computed.ts';
import { isTriedDay } from '../relations/contradictions.ts';
import { isLookup } from '../relations/error-nature.ts';
import { isGiven, valuesBefore } from '../relations/given-before.ts';
import { callOf, claimsConcerned, type OpenClaims, openClaims } from '../relations/open-claims.ts';
import { isToolLike } from '../relations/operation.ts';
import { dateInUse, numberKnown } from '../relations/values-in-use.ts';

const DESCRIPTION = describePattern({
  pattern: 'ungrounded_argument',
  inShort: 'an argument that nothing given to the agent contains',
  claims:
    "An identifier, number or date in a tool call's arguments is in nothing that the agent was given before it in " +
    'the run: no user, system instruction, tool definition, result or error. An identifier is claimed where ' +
    'something given is nearly it, or where its form is that of identifiers that were given; a number or date where ' +
    'it is a slip of one that was given, or where the run has another one for this very field of the thing, a number ' +
    "of three telling digits and more also where the model's instructions, from which a constant may come, were captured.",
  doesNotClaim: [
    'the id of what a call itself makes; keys of idempotency, names, paths, queries, texts, counts and limits',
    'numbers that follow from others by calculation, or are a few times one of them; dates that are not a slip of one ' +
      '(agents work most of those out: the next Friday, the day after), lie as far from it as a number says that was ' +
      'given, or are looked up beside it: other days of a month, the day of another year',
    'identifiers that count on from each other (a search), or of a form that is unknown: it may be known from ' +
      'elsewhere',
    'a value that contradicts the same field of a result: it follows from `misread_output`',
    'what may stand in a result that was cut, or in a span that the run has forgotten; earlier runs of a session ' +
      'are seen as far as the input repeats them',
  ],
  needs: 'input and output messages of inferences; where inputs record only what is new, results too',
  happened: 'the call; the inference while the call’s span has not come; of several uses the first',
  began: 'the inference that asked for it',
  evidence: {
    slip:
      'something that was given is nearly it: at most two edits; of a number two neighbouring digits swapped, one ' +
      'of four changed, the point moved, a zero too many; of a date day and month swapped, or another year. Or an action gets another ' +
      'number than the only one that results, whichever agent read them, have for this field of the thing it names; ' +
      'or another date than all calls of other tools, two and more, with a field of that name, one of them about the ' +
      'same thing; or the model says in the same breath, in a few words that reckon nothing, another known date, or another ' +
      'known number in the unit of the field. Expected: what was likely meant; seen: field and value; number `uses`',
    invention: 'nothing is near; holds the same',
  },
  severity: {
    medium: 'a lookup, or an invention',
    high: 'a slip in an action',
  },
  published: ['TRAIL tool-related hallucination, tool-output misinterpretation', 'MAST 2.6'],
  settings: {
    digits: setting.count(
      3,
      'least digits of a number that can be told for a slip',
      'shorter numbers are near too many others',
    ),
    ownChoice: setting.pattern(
      /(?:^|_)(?:idempotency_key|request_id|correlation_id|trace_id|span_id|session_id|thread_id|run_id|message_id|client_token|nonce|seed|uuid|name|title|slug|filename|file|path|dir|directory|url|uri|link|query|q|sql|expression|formula|code|script|command|content|text|body|message|note|notes|comment|description|summary|subject|reason|prompt|thought|limit|page|page_size|offset|size|top_k|max\w*|min\w*|count|timeout\w*|port|version|model|temperature|quantity|radius|width|height|color|timestamp|expected_\w+)$/,
      'fields whose values are a call’s own choice',
      'keys, names, texts, limits: nobody gives them to an agent',
    ),
  },
});

const CREATES = new Set(
  'create add register generate new insert open init make allocate assign issue mint start'.split(' '),
);
const CALCULATES = new Set(
  'calculate calc compute convert math eval evaluate sum add subtract multiply divide estimate'.split(' '),
);

/** A number that nobody chooses for its roundness. */
const isTelling = ({ kind, text }: NormalValue): boolean =>
  kind === 'number' && text.replace(/\D/g, '').replace(/^0+|0+$/g, '').length >= TELLING_DIGITS;

const TELLING_DIGITS = 3;

/** The call gives the name of a thing that it makes. */
function names(claim: Claim): boolean {
  const words = nameWords(claim.tool);
  if (!words.some((word) => CREATES.has(word))) return false;
  const type = entityTypeOf(claim.field);
  return type === '' || type.split('_').every((word) => words.includes(word));
}

interface Meant {
  likely: NormalValue | undefined;
  /** Something of this form was given. */
  known: boolean;
  /** What the run has for this very field of the thing, or its calls were given under its name. */
  inUse?: boolean;
}

export const ungroundedArgument = runPattern(DESCRIPTION, (settings): RunPatternLogic<OpenClaims> => {
  function isJudged({ tool, field, value }: Claim): boolean {
    if (tool === '' || settings.ownChoice.test(field)) return false;
    if (value.kind === 'number' && !isIdField(field) && value.text.replace(/\D/g, '').length < settings.digits)
      return false;
    return !nameWords(tool).some((word) => CALCULATES.has(word) && value.kind === 'number');
  }

  /** What the claim was likely to be, among what was given: what the inference itself was given is kept in the claim. */
  function meantBy(claim: Claim & { near?: NormalValue; known?: boolean }, inference: Step, run: RunView): Meant {
    const inUse =
      announcedBefore(claim, inference, run) ?? dateInUse(claim, inference, run) ?? numberKnown(claim, inference, run);
    if (inUse !== undefined) return { likely: { kind: claim.value.kind, text: inUse }, known: true, inUse: true };
    if (claim.near) return { likely: claim.near, known: true };
    const before = likeness(claim, valuesBefore(inference, run));
    return { likely: before.likely, known: before.known || claim.known === true };
  }

  function stands(claim: Claim, meant: Meant, inference: Step, run: RunView): boolean {
    if (isGiven(claim, run) !== false || names(claim)) return false;
    const isId = isIdField(claim.field) || claim.value.kind === 'identifier';
    if (isId && claim.value.kind !== 'date') return meant.likely !== undefined || meant.known;
    const operands = operandsOf(claim, inference, run);
    // What is known of the thing leaves one number that it may have been worked out from.
    if (meant.inUse && claim.value.kind === 'number')
      return !isStepFrom(Number(claim.value.text), Number(meant.likely?.text), operands);
    if (isComputed(claim, inference, run)) return false;
    if (!meant.likely) {
      if (!claim.instructed || !isTelling(claim.value)) return false;
      return !isMultiple(
        Number(claim.value.text),
        operands.map(({ number }) => number),
      );
    }
    const isTried = !meant.inUse && isTriedDay(claim, meant.likely.text, run);
    return !isTried && !isReckoned(claim, meant.likely.text, inference, run);
  }

  function severityOf(call: Step, meant: Meant): Severity {
    return isLookup(call) || !meant.likely ? 'medium' : 'high';
  }

  function judge(run: RunView, state: OpenClaims, reporter: Reporter): void {
    const uses = new Map<string, Claim[]>();
    for (const claim of state.claims) {
      const key = hash64(`${claim.field}=${claim.value.text}`);
      uses.set(key, [...(uses.get(key) ?? []), claim]);
    }
    const tried = triedInTurn(state.claims);
    for (const [key, claims] of uses) {
      const standing = claims.flatMap((claim) => {
        const inference = run.stepOf(claim.inference);
        return inference ? [{ claim, inference, meant: meantBy(claim, inference, run) }] : [];
      });
      standing.sort(
        (a, b) => run.endOf(a.inference) - run.endOf(b.inference) || (a.claim.inference < b.claim.inference ? -1 : 1),
      );
      const [first] = standing.filter(({ claim, inference, meant }) => stands(claim, meant, inference, run));
      if (!first || tried.has(first.claim)) {
        reporter.withdraw(key);
        continue;
      }
      const { claim, inference, meant } = first;
      const call = callOf(claim, run) ?? inference;
      const { likely } = meant;
      reporter.report({
        key,
        span: call,
        rootCause: inference,
        severity: severityOf(call, meant),
        confidence: likely ? 0.9 : 0.75,
        summary: `${AGENT} called ${claim.tool} with ${claim.path} ${claim.written}, which nothing that it was given contains${
          likely ? `; likely it meant ${likely.text}` : ''
        }`,
        evidence: {
          type: likely ? 'slip' : 'invention',
          expected: likely ? likely.text : `a ${claim.field} that was given`,
          seen: { field: claim.path, value: claim.written.slice(0, 64) },
          numbers: { uses: standing.length },
          spans: [...new Set([inference.spanId, call.spanId, ...standing.map((use) => use.inference.spanId)])].slice(
            0,
            32,
          ),
        },
      });
    }
  }

  return {
    initialState: () => ({ claims: [] }),
    onSpan(step, span, run, state, reporter) {
      const known = state.claims.length;
      const added = openClaims(step, span, run, state, isJudged);
      for (const claim of state.claims.slice(known)) noteLikeness(claim, ownValues(span));
      const isConcerned = claimsConcerned(step, run, state).length > 0 || state.claims.some(isUsedIn(step));
      if (state.claims.length > 0 && isConcerned) judge(run, state, reporter);
      return added;
    },
    onRunEnd: () => false,
  };
});

/** A call is given a date by the name by which the claim is one, and may show that all others have one date. */
const isUsedIn =
  (step: Step) =>
  ({ value, field }: Claim): boolean =>
    value.kind === 'date' && isToolLike(step) && hasField(step.given, field);

const TRIED_IN_TURN = 3;

/** Claims of identifiers that count on from each other, three and more of them for one field of a tool. */
function triedInTurn(claims: readonly Claim[]): ReadonlySet<Claim> {
  const byField = new Map<string, Claim[]>();
  for (const claim of claims) {
    if (claim.value.kind !== 'identifier' && !isIdField(claim.field)) continue;
    const key = `${claim.tool}\n${claim.field}\n${shapeOf(claim.value.text)}`;
    byField.set(key, [...(byField.get(key) ?? []), claim]);
  }
  const tried = new Set<Claim>();
  for (const alike of byField.values()) {
    const numbers = alike.map(({ value }) => Number(/(\d{1,15})\D*$/.exec(value.text)?.[1] ?? Number.NaN));
    const inTurn = alike.filter((_, i) => numbers.some((other) => Math.abs(other - (numbers[i] ?? 0)) === 1));
    if (inTurn.length >= TRIED_IN_TURN) for (const claim of inTurn) tried.add(claim);
  }
  return tried;
}

/** The nearest of the values given, of slips the first; and whether any has its form. */
function likeness(claim: Claim, given: readonly NormalValue[]): Meant {
  const isId = isIdField(claim.field) || claim.value.kind === 'identifier';
  const shape = shapeOf(claim.value.text);
  const likely = given.find((value) =>
    isNearMiss(
      isId ? { kind: 'identifier', text: claim.value.text } : claim.value,
      isId ? { kind: 'identifier', text: value.text } : value,
    ),
  );
  const known = /\D/.test(shape.replace(/9/g, '')) && given.some((value) => shapeOf(value.text) === shape);
  return { likely, known };
}

/** Keeps with a claim what only its inference's own input tells: the payload is gone later. */
function noteLikeness(claim: Claim & { near?: NormalValue; known?: boolean }, given: readonly NormalValue[]): void {
  const { likely, known } = likeness(claim, given);
  if (likely) claim.near = likely;
  if (known) claim.known = true;
}
