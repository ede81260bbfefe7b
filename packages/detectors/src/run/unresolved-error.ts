import type { Severity, Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import type { ObservedUse, UseCounts } from '../detector/normals.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { answeredWithout, type NotedAnswer, noteAnsweredValues } from '../relations/answered-without.ts';
import { faultOf, isLookup, wordsOf } from '../relations/error-nature.ts';
import { isHeldAlready } from '../relations/held-already.ts';
import { isDue } from '../relations/incident-pace.ts';
import { acknowledged, furtherSpans, type Incident, incidentsOf } from '../relations/incidents.ts';
import { isOperation } from '../relations/operation.ts';
import { usedInAnswer, usesOf } from '../relations/result-use.ts';
import { runFailure } from '../relations/run-failure.ts';
import { evidenceFor, isEstablished, isRefuted } from '../statistics/sequential-test.ts';
import { maskingOf } from './masked-tool-error.ts';

const DESCRIPTION = describePattern({
  pattern: 'unresolved_error',
  inShort: 'something failed and was never obtained',
  claims:
    'A step failed, what had failed was never obtained, and the run came to its end all the same, or ended in that ' +
    'very error.',
  doesNotClaim: [
    'that the end was wrong: where the agent told its user of the failure it is `low` or `medium`',
    'a part that failed inside an operation that came to a good end',
    'spans that are no operation of an agent, unless the run died of them',
    'an error behind a status of OK that nobody noticed: that is `masked_tool_error`',
    'an error that says that what the call was to bring about holds already (`already cancelled`, `must be suspended to ' +
      'resume`), unless the run ended in it. What exists, is booked or is assigned already where something new was wanted is none',
    'a failed lookup that few runs of the agent make, and whose results, in those that ended well, nothing later ' +
      'used: neither an answer nor the arguments of a later call; of an agent of which too few are known, in runs of all agents of the tenant. ' +
      'A result that is a decision (`eligible: true`) is always held to be used',
    'while too little is known of that, a failed lookup of which the agent told its user, in an answer that also tells of ' +
      'other work that was done; unless it was about something that was named before and that no other call was about, had a ' +
      'result elsewhere in the run, or is one that many runs of the agent make, or use: `recovery` tells of it',
    'anything while the run goes on, or where spans of it are missing: what had failed may have been obtained unseen',
  ],
  needs: 'the status of spans, or results; messages tell whether the agent spoke of it',
  happened: 'the operation on which the failure shows to the agent',
  began:
    'the deepest span that shows it; where the error says that the call was at fault, the inference that asked for ' +
    'it',
  evidence: {
    never_obtained:
      'the run completed; seen: the words of the error; numbers `attempts` (after the first), `acknowledged` (0 or ' +
      '1); spans: where else it shows, and the attempts',
    run_failed: 'the run ended in this error; holds the same',
  },
  severity: {
    low: 'a call that broke a rule, and the agent said so',
    medium: 'the agent said so; or a call that broke a rule and may have become needless',
    high: 'the run ended in it, or went on without a word',
  },
  published: ['TRAIL service errors, timeout, rate limiting, tool-related', 'MAST 3.1'],
  settings: {
    minConfidence: setting.share(
      0.7,
      'how surely a result must be an error where the status of its span does not say so',
      'as for `masked_tool_error`, from which it takes over',
    ),
    neededShare: setting.share(
      0.4,
      'share of the runs with a result of a lookup that use it, at least, where it is needed',
      'what a run does with a result is not always seen',
    ),
    optionalShare: setting.share(
      0.05,
      'share of them that use it where runs do without',
      'a value may stand in an answer by chance; with the other two, eleven runs without a use tell that it is optional, and each use ' +
        'asks for five more',
    ),
    error: setting.share(
      0.01,
      'probability of ever holding the results of a needed lookup for unused',
      'it silences errors that matter',
    ),
    rareShare: setting.share(
      0.25,
      'share of the agent’s runs that make the lookup at most',
      'what more of them look up is part of the work, though nobody repeats it',
    ),
  },
});

/** The run ended in this incident: the span with which it failed as a whole shows it. */
const isFatal = (incident: Incident, failure: Step | undefined): boolean =>
  failure !== undefined &&
  (failure === incident.span || failure === incident.cause || incident.shownBy.includes(failure));

function severityOf(incident: Incident, fatal: boolean): Severity {
  if (fatal) return 'high';
  if (acknowledged(incident)) return faultOf(incident.span) === 'call' ? 'low' : 'medium';
  // A call that broke a rule may have become needless by what was done next, which an answer given at once rules out.
  const wentStraightOn = incident.outputs.length === 0 || incident.outputs[0]?.said === 'answer';
  return faultOf(incident.span) === 'call' && (isLookup(incident.span) || !wentStraightOn) ? 'medium' : 'high';
}

interface State {
  /** Span ids of lookups of which an answer repeated something. */
  answered: string[];
  /** Absent where an older version began the run. */
  answers?: NotedAnswer[];
}

const MOST_ANSWERED = 32;
/** Runs after which a lookup that is used is no longer learned about. */
const RUNS_LEARNED = 40;
const MOST_AGENTS = 8;

export const unresolvedError = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const shares = { share: 1 - settings.optionalShare, otherwise: 1 - settings.neededShare };

  /** Evidence that the results of a lookup are not used. */
  const evidenceOf = ({ runs, used }: UseCounts): number => evidenceFor(shares, runs - used, runs);

  function stands(incident: Incident, fatal: boolean, run: RunView, { answers = [] }: State): boolean {
    if (incident.success || run.incomplete) return false;
    if (fatal) return true;
    if (!isOperation(incident.span) || isHeldAlready(incident)) return false;
    if (isLookup(incident.span) && isOptional(incident, run, answers)) return false;
    if (!incident.span.failed && incident.span.outcomeConfidence < settings.minConfidence) return false;
    return !maskingOf(incident, run, true);
  }

  /** Most runs of an agent, of all where it is empty, do not make the lookup. */
  const isRare = ({ runs }: UseCounts, agent: string, run: RunView): boolean =>
    runs <= settings.rareShare * (run.normals.use(run.tenant, agent, '')?.runs ?? 0);

  /** It is established that twice as many of its runs make it: of the first few, nothing is. */
  function isCommon({ runs }: UseCounts, agent: string, run: RunView): boolean {
    const all = run.normals.use(run.tenant, agent, '')?.runs ?? 0;
    const common = { share: 2 * settings.rareShare, otherwise: settings.rareShare };
    return isEstablished(evidenceFor(common, runs, Math.max(all, runs)), settings.error);
  }

  /** Runs do without the results of this lookup, as far as is known; while too little is, this run shows that it does. */
  function isOptional(incident: Incident, run: RunView, answers: readonly NotedAnswer[]): boolean {
    const { span: lookup } = incident;
    const agent = run.agentOf(lookup);
    const own = run.normals.use(run.tenant, agent, lookup.tool);
    if (own && (evidenceOf(own) < 0 || isCommon(own, agent, run))) return false;
    if (own && isEstablished(evidenceOf(own), settings.error) && isRare(own, agent, run)) return true;
    const all = run.normals.use(run.tenant, '', lookup.tool);
    if (all && isEstablished(evidenceOf(all), settings.error) && isRare(all, '', run)) return true;
    return answeredWithout(incident, answers, run);
  }

  /** What is known to be used need not be looked at any more; what is not may come to be. */
  const isLearnedFrom = (lookup: Step, run: RunView): boolean => {
    const own = run.normals.use(run.tenant, run.agentOf(lookup), lookup.tool);
    return !own || own.runs < RUNS_LEARNED || !isRefuted(evidenceOf(own), settings.error);
  };

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const failure = runFailure(run);
    for (const incident of incidentsOf(run)) {
      const { span, cause, attempts } = incident;
      const fatal = isFatal(incident, failure);
      for (const further of furtherSpans(incident)) reporter.withdraw(further.spanId);
      if (!stands(incident, fatal, run, state)) {
        reporter.withdraw(span.spanId);
        continue;
      }
      const told = acknowledged(incident);
      const seen = wordsOf(span);
      const asked = faultOf(span) === 'call' ? run.requesterOf(span) : undefined;
      const end = fatal
        ? `the run of ${AGENT} ended in this error`
        : told
          ? `${AGENT} told its user and finished without it`
          : `${AGENT} finished all the same`;
      reporter.report({
        key: span.spanId,
        span,
        rootCause: asked ?? cause,
        severity: severityOf(incident, fatal),
        confidence: fatal ? 0.98 : incident.outputs.some((output) => output.said !== '') ? 0.9 : 0.75,
        summary: `${span.tool || span.name} failed${seen ? ` (${seen})` : ''}${
          attempts.length === 0
            ? ''
            : attempts.length === 1
              ? ', and so did another attempt'
              : `, and so did ${attempts.length} further attempts`
        }; ${end}`,
        evidence: {
          type: fatal ? 'run_failed' : 'never_obtained',
          expected: 'a result of the failed operation, or of another in its place',
          seen,
          numbers: { attempts: attempts.length, acknowledged: told ? 1 : 0 },
          spans: [span, ...attempts, ...incident.shownBy].slice(0, 32).map((step) => step.spanId),
        },
      });
    }
  }

  /** Notes lookups of which an answer repeats something; true where there are any. */
  function noteAnswer(step: Step, span: Span, run: RunView, state: State): boolean {
    if (step.kind !== 'llm' || run.calls === 0 || step.requestedCalls.length > 0 || span.outputMessages === '')
      return false;
    const isOpen = (lookup: Step) => !state.answered.includes(lookup.spanId) && isLearnedFrom(lookup, run);
    const used = usedInAnswer(step, span, run, isOpen).slice(0, MOST_ANSWERED - state.answered.length);
    state.answered.push(...used);
    return used.length > 0;
  }

  /** The run came to its end with this step, or had before. */
  const hasEnded = (run: RunView): boolean => run.root !== undefined;

  return {
    initialState: () => ({ answered: [] }),

    onSpan(step, span, run, state, reporter) {
      state.answers ??= [];
      const isAnswer = noteAnsweredValues(step, span, state.answers);
      if (isDue(step, run) && hasEnded(run)) judge(run, state, reporter);
      return noteAnswer(step, span, run, state) || isAnswer;
    },

    onRunEnd(_end, run, state, reporter) {
      if (run.troubles > 0) judge(run, state, reporter);
      return false;
    },

    observe(run, { answered }) {
      const uses = new Map<string, ObservedUse>();
      const add = (agent: string, tool: string, isUsed: boolean): void => {
        const key = `${agent}\n${tool}`;
        uses.set(key, { about: 'use', agent, tool, isUsed: isUsed || uses.get(key)?.isUsed === true, isBeyond: false });
      };
      for (const agent of new Set(['', run.agent, ...run.agents.slice(0, MOST_AGENTS)])) add(agent, '', false);
      if (run.calls === 0) return [...uses.values()];
      for (const { lookup, isUsed } of usesOf(run, answered, (lookup) => isLearnedFrom(lookup, run)))
        for (const agent of new Set(['', run.agentOf(lookup)])) add(agent, lookup.tool, isUsed);
      return [...uses.values()];
    },
  };
});
