import type { Severity } from '@spanwise/schemas';
import type { Reporter, RunDetector } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { entityTypeOf, isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { isNearMiss, shapeOf } from '../reading/near-miss.ts';
import type { NormalValue } from '../reading/normal-value.ts';
import { type Claim, ownValues } from '../relations/claims.ts';
import { isComputed, isTriedDay } from '../relations/contradictions.ts';
import { isLookup } from '../relations/error-nature.ts';
import { isGiven, valuesBefore } from '../relations/given-before.ts';
import { callOf, claimsConcerned, type OpenClaims, openClaims } from '../relations/open-claims.ts';

/**
 * `ungrounded_argument`: an identifier, number or date in a tool call's arguments that nothing the agent was given contains: no
 * user, system instruction, tool definition, result or error before it in the run. TRAIL: hallucination (tool-related),
 * tool-output misinterpretation; MAST 2.6.
 *
 * An identifier is claimed where something given is nearly it (a slip), or where its form is that of identifiers that were given
 * (an invention); where neither, it may be known from elsewhere, and nothing is said. A number or date is claimed as a slip of one that
 * was given (two digits swapped, one of four changed, the point moved, day and month swapped, another year); a number of three
 * telling digits and more also as an invention, where the model's instructions were captured; neither where it follows from others by
 * calculation.
 *
 * It does not claim what a call itself names (the id of what it creates, keys of idempotency, names, paths, queries, code), counts
 * and limits, numbers and dates that follow by rule, identifiers that are tried one after the other, dates that are looked up on a day
 * near the one that was given. A value that contradicts the very field of a result follows from `misread_output`. It needs the
 * input and output of inferences; it is silent for what may stand in a result that was cut or that the run has forgotten, unless the
 * input repeats the conversation. Earlier runs of a session are seen only as far as the input repeats them.
 *
 * Happened: the call; the inference while no span of the call is seen. Began: the inference that asked for it.
 * Evidence `slip` (expected: what was likely meant) or `invention`; seen: field and value; numbers: uses.
 */
export interface UngroundedArgumentSettings {
  /** Least digits of a number that can be told for a slip. Default 3. */
  digits: number;
  /** Fields whose values are the call's own choice. */
  ownChoice: RegExp;
}

const DEFAULTS: UngroundedArgumentSettings = {
  digits: 3,
  ownChoice:
    /(?:^|_)(?:idempotency_key|request_id|correlation_id|trace_id|span_id|session_id|thread_id|run_id|message_id|client_token|nonce|seed|uuid|name|title|slug|filename|file|path|dir|directory|url|uri|link|query|q|sql|expression|formula|code|script|command|content|text|body|message|note|notes|comment|description|summary|subject|reason|prompt|thought|limit|page|page_size|offset|size|top_k|max\w*|min\w*|count|timeout\w*|port|version|model|temperature|quantity|radius|width|height|color|timestamp|expected_\w+)$/,
};

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
}

export function ungroundedArgument(overrides: Partial<UngroundedArgumentSettings> = {}): RunDetector<OpenClaims> {
  const settings = { ...DEFAULTS, ...overrides };

  function isJudged({ tool, field, value }: Claim): boolean {
    if (tool === '' || settings.ownChoice.test(field)) return false;
    if (value.kind === 'number' && !isIdField(field) && value.text.replace(/\D/g, '').length < settings.digits)
      return false;
    return !nameWords(tool).some((word) => CALCULATES.has(word) && value.kind === 'number');
  }

  /** What the claim was likely to be, among what was given: what the inference itself was given is kept in the claim. */
  function meantBy(claim: Claim & { near?: NormalValue; known?: boolean }, inference: Step, run: RunView): Meant {
    if (claim.near) return { likely: claim.near, known: true };
    const before = likeness(claim, valuesBefore(inference, run));
    return { likely: before.likely, known: before.known || claim.known === true };
  }

  function stands(claim: Claim, meant: Meant, inference: Step, run: RunView): boolean {
    if (isGiven(claim, run) !== false || names(claim)) return false;
    const isId = isIdField(claim.field) || claim.value.kind === 'identifier';
    if (isId && claim.value.kind !== 'date') return meant.likely !== undefined || meant.known;
    if (isComputed(claim, inference, run)) return false;
    if (!meant.likely) return claim.instructed && isTelling(claim.value);
    return !isTriedDay(claim, meant.likely.text);
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
        summary: `${claim.tool} was called with ${claim.path} ${claim.written}, which nothing before it contains${
          likely ? `; likely ${likely.text} was meant` : ''
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
    pattern: 'ungrounded_argument',
    initialState: () => ({ claims: [] }),
    onSpan(step, span, run, state, reporter) {
      const known = state.claims.length;
      const added = openClaims(step, span, run, state, isJudged);
      for (const claim of state.claims.slice(known)) noteLikeness(claim, ownValues(span));
      if (state.claims.length > 0 && claimsConcerned(step, run, state).length > 0) judge(run, state, reporter);
      return added;
    },
    onRunEnd: () => false,
  };
}

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
