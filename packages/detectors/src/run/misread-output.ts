import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { hash64 } from '../identity-hash.ts';
import { messagesOf, textOf } from '../reading/messages.ts';
import { mayAnswerNo, tellsOfSuccess } from '../reading/negative-answers.ts';
import { saidOf } from '../reading/said.ts';
import { isCall } from '../relations/calls.ts';
import type { Claim } from '../relations/claims.ts';
import { contradictionOf } from '../relations/contradictions.ts';
import { isAhead, noBefore, noIn } from '../relations/denials.ts';
import { isLookup } from '../relations/error-nature.ts';
import { isGiven } from '../relations/given-before.ts';
import { isConfirmed, isUndone, mayUndo, movesMoney } from '../relations/harm.ts';
import { callOf, claimsConcerned, type OpenClaims, openClaims } from '../relations/open-claims.ts';
import { endedBefore, itselfAndLater } from '../relations/recent-steps.ts';
import { noteUserWords, type UserWords } from '../relations/user-turns.ts';

const DESCRIPTION = describePattern({
  pattern: 'misread_output',
  inShort: 'what follows a result contradicts it',
  claims: "What follows a tool's result contradicts it: another value, or going ahead though the result said no.",
  doesNotClaim: [
    'what a later result, or the user, puts in the place of the first',
    'arguments of tools that change values (`update_…`, `set_…`); numbers that follow from others by a sum, ' +
      'difference, product or share (of what may be one: `10 %`, not `page 10` nor `10 days`), or are told in ' +
      'thousands or millions; bounds (`max_…`)',
    'a number that is given to an action where it is round (a rule may grant it) or where results differ for the thing',
    'another thing that is taken instead; what is lawfully done about a no: refuse, tell, escalate',
    'results that are errors: they are `masked_tool_error`',
    'a sum or a rate that an answer works out wrongly: real answers compute more than can be told from what was stated',
  ],
  needs: 'results; messages of inferences for all but `went_ahead`. Looks back over 16 results of the same agent',
  happened: 'the call, or the inference that answered',
  began: 'the inference that read the result',
  evidence: {
    other_value:
      'arguments, or a structured answer, name a thing that a result told of and give another value for the same ' +
      'field of it; or give a field of a result nearly its value (two neighbouring digits swapped, one of four ' +
      'changed, the point moved, day and month swapped, an identifier of the same form), which nothing else ' +
      'contains; or give an action another number than the only one that the results about the things it names have ' +
      'for the field, of like size or ten times or a tenth of it; or another date or number than the model says ' +
      'in the same breath that a result has for it. Expected: field and value of the result; seen: what was made of it; spans: the result’s call first',
    other_words:
      'an answer in words has a value that nothing contains and that is nearly one in the four latest results (of ' +
      'identifiers in all), or a ' +
      'number of like size, or ten times or a tenth, that stands with the name or the unit of a field of theirs, or of ' +
      'what their call was given, and is not the one it has (after a handover, of what the others did); or one like ' +
      'the only number of a result that the words leave out; or one that stands with the name of one of several ' +
      'things, of which the words tell all other numbers as found; or another identifier of the form of theirs; holds the same',
    went_ahead:
      'a result answers no for a thing (`eligible: false`, `stock: 0`, `decision: denied`), and what is done next ' +
      'with this very thing, or soon with a thing that is suspended, goes ahead all the same; seen: field, value and thing',
    told_success:
      'an action’s own result answers no (`status: declined`), and the agent tells of success; holds the same as ' +
      'the first',
  },
  severity: {
    medium: 'a lookup, an answer, an action that failed',
    high: 'an action follows, or success is told',
    critical:
      'money went, as the result of the action itself says, though the call directly before it had refused this very ' +
      'action for this very thing; and nothing in the run takes it back',
  },
  published: ['TRAIL tool-output misinterpretation', 'MAST 2.6'],
  settings: {
    callsBetween: setting.whole(
      4,
      'calls between a no and what goes ahead',
      'a no that is further away may have been settled otherwise',
    ),
  },
});

interface State extends OpenClaims {
  /** Where users spoke: what a result said before may have been put right. */
  userWords: UserWords;
  /** Inferences that tell of success. */
  successes: string[];
}

const MOST_NOTED = 16;

