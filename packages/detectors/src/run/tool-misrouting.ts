import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { wasCut } from '../reading/messages.ts';
import { type OfferedTools, OfferedToolsCache } from '../reading/offered-tools.ts';
import type { RequestedCall } from '../reading/requested-calls.ts';
import { argumentsOf, requestedParts } from '../reading/requested-parts.ts';
import { schemaCheck } from '../reading/schema-check.ts';
import { observedTools } from '../relations/agent-tools.ts';
import { isCall, isRequested, wrapsInference } from '../relations/calls.ts';
import { judgeRefusal, refusalIn } from '../relations/refused-calls.ts';
import {
  type ChoiceState,
  callsOf,
  hearAnswer,
  judgeChoices,
  judgeForeign,
  nearestAgent,
  noteOffer,
} from '../relations/tool-choices.ts';
import {
  callOf,
  mismatch,
  type ReportedRequests,
  reportAt,
  unoffered,
  type WrongRequest,
} from '../relations/wrong-requests.ts';

const DESCRIPTION = describePattern({
  pattern: 'tool_misrouting',
  inShort: "a tool that was not offered, is another agent's, or was no use; or arguments that break its schema",
  claims:
    "A model calls a tool that it was not offered, or with arguments that break the tool's declared schema. Where " +
    "no definitions were captured, a framework's own refusal (*is not a valid tool*) is taken at its word. By what an agent’s runs teach " +
    'that ended well: it calls a tool that practically none of them had and that another agent often calls; or a tool that practically none of them ' +
    'called, uses nothing of what that gives, and at once asks a tool that it usually calls for the same, with the same arguments.',
  doesNotClaim: [
    'anything where the offer was not captured, was cut by ingest, or has definitions without a name (tools of ' +
      'the provider)',
    'handing over and giving a structured answer: frameworks implement both as tools that no definition lists',
    'null for an optional argument',
    'arguments that do not parse: they are `malformed_output`',
    'a tool that is new with a release, or that the agent was ever offered; one that many agents call, or whose name is one word; a ' +
      'call that another agent of the run made, too (`duplicate_work`); what code calls, not the model. While nothing shows what an agent is offered, only its calls: of an agent whose runs keep calling tools that came once, nothing',
    'a first choice that failed, found nothing, changed or checked something, or whose answer cannot be recognised where it is used; a second one for ' +
      'another need (`get_user`, then `get_orders` of that user), beside it, or after a word of the user',
  ],
  needs:
    'tool definitions on the inference or its agent, or declared schemas; arguments of the calls. For what is learned: names of agents, and which calls ' +
    'an inference asked for; for a choice that was dropped also results, and the answer',
  happened: "the call's own span where there is one, else the inference",
  began: 'the inference that asked for it',
  evidence: {
    unoffered_tool: 'expected: the names that were offered; seen: the name',
    schema_mismatch: 'expected: the broken rules; seen: their paths; number `breaks`',
    foreign_tool:
      'the tool of another agent; expected: tools that the agent had; seen: the name; numbers `runs` (of the agent, that are known), `calling` (those of ' +
      'them that called it), `ownerRuns`, `ownerCalling` (of the agent whose tool it is)',
    abandoned_choice:
      'a tool that was dropped for another; expected: the name of that; seen: the name; numbers `runs`, `calling`, `usual` (runs that called the other ' +
      'one); spans: both calls',
  },
  severity: {
    low:
      'only rules are broken that most tools cope with: a number as text, an argument too many; a choice that was dropped; another agent’s tool, ' +
      'where it was not seen what the agent’s runs were offered',
    medium: 'otherwise',
  },
  published: ['TRAIL tool selection, tool-related', 'MAST 2.6'],
  settings: {
    unlisted: setting.pattern(
      /^(?:transfer|hand_?off|delegate|escalate|route|switch)(?:_?to)?(?:_|$)|^(?:final_?(?:result|answer|output|response)|structured_?(?:output|response)|return_|respond$|answer$|json$|output$|attempt_completion$)/i,
      'names of tools that may be missing from the definitions',
      'handoffs and structured answers, as frameworks name them',
    ),
    schemas: setting.declared(
      {} as Readonly<Record<string, unknown>>,
      'JSON Schemas of arguments, by tool: they go before those of the offer, and need none',
    ),
    leastRuns: setting.count(
      30,
      'runs of an agent with calls that must have ended well before it is believed what it has and what it has not',
      'of a tool that one run in ten calls, 30 runs show nothing in one case of 24',
    ),
    leastOfRelease: setting.count(
      5,
      'runs of its release among them; where it was not seen what they were offered, as many as `leastRuns`',
      'a new release may have new tools, and each of its runs is offered them',
    ),
    rareShare: setting.share(
      0.01,
      'share of the agent’s runs that is as good as none',
      'a wrong choice that ended well teaches, too: the next one must not pass for the agent’s own',
    ),
    habitFrom: setting.count(
      3,
      'runs that had a tool from which on it is the agent’s, however many others there are',
      'who comes to have a tool without a new release, or has it only for some of its users, is found three times at most',
    ),
    ownShare: setting.share(
      0.5,
      'share of another agent’s runs that must call a tool for it to be that agent’s',
      'what most of its runs call is part of its work',
    ),
    commonTo: setting.count(
      4,
      'other agents that call a tool from which on it is nobody’s own',
      'two or three may share a part of the work; what more of them call is a utility',
    ),
    usualShare: setting.share(
      0.2,
      'share of the agent’s runs that call the tool for which another one was dropped, at least',
      'a tool of one task in five is one that the agent knows well',
    ),
    sameArguments: setting.share(
      0.8,
      'share of all argument values that both calls must have',
      'a limit or a format may differ',
    ),
  },
});

