import { agentsOf } from '../plan/sites.ts';
import type { AgentStep, InferenceStep, RunPlan, ToolStep } from '../plan/step.ts';

/** A place where one agent hands over to another with a payload. */
export interface Handoff {
  readonly from: AgentStep;
  readonly to: AgentStep;
  /** The inference that asked for it and the call, where it was done by a tool */
  readonly inference?: InferenceStep;
  readonly tool?: ToolStep;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Every handoff of a run whose payload is an object: by a tool, or as JSON in the request to a nested agent. */
export function handoffsOf(plan: RunPlan): Handoff[] {
  return agentsOf(plan).flatMap((from) =>
    from.steps.flatMap((to, i): Handoff[] => {
      if (to.kind !== 'agent' || plan.taken.has(to)) return [];
      const [inference, tool] = from.steps.slice(Math.max(0, i - 2), i);
      if (inference?.kind === 'inference' && tool?.kind === 'tool' && tool.handoffTo === to.agent.name)
        return [{ from, to, inference, tool, payload: tool.arguments as Record<string, unknown> }];
      const payload = payloadIn(to.request);
      return payload ? [{ from, to, payload }] : [];
    }),
  );
}

const JSON_TEXT = /\{[\s\S]*\}/;

function payloadIn(request: string): Record<string, unknown> | undefined {
  const [text] = JSON_TEXT.exec(request) ?? [];
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

/** Hands over something else: in the call, and in what the receiver is told. */
export function handOverInstead({ to, inference, tool }: Handoff, payload: unknown, request?: string): void {
  if (tool && inference) {
    tool.arguments = payload;
    inference.calls.splice(0, 1, { id: tool.callId, name: tool.tool, arguments: payload });
  }
  to.request = request ?? to.request.replace(JSON_TEXT, () => JSON.stringify(payload));
}
