import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { answerIn } from '../reading/messages.ts';
import { bareName, type OfferedTools } from '../reading/offered-tools.ts';
import { type AbandonedChoice, abandonedChoices, isLeftUnused } from './abandoned-choice.ts';
import {
  agentAt,
  callingOf,
  type ForeignCall,
  foreignCall,
  isKnownWell,
  isNever,
  type NotedOffer,
  type OwnershipSettings,
} from './agent-tools.ts';
import { isCall } from './calls.ts';
import { withdrawUntrue } from './judged-anew.ts';
import { repeatedIn } from './result-use.ts';

export interface ChoiceSettings extends OwnershipSettings {
  /** Share of the agent's runs that must call the tool for which another one was dropped. */
  usualShare: number;
  /** Share of all argument values that both calls must have. */
  sameArguments: number;
}

export interface ChoiceState {
  /** What was offered to whom. */
  offers: NotedOffer[];
  /** Span id of a call that may have been dropped, and whether an answer repeated something of its result. */
  heard: [call: string, isUsed: boolean][];
  /** Span ids of the calls that were found. */
  told: string[];
}

const MOST_OFFERS = 8;
/** One more than is known of an agent: it is seen that there are more. */
const MOST_OFFERED = 65;
const MOST_HEARD = 16;
const MOST_TOLD = 64;
const MOST_LISTED = 24;
const MOST_DEPTH = 16;
const MOST_ABOVE = 64;
/** Steps before an answer among which calls are looked for that may have been dropped. */
const WINDOW = 64;

/** Notes once for each agent what an inference, or an agent, was offered; true where that is new. */
export function noteOffer(
  step: Step,
  span: Span,
  offered: OfferedTools,
  run: RunView,
  { offers }: ChoiceState,
): boolean {
  const { toolDefinitionsDigest: digest } = span;
  const known = offers.find((noted) => noted.digest === digest);
  const isOfSame = (spanId: string): boolean => {
    const other = run.stepOf(spanId);
    return other?.parentSpanId === step.parentSpanId && other.agent === step.agent;
  };
  if (known) {
    if (known.by.length >= MOST_OFFERS || known.by.some(isOfSame)) return false;
    known.by.push(step.spanId);
    return true;
  }
  if (digest === '' || !offered.isComplete || offers.length >= MOST_OFFERS) return false;
  const tools = [...new Set(offered.names.map(bareName))].slice(0, MOST_OFFERED);
  offers.push({ digest, tools, by: [step.spanId] });
  return true;
}

/** Notes of calls that may have been dropped whether this answer repeats something of them; true where there are any. */
export function hearAnswer(
  step: Step,
  span: Span,
  run: RunView,
  { heard }: ChoiceState,
  { sameArguments }: ChoiceSettings,
): boolean {
  if (step.requestedCalls.length > 0 || run.calls < 2 || span.outputMessages === '') return false;
  const dropped = abandonedChoices(run.chronological().slice(-WINDOW), sameArguments, run).map(({ call }) => call);
  const text = dropped.length === 0 ? '' : answerIn(span);
  if (text === '') return false;
  const repeated = repeatedIn(text, dropped);
  for (const call of dropped) {
    const known = heard.find(([spanId]) => spanId === call.spanId);
    if (known) known[1] ||= repeated.includes(call);
    else if (heard.length < MOST_HEARD) heard.push([call.spanId, repeated.includes(call)]);
  }
  return true;
}

/** Calls below an agent, but those of agents below it. */
export function* callsOf(agent: Step, run: RunView, depth = 0): Generator<Step> {
  for (const child of run.childrenOf(agent.spanId)) {
    if (isCall(child)) yield child;
    if (child.kind !== 'agent' && depth < MOST_DEPTH) yield* callsOf(child, run, depth + 1);
  }
}

/** The nearest agent's span above a step. */
export function nearestAgent(step: Step, run: RunView): Step | undefined {
  let at = run.parentOf(step);
  for (let depth = 0; at && at.kind !== 'agent' && depth < MOST_ABOVE; depth++) at = run.parentOf(at);
  return at;
}