const MOST_PENDING = 16;

interface State extends ChoiceState, ReportedRequests {
  /** Calls that were reported at their inferences and whose own spans may follow. */
  pending: WrongRequest[];
  /** An inference of this run carried definitions: its agents' need not be asked. */
  offersSeen: boolean;
}

export const toolMisrouting = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const offers = new OfferedToolsCache();
  const declared = new Map(Object.entries(settings.schemas).map(([tool, schema]) => [tool, schemaCheck(schema)]));

  const offerOn = (span: Span): OfferedTools | undefined =>
    span.toolDefinitions === '' || wasCut(span, 'toolDefinitions')
      ? undefined
      : offers.get(span.toolDefinitions, span.toolDefinitionsDigest);

  const isUnoffered = (call: RequestedCall, offered: OfferedTools): boolean =>
    call.name !== '' && !offered.has(call.name) && !settings.unlisted.test(call.name);

  function judgeRequests(
    step: Step,
    span: Span,
    offered: OfferedTools | undefined,
    run: RunView,
    state: State,
    reporter: Reporter,
  ): boolean {
    if (step.requestedCalls.length === 0 || (!offered && declared.size === 0)) return false;
    const parts = wasCut(span, 'outputMessages') ? [] : requestedParts(span);
    let changed = offered !== undefined && !state.offersSeen;
    if (offered) state.offersSeen = true;
    const { length: refuted } = state.refuted;
    step.requestedCalls.forEach((call, i) => {
      let found: WrongRequest | undefined;
      if (offered && isUnoffered(call, offered)) found = unoffered(step, call, i, offered);
      else {
        const args = parts[i]?.name === call.name ? argumentsOf(parts[i]) : undefined;
        const breaks =
          args === undefined ? [] : (declared.get(call.name)?.(args) ?? offered?.check(call.name, args) ?? []);
        if (breaks.length > 0) found = mismatch(step, call, i, breaks);
      }
      if (!found) return;
      if (!reportAt(found, callOf(found, step, run), run, state, reporter)) {
        state.pending.push(found);
        if (state.pending.length > MOST_PENDING) state.pending.shift();
        changed = true;
      }
    });
    return changed || state.refuted.length > refuted;
  }

  /** An agent's definitions hold for its inferences where none of them carried its own. */
  function judgeAgent(agent: Step, offered: OfferedTools, run: RunView, state: State, reporter: Reporter): boolean {
    const { length } = state.refuted;
    for (const step of run.steps) {
      if (step.requestedCalls.length === 0 || nearestAgent(step, run) !== agent) continue;
      step.requestedCalls.forEach((call, i) => {
        if (!isUnoffered(call, offered)) return;
        const found = unoffered(step, call, i, offered);
        reportAt(found, callOf(found, step, run), run, state, reporter);
      });
    }
    return state.refuted.length > length;
  }

  const isRefuted = (call: Step, { refuted }: State): boolean =>
    refuted.includes(call.spanId) || (isFailure(call) && refusalIn(call) !== undefined);

  /** Calls that may have been a wrong choice. */
  const isChoice = (call: Step, state: State): boolean =>
    isCall(call) && !isRefuted(call, state) && !settings.unlisted.test(call.tool);

  function onInference(step: Step, span: Span, run: RunView, state: State, reporter: Reporter): boolean {
    if (wrapsInference(step, run)) return false;
    const offered = offerOn(span);
    const isNoted = offered !== undefined && noteOffer(step, span, offered, run, state);
    const isHeard = hearAnswer(step, span, run, state, settings);
    const isJudged = judgeRequests(step, span, offered, run, state, reporter);
    return isNoted || isHeard || isJudged;
  }

  function onAgent(step: Step, span: Span, run: RunView, state: State, reporter: Reporter): boolean {
    const offered = offerOn(span);
    const isNoted = offered !== undefined && noteOffer(step, span, offered, run, state);
    const isJudged = offered !== undefined && !state.offersSeen && judgeAgent(step, offered, run, state, reporter);
    const calls = [...callsOf(step, run)].filter((call) => isChoice(call, state));
    return judgeForeign(calls, run, state, settings, reporter) || isNoted || isJudged;
  }

  function onCall(step: Step, run: RunView, state: State, reporter: Reporter): boolean {
    const at = state.pending.findIndex(({ call }) => isRequested(step, call));
    const pending = state.pending[at];
    if (pending) {
      state.pending.splice(at, 1);
      reportAt(pending, step, run, state, reporter);
      return true;
    }
    if (isFailure(step)) judgeRefusal(step, run, reporter);
    return isChoice(step, state) && judgeForeign([step], run, state, settings, reporter);
  }

  const judgeAll = (run: RunView, state: State, reporter: Reporter): boolean =>
    judgeChoices(run, state, (call) => isChoice(call, state), settings, reporter);

  return {
    initialState: () => ({ pending: [], offersSeen: false, refuted: [], offers: [], heard: [], told: [] }),

    onSpan(step, span, run, state, reporter) {
      let changed = false;
      if (step.kind === 'llm') changed = onInference(step, span, run, state, reporter);
      else if (step.kind === 'agent') changed = onAgent(step, span, run, state, reporter);
      else if (isCall(step)) changed = onCall(step, run, state, reporter);
      return (step === run.root && judgeAll(run, state, reporter)) || changed;
    },

    onRunEnd: (_end, run, state, reporter) => judgeAll(run, state, reporter),

    observe: (run, state) => observedTools(run, state.offers, (call) => isRefuted(call, state)),
  };
});