export const misreadOutput = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function judgeClaims(claims: readonly Claim[], run: RunView, reporter: Reporter): void {
    for (const claim of claims) {
      const key = hash64(`${claim.inference}\n${claim.callId || claim.tool}\n${claim.path}\n${claim.value.text}`);
      const inference = run.stepOf(claim.inference);
      const found = inference && isGiven(claim, run) === false ? contradictionOf(claim, run) : undefined;
      if (!found || !inference) {
        reporter.withdraw(key);
        continue;
      }
      const at = callOf(claim, run) ?? inference;
      const { source, field, stated, isNear } = found;
      const inWords = claim.field === '';
      reporter.report({
        key,
        span: at,
        rootCause: inference,
        severity: at === inference || isLookup(at) ? 'medium' : 'high',
        confidence: isNear ? 0.9 : 0.75,
        summary: `${source.tool} returned ${field || 'a value'} ${stated}, but ${AGENT} ${
          at === inference ? 'answered' : `called ${claim.tool}`
        } with ${inWords ? '' : `${claim.path} `}${claim.written.slice(0, 64)} in its place`,
        evidence: {
          type: inWords ? 'other_words' : 'other_value',
          expected: { field, value: stated },
          seen: { field: claim.path, value: claim.written.slice(0, 64) },
          spans: [...new Set([source.spanId, inference.spanId, at.spanId])],
        },
      });
    }
  }

  function judgeAction(action: Step, run: RunView, state: State, reporter: Reporter): void {
    const no = noBefore(action, run, state.userWords, settings.callsBetween);
    const key = `ahead ${action.spanId}`;
    if (!no) {
      reporter.withdraw(key);
      return;
    }
    const isHarm = no.isExplicit && movesMoney(action.tool) && isConfirmed(action) && !isUndone(action, run);
    const asked = run.requesterOf(action);
    const after = asked && run.startOf(asked) >= run.endOf(no.source) - 1_000;
    reporter.report({
      key,
      span: action,
      rootCause: after ? asked : action,
      severity: isFailure(action) ? 'medium' : isHarm ? 'critical' : 'high',
      confidence: isHarm ? 0.95 : 0.85,
      summary: `${no.source.tool} answered "${no.field}: ${no.value}"${no.entity ? ` for ${no.entity}` : ''}, but ${AGENT} went ahead with ${action.tool}${isHarm ? ', and it was done' : ''}`,
      evidence: {
        type: 'went_ahead',
        expected: `no ${action.tool} for what ${no.source.tool} denied`,
        seen: { field: no.field, value: no.value, entity: no.entity },
        spans: [...new Set([no.source.spanId, ...(after ? [asked.spanId] : []), action.spanId])],
      },
    });
  }

  /** The action last before an answer, where its own result answers no. */
  function judgeSuccess(spanId: string, run: RunView, reporter: Reporter): void {
    const answer = run.stepOf(spanId);
    const key = `told ${spanId}`;
    const last = answer && endedBefore(answer, run, isCall)[0];
    const mayBe = last && last.outcome !== 'error' && !last.failed && !isLookup(last) && mayAnswerNo(last.stated);
    const no = mayBe ? noIn(last, undefined) : undefined;
    if (!answer || !last || !no) {
      reporter.withdraw(key);
      return;
    }
    reporter.report({
      key,
      span: answer,
      rootCause: answer,
      severity: 'high',
      confidence: 0.85,
      summary: `${last.tool} answered "${no.field}: ${no.value}", but ${AGENT} told of success`,
      evidence: {
        type: 'told_success',
        expected: { field: no.field, value: no.value },
        seen: 'words of success',
        spans: [last.spanId, answer.spanId],
      },
    });
  }

  function note(step: Step, span: Span, state: State): boolean {
    if (step.kind !== 'llm' || span.outputMessages === '') return false;
    let changed = noteUserWords(step, span, state.userWords);
    const [message] = messagesOf(span.outputMessages);
    const text = message && step.requestedCalls.length === 0 ? textOf(message) : '';
    if (text !== '' && tellsOfSuccess(text) && saidOf(span) === 'answer') {
      state.successes.push(step.spanId);
      if (state.successes.length > MOST_NOTED) state.successes.shift();
      changed = true;
    }
    return changed;
  }

  return {
    initialState: () => ({ claims: [], userWords: [], successes: [] }),
    onSpan(step, span, run, state, reporter) {
      const added = openClaims(step, span, run, state, () => true);
      const noted = note(step, span, state);
      if (state.claims.length > 0) judgeClaims(claimsConcerned(step, run, state), run, reporter);
      if (isCall(step) || step.kind === 'llm') {
        for (const action of itselfAndLater(step, run, isAhead)) judgeAction(action, run, state, reporter);
        // What is taken back is less grave.
        if (isCall(step) && mayUndo(step.tool))
          for (const action of endedBefore(step, run, (done) => isAhead(done) && movesMoney(done.tool)))
            judgeAction(action, run, state, reporter);
        for (const spanId of state.successes) if (mayConcern(step, spanId, run)) judgeSuccess(spanId, run, reporter);
      }
      return added || noted;
    },
    onRunEnd: () => false,
  };
});

/** The step is the answer, or came late and lies before it. */
function mayConcern(step: Step, spanId: string, run: RunView): boolean {
  const answer = run.stepOf(spanId);
  return answer === step || (answer !== undefined && isCall(step) && run.endOf(step) <= run.startOf(answer) + 1_000);
}
