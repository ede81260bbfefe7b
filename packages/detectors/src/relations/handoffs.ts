import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { askedIn, type HandoffPayload, isEmpty, payloadIn } from '../reading/handoff-payload.ts';
import { messagesOf, type Part, wasCut } from '../reading/messages.ts';
import { byStartIn } from './calls.ts';

/*
 * Handoffs leave up to three traces: the model's request for a tool `transfer_to_x`, the span of that tool or of the handoff,
 * and the span of the agent that is invoked. Which of them carry the payload depends on the framework. All that may be
 * one is noted when it is released; what belongs together is decided whenever it is asked for, so that it does not depend on
 * the order of arrival.
 */

type Via = 'request' | 'handoff' | 'agent';

/** A trace of a handoff. `kept`: what its pattern keeps of the payload; null where there is none. */
export type HandoffNote<T> = [spanId: string, via: Via, tool: string, callId: string, kept: T | null];

/** Part of a detector's state, plain JSON. */
export interface HandoffLog<T> {
  notes: HandoffNote<T>[];
}

export interface Handoff<T> {
  /** The handoff's own span; that of the invoked agent, where there is no other. */
  step: Step;
  /** The inference that asked for it, where that is known. */
  asked: Step | undefined;
  /** Agent keys; empty where they are not known. */
  from: string;
  to: string;
  /** The agent was invoked within the handoff and answers to it; otherwise control passed over to it. */
  nested: boolean;
  /** Of the payload on its own span, else of what was asked for. */
  kept: T | null;
  /** Of what was asked for. */
  keptOfRequest: T | null;
}

const MOST_NOTES = 32;
/** A request may be one for a handoff by its name; whether it was one, the span of the handoff says. */
export const MAYBE_HANDOFF = /transfer|hand.?(?:off|over)|delegat|rout|escalat|assign|forward|switch|coworker|agent/i;
const MOST_DEPTH = 64;

export const newHandoffLog = <T>(): HandoffLog<T> => ({ notes: [] });

/**
 * Takes note of a span where it may be part of a handoff; true where anything was noted.
 *
 * @param keep what to remember of a payload; small and plain JSON, null for nothing
 * @param keepOfRequest the same where a model asks for the handoff by a call; its payload may be empty
 */
export function noteHandoff<T>(
  log: HandoffLog<T>,
  step: Step,
  span: Span,
  keep: (payload: HandoffPayload) => T | null,
  keepOfRequest?: (payload: HandoffPayload, call: Part) => T | null,
): boolean {
  const kept = (payload: HandoffPayload): T | null => (isEmpty(payload) ? null : keep(payload));
  if (step.kind === 'llm') {
    if (!step.requestedCalls.some((call) => MAYBE_HANDOFF.test(call.name)) || wasCut(span, 'outputMessages'))
      return false;
    for (const message of messagesOf(span.outputMessages)) {
      for (const part of message.parts) {
        if (part?.type !== 'tool_call' || typeof part.name !== 'string' || !MAYBE_HANDOFF.test(part.name)) continue;
        const id = typeof part.id === 'string' ? part.id : '';
        const payload = payloadIn(part.arguments);
        add(log, [step.spanId, 'request', part.name, id, keepOfRequest?.(payload, part) ?? kept(payload)]);
      }
    }
    return true;
  }
  if (step.kind === 'handoff') {
    const text = wasCut(span, 'toolArguments') ? '' : span.toolArguments;
    add(log, [step.spanId, 'handoff', step.tool, step.toolCallId, kept(payloadIn(text))]);
    return true;
  }
  if (step.kind === 'agent' && step.parentSpanId !== '') {
    const text = wasCut(span, 'inputMessages') ? '' : askedIn(span.inputMessages);
    add(log, [step.spanId, 'agent', '', '', kept(payloadIn(text))]);
    return true;
  }
  return false;
}

function add<T>({ notes }: HandoffLog<T>, note: HandoffNote<T>): void {
  notes.push(note);
  if (notes.length > MOST_NOTES) notes.shift();
}

interface Noted<T> {
  note: HandoffNote<T>;
  step: Step;
}

/** The handoffs that are remembered, by start. */
export function handoffsOf<T>(log: HandoffLog<T>, run: RunView): Handoff<T>[] {
  const requests: Noted<T>[] = [];
  const others: Noted<T>[] = [];
  for (const note of log.notes) {
    const step = run.stepOf(note[0]);
    if (step) (note[1] === 'request' ? requests : others).push({ note, step });
  }
  if (others.length === 0) return [];
  const byStart = byStartIn(run);
  requests.sort((a, b) => byStart(a.step, b.step));
  others.sort((a, b) => byStart(a.step, b.step));
  const found: Handoff<T>[] = [];
  const received = new Set<Handoff<T>>();
  for (const { note, step } of others) {
    const ends = note[1] === 'handoff' ? endsOfHandoff(step, run) : endsOfInvocation(step, run);
    if (!ends) continue;
    // Control passed over before: the graph's or the team's span around the agents hands nothing over itself.
    const passed = note[1] === 'agent' && found.find((one) => !one.nested && one.to === ends.to && !received.has(one));
    if (passed) {
      received.add(passed);
      passed.kept ??= note[4];
      continue;
    }
    const at = requests.findLastIndex((request) => isRequestOf(request, step, ends.to, run));
    const [request] = at < 0 ? [] : requests.splice(at, 1);
    found.push({
      step,
      asked: request?.step ?? askerOf(step, run),
      ...ends,
      kept: note[4] ?? request?.note[4] ?? null,
      keptOfRequest: request?.note[4] ?? null,
    });
  }
  return found;
}

type Ends = Pick<Handoff<unknown>, 'from' | 'to' | 'nested'>;

function endsOfHandoff(step: Step, run: RunView): Ends {
  const invoked = run.childrenOf(step.spanId).find((child) => child.kind === 'agent');
  return {
    from: step.handoffFrom || agentKey(run.agentOf(step)),
    to: step.handoffTo || (invoked ? nameOf(invoked) : ''),
    nested: invoked !== undefined,
  };
}

/** Of an agent that another invokes without a handoff of its own; undefined for any other agent span. */
function endsOfInvocation(step: Step, run: RunView): Ends | undefined {
  const to = nameOf(step);
  let at = run.parentOf(step);
  for (let depth = 0; at && depth < MOST_DEPTH; depth++) {
    if (at.kind === 'handoff') return undefined;
    if (at.kind === 'agent') {
      const from = nameOf(at);
      if (from !== '') return from === to ? undefined : { from, to, nested: true };
    }
    at = run.parentOf(at);
  }
  return undefined;
}

/** The agent's key; of a nameless node of a graph, that of the agent inside. */
export const nameOf = (agent: Step): string => agentKey(agent.agent || agent.name.replace(/^invoke_agent /, ''));

function isRequestOf<T>({ note, step: asked }: Noted<T>, step: Step, to: string, run: RunView): boolean {
  const [, , tool, callId] = note;
  if (run.endOf(asked) > run.startOf(step) + 1_000) return false;
  if (callId !== '' && step.toolCallId !== '') return callId === step.toolCallId;
  if (step.tool !== '') return tool === step.tool;
  const key = agentKey(tool);
  return to !== '' && (key === to || key.endsWith(`_${to}`));
}

const askerOf = (step: Step, run: RunView): Step | undefined => {
  const asked = run.requesterOf(step);
  return asked && run.endOf(asked) <= run.startOf(step) + 1_000 ? asked : undefined;
};
