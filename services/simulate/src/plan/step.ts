/**
 * What an agent does in one run, before anything is a span: a tree of steps in the order of time. Scenarios write plans,
 * injectors and negatives rewrite them, `render` turns them into spans. A step is known by its identity.
 */
export interface RunPlan {
  readonly scenario: string;
  readonly root: AgentStep;
  /** Clock of a service against true time, microseconds; 0 where absent. */
  readonly clockOffsetsUs: Map<string, number>;
  /** Steps that are part of a fault already: a second one goes elsewhere. */
  readonly taken: Set<Step>;
  /** Nothing ends after this step: the process died, or was frozen. */
  diesAfter?: Step;
}

export type Step =
  | AgentStep
  | InferenceStep
  | ToolStep
  | RetrievalStep
  | ParallelStep
  | JobStep
  | TeamStep
  | QueueStep
  | MemoryStep;

/** Attributes that no convention has a name for: `spanwise.*` and an application's own. */
export type Extras = Readonly<Record<string, string | number | boolean | string[]>>;

/** What went wrong, as a span's status tells it. */
export interface Failure {
  readonly type: string;
  readonly message: string;
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments */
  readonly parameters: ObjectSchema;
  /** The service that does the work, asked over HTTP; without, the tool works inside the agent's process. */
  readonly backend?: string;
  /** Services that the backend asks in turn, the nearest first. */
  readonly downstream?: readonly string[];
  /** It changes something; default: it only looks. */
  readonly mutates?: boolean;
  /** A tool of the same agent that takes the same arguments and gives the same in another way. */
  readonly fallback?: string;
}

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

export interface AgentProfile {
  readonly name: string;
  readonly model: string;
  readonly provider: string;
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  /** `service.name` of the process it runs in */
  readonly service: string;
  /** JSON Schema that its answer must keep to; without, it answers in prose. */
  readonly answerSchema?: ObjectSchema;
}

export interface AgentStep {
  readonly kind: 'agent';
  agent: AgentProfile;
  request: string;
  /** Earlier turns of the conversation, oldest first. */
  earlier: readonly Turn[];
  readonly steps: Step[];
  answer: string;
  failure?: Failure;
  extras?: Extras;
  /** The call that this agent answers, where another agent handed over by a tool. */
  readonly callId?: string;
}

export interface Turn {
  readonly request: string;
  readonly answer: string;
}

export interface RequestedCall {
  readonly id: string;
  readonly name: string;
  /** Text stands for arguments as the model wrote them, well formed or not. */
  readonly arguments: unknown;
}

export interface InferenceStep {
  readonly kind: 'inference';
  text: string;
  readonly calls: RequestedCall[];
  finishReason: 'stop' | 'tool_calls' | 'length' | 'error';
  ms: number;
  failure?: Failure;
  /** What the framework answers in place of a tool, where a call could not be read. */
  rejection?: string;
  /** What the conversation lost before this inference. */
  loss?: ContextLoss;
  /** System instruction of this inference; default the agent's. */
  system?: string;
  extras?: Extras;
}

/** The messages but the last `keep` are gone; a summary may stand in their place. */
export interface ContextLoss {
  readonly keep: number;
  readonly summary?: string;
  /** The instrumentation says that the conversation was compacted. */
  readonly declared: boolean;
}

export interface ToolStep {
  readonly kind: 'tool';
  tool: string;
  readonly callId: string;
  arguments: unknown;
  result: unknown;
  failure?: Failure;
  ms: number;
  /** Pause before it, milliseconds. */
  pauseMs: number;
  backend?: string;
  /** HTTP requests that one call makes; all but the last fail, the last one too if the tool fails. */
  httpAttempts: number;
  /** What the backend answers in the end; default 200, or 503 where the tool fails. */
  httpStatus?: number;
  /** Hands over to this agent. */
  readonly handoffTo?: string;
  /** Work it starts and does not wait for. */
  job?: JobStep;
  /** Services that the backend asks in turn, the nearest first. */
  downstream?: readonly string[];
  /** How long the deepest service goes on after nobody waits for it any more, milliseconds. */
  overrunMs?: number;
  extras?: Extras;
}

export interface RetrievalStep {
  readonly kind: 'retrieval';
  readonly query: string;
  readonly documents: readonly Document[];
  readonly ms: number;
}

export interface Document {
  readonly id: string;
  readonly content: string;
  readonly score: number;
}

/** Calls of one inference that are made at the same time. */
export interface ParallelStep {
  readonly kind: 'parallel';
  readonly tools: readonly ToolStep[];
}

/** A consumer's work on a message: a child of what sent the message, which did not wait for it. */
export interface JobStep {
  readonly kind: 'job';
  readonly name: string;
  readonly service: string;
  readonly delayMs: number;
  readonly ms: number;
  /** Of a queue that knows priorities; a greater number goes first. */
  readonly priority?: number;
}

/** Agents that work at the same time. */
export interface TeamStep {
  readonly kind: 'team';
  readonly members: readonly AgentStep[];
}

/** Operations that are put into a queue, each after so long, and waited for. */
export interface QueueStep {
  readonly kind: 'queue';
  readonly jobs: readonly { readonly sentMs: number; readonly job: JobStep }[];
}

/** A look into a store that agents share, or a change of it. */
export interface MemoryStep {
  readonly kind: 'memory';
  readonly operation: 'search_memory' | 'upsert_memory';
  readonly store: string;
  readonly record: string;
  readonly content: unknown;
  readonly ms: number;
  extras?: Extras;
}
