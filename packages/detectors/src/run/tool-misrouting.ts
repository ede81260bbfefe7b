import type { Severity, Span } from '@spanwise/schemas';
import type { Evidence, Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { messagesOf, type Part, wasCut } from '../reading/messages.ts';
import { type OfferedTools, OfferedToolsCache } from '../reading/offered-tools.ts';
import { refusalOf } from '../reading/refusals.ts';
import type { RequestedCall } from '../reading/requested-calls.ts';
import { type SchemaBreak, schemaCheck } from '../reading/schema-check.ts';
import { isCall, wrapsInference } from '../relations/calls.ts';

const DESCRIPTION = describePattern({
  pattern: 'tool_misrouting',
  inShort: 'a tool that was not offered, or arguments that break its schema',
  claims:
    "A model calls a tool that it was not offered, or with arguments that break the tool's declared schema. Where " +
    "no definitions were captured, a framework's own refusal (*is not a valid tool*) is taken at its word.",
  doesNotClaim: [
    'anything where the offer was not captured, was cut by ingest, or has definitions without a name (tools of ' +
      'the provider)',
    'handing over and giving a structured answer: frameworks implement both as tools that no definition lists',
    'null for an optional argument',
    'arguments that do not parse: they are `malformed_output`',
  ],
  needs: 'tool definitions on the inference or its agent, or declared schemas; arguments of the calls',
  happened: "the call's own span where there is one, else the inference",
  began: 'the inference that asked for it',
  evidence: {
    unoffered_tool: 'expected: the names that were offered; seen: the name',
    schema_mismatch: 'expected: the broken rules; seen: their paths; number `breaks`',
  },
  severity: {
    low: 'only rules are broken that most tools cope with: a number as text, an argument too many',
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
  },
});

const MOST_PENDING = 16;
const MOST_LISTED = 24;

/** A call that was reported at its inference and whose own span may follow. */
interface Pending {
  key: string;
  inference: string;
  call: RequestedCall;
  severity: Severity;
  confidence: number;
  summary: string;
  evidence: Evidence;
}

interface State {
  pending: Pending[];
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

  function judgeRequests(step: Step, span: Span, run: RunView, state: State, reporter: Reporter): boolean {
    const offered = offerOn(span);
    if (!offered && declared.size === 0) return false;
    const parts = wasCut(span, 'outputMessages') ? [] : requestedParts(span);
    let changed = offered !== undefined && !state.offersSeen;
    if (offered) state.offersSeen = true;
    step.requestedCalls.forEach((call, i) => {
      let found: Pending | undefined;
      if (offered && isUnoffered(call, offered)) found = unoffered(step, call, i, offered);
      else {
        const args = parts[i]?.name === call.name ? argumentsOf(parts[i]) : undefined;
        const breaks =
          args === undefined ? [] : (declared.get(call.name)?.(args) ?? offered?.check(call.name, args) ?? []);
        if (breaks.length > 0) found = mismatch(step, call, i, breaks);
      }
      if (!found) return;
      if (!reportAt(found, callOf(found, step, run), run, reporter)) {
        state.pending.push(found);
        if (state.pending.length > MOST_PENDING) state.pending.shift();
        changed = true;
      }
    });
    return changed;
  }

  /** An agent's definitions hold for its inferences where none of them carried its own. */
  function judgeAgent(agent: Step, span: Span, run: RunView, reporter: Reporter): void {
    const offered = offerOn(span);
    if (!offered) return;
    for (const step of run.steps) {
      if (step.requestedCalls.length === 0 || nearestAgent(step, run) !== agent) continue;
      step.requestedCalls.forEach((call, i) => {
        if (!isUnoffered(call, offered)) return;
        const found = unoffered(step, call, i, offered);
        reportAt(found, callOf(found, step, run), run, reporter);
      });
    }
  }

  return {
    initialState: () => ({ pending: [], offersSeen: false }),

    onSpan(step, span, run, state, reporter) {
      if (step.kind === 'llm') {
        const isJudgeable = span.toolDefinitions !== '' || declared.size > 0;
        const isJudged = isJudgeable && step.requestedCalls.length > 0 && !wrapsInference(step, run);
        return isJudged && judgeRequests(step, span, run, state, reporter);
      }
      if (step.kind === 'agent') {
        if (span.toolDefinitions !== '' && !state.offersSeen) judgeAgent(step, span, run, reporter);
        return false;
      }
      if (!isCall(step)) return false;
      const at = state.pending.findIndex((pending) => belongsTo(step, pending));
      const pending = state.pending[at];
      if (pending) {
        state.pending.splice(at, 1);
        reportAt(pending, step, run, reporter);
        return true;
      }
      if (isFailure(step)) judgeRefusal(step, run, reporter);
      return false;
    },

    onRunEnd: () => false,
  };
});

