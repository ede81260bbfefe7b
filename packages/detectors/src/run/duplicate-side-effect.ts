import type { Severity, Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { AGENT, duration, listed, times as timesInWords } from '../detector/wording.ts';
import { handsToPerson } from '../reading/hands-to-person.ts';
import { ownAttributes } from '../reading/own-attributes.ts';
import { allFacts } from '../reading/statement.ts';
import { isAnsweredAgain } from '../relations/answered-again.ts';
import { byStartIn, isCall, isInnermost } from '../relations/calls.ts';
import { accumulates, doneElsewhere, isEffect, lostItsAnswer, mayMake } from '../relations/effects.ts';
import { wordsOf } from '../relations/error-nature.ts';
import { isConfirmed, isUndone, mayUndo, movesMoney, nameTwo, newIds } from '../relations/harm.ts';
import { follows } from '../relations/operation.ts';
import { endedBefore, itselfAndLater } from '../relations/recent-steps.ts';
import { asksForSeveral, noteUserWords, type UserWords, userSpokeBetween } from '../relations/user-turns.ts';

const DESCRIPTION = describePattern({
  pattern: 'duplicate_side_effect',
  inShort: 'something was done twice for one intent',
  claims: 'An operation that changes something took effect twice for one intent: a payment, a message, an order.',
  doesNotClaim: [
    'a second call that was answered without a second effect: the same new id again, or words that say so',
    'calls with different idempotency keys (one of them without any may be the other again); calls that one inference asked for side by side',
    'repetitions that a user asked for: another turn, or words like *two*, *again*',
    'a failed call whose effect nobody saw',
    'operations that set a value: done twice they do the same',
  ],
  needs:
    'arguments, or keys (`spanwise.idempotency_key`, an argument `idempotency_key`); results tell a repeated answer ' +
    'from a second effect, messages tell the turns of a user',
  happened: 'the second call that took effect',
  began: 'the inference that asked for it; where the first had failed for its caller, that first call',
  evidence: {
    same_key:
      'two calls with one idempotency key both took effect; numbers `times`, `seconds` (between the first two); ' +
      'spans: all that took effect',
    effect_before_retry:
      'a call timed out or was cut off for its caller, a span of the service that it called shows that it had taken ' +
      'effect, and it was done again; holds the same',
    same_call:
      'a call of a tool whose effects add up (pay, send, create), or that named a new thing each time (start, open, ' +
      'add), succeeded twice with the same arguments in one turn of the user; holds the same',
  },
  severity: {
    low: 'a user was handed over to a person',
    medium: 'the same call with the same result, which may be one that says nothing',
    high: 'otherwise',
    critical:
      'money went twice: both results say that it was done and name two different things, for the same arguments, under ' +
      'one key or by words of the user that were captured; and nothing in the run takes it back',
  },
  published: ['TRAIL resource abuse, tool-related'],
  settings: {
    effects: setting.names(
      [],
      'tools whose effects add up though their names do not say so',
      'only operators know them',
    ),
  },
});

interface State {
  /** Idempotency keys of calls. */
  keys: [spanId: string, key: string][];
  userWords: UserWords;
  /** A user asked for more than one. */
  several: boolean;
}

const MOST_KEYS = 64;
const MOST_ALIKE = 32;

interface Duplicate {
  type: 'same_key' | 'effect_before_retry' | 'same_call';
  first: Step;
  second: Step;
  times: Step[];
  /** The first failed for its caller. */
  unseen: boolean;
}

export const duplicateSideEffect = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const addsUp = (step: Step): boolean => accumulates(step.tool) || settings.effects.includes(step.tool);

  const tookEffect = (step: Step, run: RunView): boolean =>
    !isFailure(step) || (lostItsAnswer(step) && doneElsewhere(step, run) !== undefined);

  const keyOf = (step: Step, state: State): string => state.keys.find(([spanId]) => spanId === step.spanId)?.[1] ?? '';

  function alike(step: Step, run: RunView, state: State): Step[] {
    const key = keyOf(step, state);
    const same =
      key === ''
        ? keyless(run.sameArguments(step), state)
        : state.keys.flatMap(([spanId, other]) => (other === key ? (run.stepOf(spanId) ?? []) : []));
    return same
      .filter((other) => other.tool === step.tool && tookEffect(other, run) && isInnermost(other, run))
      .slice(0, MOST_ALIKE)
      .sort(byStartIn(run));
  }

  /** Calls that are one by their arguments. A single key among them is that of a call which was then made without it. */
  function keyless(calls: readonly Step[], state: State): Step[] {
    const keys = new Set(calls.map((call) => keyOf(call, state)).filter((key) => key !== ''));
    const first = keys.size === 1 ? calls.find((call) => keyOf(call, state) !== '') : undefined;
    return calls.filter((call) => call === first || keyOf(call, state) === '');
  }

  function find(step: Step, run: RunView, state: State): Duplicate | undefined {
    const times = alike(step, run, state);
    const [first] = times;
    if (!first || times.length < 2) return undefined;
    const hasKey = keyOf(step, state) !== '';
    const unseen = isFailure(first);
    const second = times.find(
      (other) => other !== first && (hasKey || follows(other, first, run)) && !isAnsweredAgain(first, other),
    );
    if (!second) return undefined;
    if (unseen) return { type: 'effect_before_retry', first, second, times, unseen };
    if (hasKey) return { type: 'same_key', first, second, times, unseen };
    const asked = run.requesterOf(second);
    if (
      !(addsUp(step) || (mayMake(step.tool) && nameTwo(first, second))) ||
      state.several ||
      (asked && asked === run.requesterOf(first))
    )
      return undefined;
    if (userSpokeBetween(first, second, run, state.userWords)) return undefined;
    return { type: 'same_call', first, second, times, unseen };
  }

  /** Money went twice, by what both results say, for what was asked for once, and nothing has taken it back. */
  function isHarm({ type, first, second }: Duplicate, run: RunView, state: State): boolean {
    if (!movesMoney(second.tool) || !isConfirmed(first) || !isConfirmed(second) || !nameTwo(first, second))
      return false;
    if (first.argumentsDigest === '' || first.argumentsDigest !== second.argumentsDigest) return false;
    const isOneIntent = type === 'same_key' || (state.userWords.length > 0 && run.requesterOf(second) !== undefined);
    return isOneIntent && !isUndone(first, run) && !isUndone(second, run);
  }

  function severityOf(found: Duplicate, run: RunView, state: State): Severity {
    if (isHarm(found, run, state)) return 'critical';
    if (handsToPerson(found.second.tool)) return 'low';
    return found.type === 'same_call' && found.first.resultDigest === found.second.resultDigest ? 'medium' : 'high';
  }

  function judge(step: Step, run: RunView, state: State, reporter: Reporter): void {
    const identity = keyOf(step, state) || step.argumentsDigest;
    const key = `${step.tool} ${identity}`;
    const found = find(step, run, state);
    if (!found) {
      reporter.withdraw(key);
      return;
    }
    const { type, first, second, times, unseen } = found;
    const asked = run.requesterOf(second);
    const seconds = Math.max(0, Math.round((run.startOf(second) - run.endOf(first)) / 1e4) / 100);
    const within = Math.max(0, (run.startOf(times.at(-1) ?? second) - run.endOf(first)) / 1_000);
    reporter.report({
      key,
      span: second,
      rootCause: unseen ? first : (asked ?? second),
      severity: severityOf(found, run, state),
      confidence: type === 'same_call' ? (first.resultDigest === second.resultDigest ? 0.75 : 0.9) : 0.95,
      summary: unseen
        ? `${step.tool} failed for ${AGENT} (${wordsOf(first) || 'no answer'}) but had taken effect, and was done again ${duration(seconds * 1_000)} later`
        : `${AGENT} did ${step.tool} ${timesInWords(times.length)} ${
            type === 'same_key' ? 'under one idempotency key' : 'with the same arguments'
          } within ${duration(within)}, and it took effect each time${idsIn(times)}`,
      evidence: {
        type,
        expected: 'one effect for one intent',
        seen: type === 'same_key' ? `key ${identity.slice(0, 64)}` : `${times.length} × ${step.tool}`,
        numbers: { times: times.length, seconds },
        spans: times.map((time) => time.spanId).slice(0, 32),
      },
    });
  }

  /** What the span says beyond its step; true where anything was noted. */
  function note(step: Step, span: Span, state: State): boolean {
    if (step.kind === 'llm') {
      if (!noteUserWords(step, span, state.userWords)) return false;
      if (!state.several) state.several = asksForSeveral(span);
      return true;
    }
    if (!isCall(step) || state.keys.length >= MOST_KEYS) return false;
    const own = ownAttributes(span)?.idempotency_key;
    const key =
      typeof own === 'string' ? own : allFacts(step.given).find((fact) => fact.field === 'idempotency_key')?.value;
    if (key === undefined || key === '') return false;
    state.keys.push([step.spanId, key]);
    return true;
  }

  return {
    initialState: () => ({ keys: [], userWords: [], several: false }),
    onSpan(step, span, run, state, reporter) {
      const noted = note(step, span, state);
      for (const call of concerned(step, run, state)) judge(call, run, state, reporter);
      return noted;
    },
    onRunEnd: () => false,
  };

  /** The calls of which a step may decide: itself, the one it was done for, and those after an inference that came late. */
  function* concerned(step: Step, run: RunView, state: State): Generator<Step> {
    if (step.kind === 'llm') {
      yield* itselfAndLater(step, run, (later) => isEffect(later) && later.argumentsDigest !== '');
      return;
    }
    // What takes money back makes what was done twice less grave.
    if (isCall(step) && mayUndo(step.tool))
      yield* endedBefore(
        step,
        run,
        (done) => isEffect(done) && movesMoney(done.tool) && run.sameArguments(done).length > 1,
      );
    let at: Step | undefined = step;
    for (let depth = 0; at && depth < 5; depth++) {
      const judged = isEffect(at) && (at.argumentsDigest !== '' || keyOf(at, state) !== '');
      if (judged) yield at;
      // Made again without its key, which is seen first.
      if (judged && keyOf(at, state) !== '') {
        const again = run.sameArguments(at).find((other) => keyOf(other, state) === '');
        if (again) yield again;
      }
      at = run.parentOf(at);
    }
  }
});

/** What was made each time, where the results name it. */
function idsIn(times: readonly Step[]): string {
  const ids = times.flatMap((time) => newIds(time).slice(0, 1));
  return new Set(ids).size === times.length && times.length <= MOST_NAMED ? ` (${listed(ids)})` : '';
}

const MOST_NAMED = 4;
