import type { Span } from '@spanwise/schemas';
import { EPOCH_US, span, spanIdOf, testDigest, traceIdOf } from './span.ts';

/** A message in the form of `Span.inputMessages`. */
export interface TestMessage {
  role: string;
  parts: Record<string, unknown>[];
}

export const says = (role: string, content: string): TestMessage => ({ role, parts: [{ type: 'text', content }] });

export interface TestCall {
  name: string;
  /** A string stands for text as the model wrote it, well formed or not. */
  arguments?: unknown;
  id?: string;
}

export interface TestToolDefinition {
  name: string;
  description?: string;
  parameters?: unknown;
}

interface Timing {
  /** Milliseconds it takes; default 10 for tools and handoffs, 400 for inferences. */
  ms?: number;
  /** Fields of the span that are set last. */
  span?: Partial<Span>;
}

export interface InferenceOptions extends Timing {
  text?: string;
  calls?: TestCall[];
  input?: TestMessage[];
  system?: string;
  tools?: TestToolDefinition[];
  finishReason?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** Status ERROR with this message. */
  error?: string;
}

export interface ToolOptions extends Timing {
  result?: unknown;
  /** Status ERROR with this message. */
  error?: string;
  errorType?: string;
  callId?: string;
}

export interface TraceOptions {
  seed?: string;
  agent?: string;
  conversationId?: string;
  release?: string;
  service?: string;
  tenant?: string;
  startUs?: number;
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const asText = (value: unknown): string => (typeof value === 'string' ? value : canonical(value));

/** The fields by which a span says what was called with what; absent arguments stay absent. */
export function callFields(tool: string, args: unknown): Partial<Span> {
  if (args === undefined) return { tool };
  const text = canonical(args);
  return { tool, toolArguments: text, toolArgumentsDigest: testDigest(`${tool}\n${text}`) };
}

/**
 * An agent run, built step by step on a clock of its own: every call adds a span that starts where the last one ended.
 * Ids and times are functions of the seed and of the order of calls. Nested agents and spans are built in a callback.
 */
export class TraceBuilder {
  readonly traceId: string;
  readonly #options: Required<TraceOptions>;
  readonly #ended: Span[] = [];
  readonly #open: { spanId: string; name: string; startUs: number; fields: Partial<Span> }[] = [];
  #nowUs: number;
  #count = 0;

  constructor(options: TraceOptions = {}) {
    this.#options = {
      seed: '1',
      agent: 'assistant',
      conversationId: '',
      release: '',
      service: 'agents',
      tenant: 'default',
      startUs: EPOCH_US,
      ...options,
    };
    this.traceId = traceIdOf(this.#options.seed);
    this.#nowUs = this.#options.startUs;
    const { agent, conversationId, release } = this.#options;
    this.#enter(`invoke_agent ${agent}`, { kind: 'agent', agent, conversationId, release });
  }

  /** Lets time pass, in milliseconds. */
  wait(ms: number): this {
    this.#nowUs += Math.round(ms * 1_000);
    return this;
  }

