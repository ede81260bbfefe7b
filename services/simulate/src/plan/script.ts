import { changeLatency, inferenceLatency, type Latency, latency, lookupLatency } from '../distributions.ts';
import type { Random } from '../random.ts';
import type {
  AgentProfile,
  AgentStep,
  Document,
  Extras,
  InferenceStep,
  MemoryStep,
  QueueStep,
  Step,
  ToolSpec,
  ToolStep,
  Turn,
} from './step.ts';

/** A call of a tool and what it gives. */
export interface Call {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  /** Default: that of a lookup */
  readonly latency?: Latency;
  readonly extras?: Extras;
}

/** Writes the steps of one agent in the order of time. */
export class Script {
  readonly #agent: AgentProfile;
  readonly #random: Random;
  readonly #steps: Step[] = [];

  constructor(agent: AgentProfile, random: Random) {
    this.#agent = agent;
    this.#random = random;
  }

  /** The model says `text` and asks for a call, which is made. */
  call(text: string, call: Call): this {
    this.#steps.push(...callSteps(this.#agent, text, call, this.#random));
    return this;
  }

  /** The model asks for several calls at once, which are made at the same time. */
  callAll(text: string, calls: readonly Call[]): this {
    const tools = calls.map((call) => toolStep(this.#agent, call, this.#random));
    this.#steps.push(inferenceFor(text, tools, this.#random), { kind: 'parallel', tools });
    return this;
  }

  retrieve(query: string, documents: readonly Document[]): this {
    this.#steps.push({ kind: 'retrieval', query, documents, ms: latency(lookupLatency, this.#random) });
    return this;
  }

  /** The model hands over to `other` by a call of `transfer_to_…`; what `other` answers comes back. */
  handOver(text: string, payload: Readonly<Record<string, unknown>>, other: Omit<AgentStep, 'kind' | 'callId'>): this {
    const name = other.agent.name;
    const call = { tool: transferTool(name), arguments: payload, result: { status: 'transferred', to: name } };
    const tool: ToolStep = { ...toolStep(this.#agent, call, this.#random), handoffTo: name };
    this.#steps.push(inferenceFor(text, [tool], this.#random), tool, { ...other, kind: 'agent', callId: tool.callId });
    return this;
  }

  /** Another agent does a part of the work, called without a tool. */
  delegate(other: AgentStep): this {
    this.#steps.push(other);
    return this;
  }

  /** Other agents do parts of the work at the same time. */
  team(members: readonly AgentStep[]): this {
    this.#steps.push({ kind: 'team', members });
    return this;
  }

  /** A look into shared memory, or a change of it. */
  memory(step: Omit<MemoryStep, 'kind' | 'ms'>): this {
    this.#steps.push({ ...step, kind: 'memory', ms: latency(lookupLatency, this.#random) });
    return this;
  }

  queue(jobs: QueueStep['jobs']): this {
    this.#steps.push({ kind: 'queue', jobs });
    return this;
  }

  /** The model answers, and the agent is done. */
  answer(request: string, answer: string, earlier: readonly Turn[] = []): AgentStep {
    const last: InferenceStep = {
      kind: 'inference',
      text: answer,
      calls: [],
      finishReason: 'stop',
      ms: latency(inferenceLatency, this.#random),
    };
    return { kind: 'agent', agent: this.#agent, request, earlier, steps: [...this.#steps, last], answer };
  }
}

/** As frameworks name it: `refunds-agent` is handed over to by `transfer_to_refunds_agent`. */
export const transferTool = (agent: string): string => `transfer_to_${agent.replaceAll('-', '_')}`;

/** An inference that asks for one call, and the call. */
export function callSteps(agent: AgentProfile, text: string, call: Call, random: Random): [InferenceStep, ToolStep] {
  const tool = toolStep(agent, call, random);
  return [inferenceFor(text, [tool], random), tool];
}

export function toolStep(agent: AgentProfile, call: Call, random: Random): ToolStep {
  const { backend, downstream } = specOf(agent, call.tool) ?? {};
  return {
    kind: 'tool',
    tool: call.tool,
    callId: `call_${random.hex(20)}`,
    arguments: call.arguments,
    result: call.result,
    ms: latency(call.latency ?? (backend === undefined ? lookupLatency : changeLatency), random),
    pauseMs: 0,
    httpAttempts: 1,
    ...(backend === undefined ? {} : { backend }),
    ...(downstream === undefined ? {} : { downstream }),
    ...(call.extras === undefined ? {} : { extras: call.extras }),
  };
}

export function inferenceFor(text: string, tools: readonly ToolStep[], random: Random): InferenceStep {
  return {
    kind: 'inference',
    text,
    calls: tools.map((tool) => ({ id: tool.callId, name: tool.tool, arguments: tool.arguments })),
    finishReason: 'tool_calls',
    ms: latency(inferenceLatency, random),
  };
}

export const specOf = (agent: AgentProfile, tool: string): ToolSpec | undefined =>
  agent.tools.find(({ name }) => name === tool);