function requestedParts(span: Span): Part[] {
  const parts: Part[] = [];
  for (const message of messagesOf(span.outputMessages)) {
    for (const part of message.parts) if (part?.type === 'tool_call') parts.push(part);
  }
  return parts;
}

/** Undefined where they do not parse or were left out. */
function argumentsOf(part: Part | undefined): unknown {
  const given = part?.arguments;
  if (typeof given !== 'string') return given ?? undefined;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

const keyOf = (step: Step, call: RequestedCall, i: number): string => `${step.spanId} ${i} ${call.name}`;

const unoffered = (step: Step, call: RequestedCall, i: number, offered: OfferedTools): Pending => ({
  key: keyOf(step, call, i),
  inference: step.spanId,
  call,
  severity: 'medium',
  confidence: 0.9,
  summary: `${AGENT} called ${call.name}, a tool that it was not offered`,
  evidence: { type: 'unoffered_tool', expected: offered.names.slice(0, MOST_LISTED), seen: call.name },
});

function mismatch(step: Step, call: RequestedCall, i: number, breaks: readonly SchemaBreak[]): Pending {
  const first = breaks.find((broken) => !broken.lenient) ?? breaks[0];
  const words = `${first?.path ? `${first.path} ` : ''}${first?.message ?? ''}`;
  const isLenient = breaks.every((broken) => broken.lenient);
  return {
    key: keyOf(step, call, i),
    inference: step.spanId,
    call,
    severity: isLenient ? 'low' : 'medium',
    confidence: isLenient ? 0.8 : 0.95,
    summary: `${AGENT} called ${call.name} with arguments that break its schema: ${words}`,
    evidence: {
      type: 'schema_mismatch',
      expected: breaks.map((broken) => broken.message),
      seen: breaks.map((broken) => broken.path || '/'),
      numbers: { breaks: breaks.length },
    },
  };
}

/** Reports at the call's own span if it is there; true where nothing is left to wait for. */
function reportAt(found: Pending, call: Step | undefined, run: RunView, reporter: Reporter): boolean {
  const inference = run.stepOf(found.inference);
  const span = call ?? inference;
  if (!span) return true;
  const { key, severity, summary, evidence } = found;
  // The framework knew a tool that the captured offer does not list: the capture may be what is wrong.
  const isDoubtful = call && !isFailure(call) && evidence.type === 'unoffered_tool';
  const confidence = isDoubtful ? 0.75 : found.confidence;
  reporter.report({ key, span, rootCause: inference ?? span, severity, confidence, summary, evidence });
  if (call) reporter.withdraw(refusedKey(call));
  return call !== undefined;
}

const belongsTo = (step: Step, { call }: { call: RequestedCall }): boolean =>
  step.toolCallId !== '' && call.id !== ''
    ? step.toolCallId === call.id
    : step.tool === call.name && (step.requestKey === '' || step.requestKey === call.argumentsDigest);

/** The span of a requested call, where it came before its inference. */
const callOf = (found: Pending, inference: Step, run: RunView): Step | undefined =>
  run.steps.find((step) => isCall(step) && run.startOf(step) >= run.endOf(inference) - 1_000 && belongsTo(step, found));

function nearestAgent(step: Step, run: RunView): Step | undefined {
  let at = run.parentOf(step);
  for (let depth = 0; at && at.kind !== 'agent' && depth < 64; depth++) at = run.parentOf(at);
  return at;
}

const refusedKey = (step: Step): string => `${step.spanId} refused`;

/** A framework refuses a call in words of its own. */
function judgeRefusal(step: Step, run: RunView, reporter: Reporter): void {
  const words = step.errorMessage || step.outcomeDetail;
  const refused = refusalOf(step.errorType, words);
  if (!refused) return;
  const asked = run.requesterOf(step);
  const tool = step.tool || step.name;
  reporter.report({
    key: refusedKey(step),
    span: step,
    rootCause: asked ?? step,
    severity: 'medium',
    confidence: 0.85,
    summary:
      refused === 'unoffered_tool'
        ? `${AGENT} called ${tool}, and there is no such tool (${words.slice(0, 120)})`
        : `${AGENT} called ${tool} with arguments that were refused (${words.slice(0, 120)})`,
    evidence: { type: refused, seen: words },
  });
}