  llm(options: InferenceOptions = {}): this {
    const { text, calls = [], input, system, tools, error } = options;
    const parts: Record<string, unknown>[] = [];
    if (text !== undefined) parts.push({ type: 'text', content: text });
    calls.forEach((call, i) => {
      const id = call.id ?? `call_${this.#count}_${i}`;
      parts.push({ type: 'tool_call', id, name: call.name, arguments: call.arguments ?? {} });
    });
    const definitions = tools === undefined ? '' : JSON.stringify(tools);
    return this.#add('chat test-model', options.ms ?? 400, {
      kind: 'llm',
      model: 'test-model',
      finishReason: options.finishReason ?? (calls.length > 0 ? 'tool_calls' : 'stop'),
      inputTokens: options.inputTokens ?? 100,
      outputTokens: options.outputTokens ?? 20,
      inputMessages: input === undefined ? '' : JSON.stringify(input),
      outputMessages: parts.length === 0 ? '' : JSON.stringify([{ role: 'assistant', parts }]),
      systemInstructions: system ?? '',
      toolDefinitions: definitions,
      toolDefinitionsDigest: definitions === '' ? '' : testDigest(definitions),
      ...failure(error),
      ...options.span,
    });
  }

  tool(name: string, args: unknown, options: ToolOptions = {}): this {
    const { result, error, errorType, callId = '' } = options;
    const toolResult = result === undefined ? '' : asText(result);
    return this.#add(`execute_tool ${name}`, options.ms ?? 10, {
      kind: 'tool',
      ...callFields(name, args),
      toolCallId: callId,
      toolResult,
      toolResultDigest: result === undefined ? '' : testDigest(toolResult),
      ...failure(error, errorType),
      ...options.span,
    });
  }

  /** An inference that asks for one call, and the call. */
  call(name: string, args: unknown, options: ToolOptions = {}): this {
    const id = `call_${this.#count}`;
    this.llm({ calls: [{ name, arguments: args, id }] });
    return this.tool(name, args, { callId: id, ...options });
  }

  handoff(from: string, to: string, payload?: unknown, options: Timing = {}): this {
    return this.#add(`handoff to ${to}`, options.ms ?? 10, {
      kind: 'handoff',
      handoffFrom: from,
      handoffTo: to,
      ...(payload === undefined ? {} : callFields(`transfer_to_${to}`, payload)),
      ...options.span,
    });
  }

  /** A nested agent; what `build` adds stands below it. */
  agent(name: string, build: (trace: this) => void, fields: Partial<Span> = {}): this {
    return this.within(`invoke_agent ${name}`, build, { kind: 'agent', agent: name, ...fields });
  }

  /** Any span around others. */
  within(name: string, build: (trace: this) => void, fields: Partial<Span> = {}): this {
    this.#enter(name, fields);
    build(this);
    this.#leave();
    return this;
  }

  /** A span of any kind that takes `ms`. */
  step(name: string, fields: Partial<Span> = {}, ms = 5): this {
    return this.#add(name, ms, fields);
  }

  /** The spans that ended so far, without the root, in the order in which they ended. */
  open(): Span[] {
    return [...this.#ended];
  }

  /** Ends the root; all spans in the order in which they ended, the root last. */
  end(rootFields: Partial<Span> = {}): Span[] {
    const root = this.#open[0];
    if (root !== undefined) {
      Object.assign(root.fields, rootFields);
      this.#leave();
    }
    return [...this.#ended];
  }

  #enter(name: string, fields: Partial<Span>): void {
    this.#open.push({ spanId: this.#nextId(), name, startUs: this.#nowUs, fields });
    this.#nowUs += 1_000;
  }

  #leave(): void {
    const left = this.#open.pop();
    if (left === undefined) throw new Error('the trace has ended: nothing can be added to it');
    this.#nowUs += 1_000;
    const { name, spanId, startUs, fields } = left;
    this.#ended.push(this.#span({ name, spanId, ...fields }, startUs, this.#nowUs));
  }

  #add(name: string, ms: number, fields: Partial<Span>): this {
    if (this.#open.length === 0) throw new Error('the trace has ended: nothing can be added to it');
    const startUs = this.#nowUs;
    this.#nowUs += Math.round(ms * 1_000);
    this.#ended.push(this.#span({ name, spanId: this.#nextId(), ...fields }, startUs, this.#nowUs));
    this.#nowUs += 100;
    return this;
  }

  #span(fields: Partial<Span>, startUs: number, endUs: number): Span {
    const { tenant, service } = this.#options;
    const startTime = fields.startTime ?? startUs;
    const durationNs = fields.durationNs ?? (endUs - startUs) * 1_000;
    const parentSpanId = this.#open.at(-1)?.spanId ?? '';
    return span({ tenant, service, traceId: this.traceId, parentSpanId, ...fields, startTime, durationNs });
  }

  #nextId(): string {
    this.#count += 1;
    return spanIdOf(`${this.#options.seed} ${this.#count}`);
  }
}

function failure(error: string | undefined, errorType = 'Error'): Partial<Span> {
  if (error === undefined) return {};
  return { status: 'error', statusMessage: error, failed: true, errorType, errorMessage: error };
}

/** Starts an agent run whose root is an agent. */
export const trace = (options: TraceOptions = {}): TraceBuilder => new TraceBuilder(options);