/** Tells which of these calls are of another agent's tool; true where one was not told before. */
export function judgeForeign(
  calls: Iterable<Step>,
  run: RunView,
  { told }: ChoiceState,
  settings: ChoiceSettings,
  reporter: Reporter,
): boolean {
  const before = told.length;
  for (const call of calls) {
    const isTold = told.includes(call.spanId);
    const foreign = isTold || told.length < MOST_TOLD ? foreignCall(call, run, settings) : undefined;
    if (!foreign) continue;
    tellForeign(foreign, reporter);
    if (!isTold) told.push(call.spanId);
  }
  return told.length > before;
}

/**
 * Judges all calls of a run, and withdraws what is not true any more. True where anything was told, or had been.
 *
 * @param isJudged calls that may be found
 */
export function judgeChoices(
  run: RunView,
  state: ChoiceState,
  isJudged: (call: Step) => boolean,
  settings: ChoiceSettings,
  reporter: Reporter,
): boolean {
  const before = state.told.length;
  const now: ChoiceState = { ...state, told: [] };
  judgeForeign(run.steps.filter(isJudged), run, now, settings, reporter);
  for (const dropped of droppedIn(run, state, settings)) {
    const { spanId } = dropped.call;
    if (now.told.length >= MOST_TOLD || now.told.includes(spanId) || !isJudged(dropped.call)) continue;
    tellDropped(dropped, reporter);
    now.told.push(spanId);
  }
  withdrawUntrue(state, now.told, run, reporter);
  return before > 0 || state.told.length > 0;
}

interface Dropped extends AbandonedChoice {
  /** Known runs of the agent. */
  runs: number;
  /** Those of them that called the one, and the other. */
  calling: number;
  usual: number;
}

/** Of an agent that is known, calls that are practically never made, dropped for one that is usual. */
function droppedIn(run: RunView, { heard }: ChoiceState, settings: ChoiceSettings): Dropped[] {
  const isUnheard = ({ call }: AbandonedChoice): boolean =>
    heard.some(([spanId, isUsed]) => spanId === call.spanId && !isUsed);
  if (heard.every(([, isUsed]) => isUsed) || run.incomplete) return [];
  return abandonedChoices(run.chronological(), settings.sameArguments, run).flatMap((choice) => {
    const { call, asked, instead } = choice;
    if (!isUnheard(choice) || !isLeftUnused(choice, run)) return [];
    const agent = agentAt(call, run);
    const counts = agent === '' || agent !== agentAt(asked, run) ? undefined : run.normals.tools(run.tenant, agent);
    if (!counts || !isKnownWell(counts, asked, run, settings)) return [];
    const { runs } = counts;
    const calling = callingOf(counts, bareName(call.tool));
    const usual = callingOf(counts, bareName(instead.tool));
    if (!isNever(calling, runs, settings) || usual < settings.usualShare * runs) return [];
    return [{ ...choice, runs, calling, usual }];
  });
}

const ofRuns = (calling: number, runs: number): string =>
  `${calling === 0 ? 'none' : `only ${calling}`} of its ${runs} known runs`;

function tellForeign({ call, asked, tool, counts, owner, isOfferKnown }: ForeignCall, reporter: Reporter): void {
  const { runs, tools } = counts;
  const calling = callingOf(counts, tool);
  reporter.report({
    key: call.spanId,
    span: call,
    rootCause: asked,
    severity: isOfferKnown ? 'medium' : 'low',
    confidence: isOfferKnown ? 0.8 : 0.6,
    summary: `${AGENT} called ${call.tool}, a tool of ${owner.agent} that ${ofRuns(calling, runs)} ${isOfferKnown ? 'had' : 'called'}`,
    evidence: {
      type: 'foreign_tool',
      expected: tools.map(([name]) => name).slice(0, MOST_LISTED),
      seen: call.tool,
      numbers: { runs, calling, ownerRuns: owner.runs, ownerCalling: owner.calling },
    },
  });
}

function tellDropped({ call, asked, instead, runs, calling, usual }: Dropped, reporter: Reporter): void {
  reporter.report({
    key: call.spanId,
    span: call,
    rootCause: asked,
    severity: 'low',
    confidence: 0.7,
    summary: `${AGENT} called ${call.tool}, as ${ofRuns(calling, runs)} did, used nothing of its result, and asked ${instead.tool} for the same at once`,
    evidence: {
      type: 'abandoned_choice',
      expected: instead.tool,
      seen: call.tool,
      numbers: { runs, calling, usual },
      spans: [call.spanId, instead.spanId],
    },
  });
}
