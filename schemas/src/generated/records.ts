// Generated from schemas/avro by `npm run generate -w schemas`. Do not edit.

/** Conversations of alike probability */
export interface ReliabilityBin {
  /** Least probability */
  least: number;
  /** Conversations */
  count: number;
  /** Mean probability */
  predicted: number;
  /** Share that failed */
  failed: number;
}

/** What labels have added to the documented weight of a piece of evidence */
export interface LearnedWeight {
  /** Pattern, or other evidence */
  name: string;
  /** Log-odds for each unit, to be added to the prior weight */
  mean: number;
  /** Standard deviation that is left */
  deviation: number;
}

/** How well probabilities of failure agree with what was said of the conversations later; every one was predicted before it was learnt from */
export interface Calibration {
  /** Tenant */
  tenant: string;
  /** Log time */
  time: number;
  /** receivedTime of the latest conversation that counts */
  receivedTime: number;
  /** Conversations of which the outcome is known */
  labels: number;
  /** Those that failed */
  failures: number;
  /** Mean squared error of the learned probability; null of nothing */
  brier: null | number;
  /** The same of the probability by the documented priors alone */
  priorBrier: null | number;
  /** How surely a failed one has the greater probability, to a hundredth; null where all or none failed */
  auc: null | number;
  /** The same by the documented priors alone */
  priorAuc: null | number;
  /** The reliability curve, bins without conversations left out */
  bins: ReliabilityBin[];
  /** The most certain ones, bounded */
  weights: LearnedWeight[];
}

/** The bytes of a dead letter were sent once more to where they came from. */
export interface DeadLetterReplay {
  /** Where the record stood when it died, and was sent again; without prefix */
  topic: string;
  /** Where the record stood */
  partition: number;
  /** Where the record stood */
  offset: number;
  /** Of a single record of a message: first 16 hex digits of the SHA-256 of its block; empty for a whole message */
  digest: string;
  /** When, by the clock of the machine that sent them */
  replayedTime: number;
}

export type DeadLetterReason = 'undecodable' | 'unknown_schema' | 'bad_checksum' | 'rejected' | 'processor_error';

/** A record that could not be processed, whole, with where it stood and why. */
export interface DeadLetter {
  /** Who gave up on it */
  service: string;
  /** Where it stood */
  topic: string;
  /** Where it stood */
  partition: number;
  /** Where it stood */
  offset: number;
  /** Why, from a closed list */
  reason: DeadLetterReason;
  /** Error in words */
  detail: string;
  /** Kafka key */
  key: null | Buffer;
  /** Kafka value */
  value: null | Buffer;
  /** Broker append time of the record */
  time: number;
}

export type FindingScope = 'run' | 'session' | 'fleet';

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** One occurrence of a failure pattern. A revision has the same id and a higher revision; withdrawn takes it back. */
export interface Finding {
  /** Tenant */
  tenant: string;
  /** 32 hex digits, a function of the input alone */
  findingId: string;
  /** 1 at first */
  revision: number;
  /** Later spans showed it was none */
  withdrawn: boolean;
  /** Finding that replaces this one */
  supersededBy: string;
  /** Name of the failure pattern */
  pattern: string;
  /** What it is about */
  scope: FindingScope;
  /** info is an observation, no failure */
  severity: Severity;
  /** 0 to 1 */
  confidence: number;
  /** Run in which it happened */
  traceId: string;
  /** Span where it happened */
  spanId: string;
  /** Run in which it began */
  rootCauseTraceId: string;
  /** Span where it began */
  rootCauseSpanId: string;
  /** Conversation, as known when it was found */
  sessionId: string;
  /** Agent */
  agent: string;
  /** Agent's version */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** Tool */
  tool: string;
  /** agent/kind/tool: the workflow point */
  step: string;
  /** One sentence for a person */
  summary: string;
  /** JSON object {type, expected?, seen?, numbers?, spans?} as the pattern documents */
  evidence: string;
  /** End of the span where it happened */
  eventTime: number;
  /** receivedTime of the span that decided it */
  receivedTime: number;
  /** Log time at which it was decided */
  detectedTime: number;
}

export type IncidentState = 'open' | 'resolved';

export type IncidentClass = 'dependency_failure' | 'model_degradation' | 'context_corruption' | 'coordination_failure' | 'unclassified';

export interface PatternCount {
  /** Failure pattern */
  pattern: string;
  /** Sessions of the incident that went wrong by it */
  sessions: number;
}

/** Many failures of one origin, as one thing with a start and an end. A revision has the same id and a higher revision. */
export interface Incident {
  /** Tenant */
  tenant: string;
  /** 32 hex digits, a function of the input alone */
  incidentId: string;
  /** 1 when it is opened */
  revision: number;
  /** Resolved once failures of its origin are as rare again as before */
  state: IncidentState;
  /** What kind of failure most of its sessions began with */
  class: IncidentClass;
  /** Environment */
  environment: string;
  /** The severest of its findings */
  severity: Severity;
  /** tool, model, service, agent, handoff or release: what its sessions have in common where they went wrong */
  originKind: string;
  /** Its name */
  origin: string;
  /** One sentence for a person */
  summary: string;
  /** End of the span with which the first of its sessions went wrong */
  startTime: number;
  /** End of that of the latest */
  lastTime: number;
  /** Log time at which it was opened */
  openedTime: number;
  /** Log time at which it was resolved */
  resolvedTime: null | number;
  /** Sessions that went wrong by it */
  sessionCount: number;
  /** Sessions that ended since it began, whether they went wrong or not */
  sessionsSince: number;
  /** The first of them, bounded */
  sessions: string[];
  /** Agents in them, bounded */
  agents: string[];
  /** Releases of these agents, bounded */
  releases: string[];
  /** The most frequent first */
  patterns: PatternCount[];
  /** Run that went wrong first */
  firstTraceId: string;
  /** Span where it did */
  firstSpanId: string;
  /** JSON object {type, expected, seen, numbers}: how often sessions went wrong so before and since, and how the class was decided */
  evidence: string;
  /** receivedTime of the span that decided the first revision */
  receivedTime: number;
}

/** How a conversation really went, as somebody outside says: an evaluation, a user, a test */
export interface Outcome {
  /** Tenant */
  tenant: string;
  /** Told twice under one id it counts once */
  outcomeId: string;
  /** Conversation; empty where only the run is known */
  sessionId: string;
  /** Run that it is about; empty where only the conversation is known */
  traceId: string;
  /** It went well: a score of at least 0.5 */
  isSuccess: boolean;
  /** 0 to 1, 1 is best */
  score: number;
  /** Who says it; of one source the latest counts */
  source: string;
  /** Why, in its words; bounded */
  reason: string;
  /** When it was said: event time */
  time: number;
  /** When it reached us */
  receivedTime: number;
}

export type Verdict = 'correct' | 'suspect' | 'failed' | 'abandoned';

export interface Reason {
  /** Failure pattern */
  pattern: string;
  /** Finding */
  findingId: string;
  /** Contribution to the log-odds of failure */
  weight: number;
  /** Run */
  traceId: string;
  /** Span where it happened */
  spanId: string;
  /** One sentence */
  summary: string;
}

/** One trace, judged. Emitted when it ends and again, with a higher revision, when late spans change it. */
export interface Run {
  /** Tenant */
  tenant: string;
  /** The run */
  traceId: string;
  /** 1 at first */
  revision: number;
  /** 0; counts up when spans come after the run's state was given up */
  continuation: number;
  /** Conversation: its id, else the trace id */
  sessionId: string;
  /** Runs this one links to (remote agents) */
  linkedTraceIds: string[];
  /** Agent of the root, else the first seen */
  agent: string;
  /** All agents seen, bounded */
  agents: string[];
  /** Root agent's version */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** End user */
  userId: string;
  /** Service of the root */
  service: string;
  /** Earliest start */
  startTime: number;
  /** Latest end minus earliest start */
  durationNs: number;
  /** receivedTime of the first span */
  receivedTime: number;
  /** Log time at which it was judged */
  closedTime: number;
  /** The root span came */
  rootSeen: boolean;
  /** The root */
  rootSpanId: string;
  /** Judgement */
  verdict: Verdict;
  /** Verdict of the former revision; empty at first */
  previousVerdict: string;
  /** 0 to 1 */
  failureProbability: number;
  /** In order of weight, bounded */
  reasons: Reason[];
  /** Span where the run first went wrong: the earliest of the weighty findings that follow from no other began there; empty for a run without any failure */
  rootCauseSpanId: string;
  /** Spans seen, resends not counted */
  spanCount: number;
  /** Inference spans */
  llmCalls: number;
  /** Tool spans */
  toolCalls: number;
  /** Failed spans */
  errorCount: number;
  /** Findings above info */
  findingCount: number;
  /** Sum over inference spans */
  inputTokens: number;
  /** Sum over inference spans */
  outputTokens: number;
  /** Sum over inference spans */
  costUsd: number;
  /** JSON object: share of spans with agent, arguments, results, tokens, parent; patterns that are blind */
  coverage: string;
}

/** One conversation of one or more runs, judged: provisionally after each run, finally after its gap. */
export interface Session {
  /** Tenant */
  tenant: string;
  /** Conversation */
  sessionId: string;
  /** 1 at first */
  revision: number;
  /** Its inactivity gap has passed */
  final: boolean;
  /** Agent of the first run */
  agent: string;
  /** Its version */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** End user */
  userId: string;
  /** Runs */
  runCount: number;
  /** Runs, oldest first, bounded */
  traceIds: string[];
  /** Earliest start */
  startTime: number;
  /** Latest end minus earliest start */
  durationNs: number;
  /** receivedTime of the first span of the first run */
  receivedTime: number;
  /** Log time */
  judgedTime: number;
  /** Judgement */
  verdict: Verdict;
  /** Verdict of the former revision; empty at first */
  previousVerdict: string;
  /** 0 to 1 */
  failureProbability: number;
  /** In order of weight, bounded */
  reasons: Reason[];
  /** Run that weighs most, of those that went wrong; empty where none did */
  rootCauseTraceId: string;
  /** Span where that run first went wrong */
  rootCauseSpanId: string;
  /** Spans seen, resends not counted */
  spanCount: number;
  /** Inference spans */
  llmCalls: number;
  /** Tool spans */
  toolCalls: number;
  /** Failed spans */
  errorCount: number;
  /** Findings above info */
  findingCount: number;
  /** Sum over inference spans */
  inputTokens: number;
  /** Sum over inference spans */
  outputTokens: number;
  /** Sum over inference spans */
  costUsd: number;
}

export type SignalKeyKind = 'session' | 'agent' | 'entity' | 'store' | 'tenant' | 'dependency' | 'partition';

/** A property of a run that may have to do with how it went */
export interface Attribute {
  /** input.language, model, … */
  name: string;
  /** From a small set of values: numbers are bucketed */
  value: string;
}

/** What a run did at one workflow point */
export interface PointUse {
  /** agent/kind/tool: the workflow point */
  step: string;
  /** Spans of it */
  calls: number;
  /** Those that failed, or whose result is an error */
  failures: number;
  /** Findings above info that happened there */
  findings: number;
  /** The run first went wrong there */
  isCause: boolean;
  /** Sum */
  durationNs: number;
  /** Its last span, as an example */
  lastSpanId: string;
}

/** A number by its name */
export interface Measure {
  /** What it measures */
  name: string;
  /** How much of it */
  value: number;
}

/** What the run in `run` was like */
export interface RunFeatures {
  /** Bounded */
  attributes: Attribute[];
  /** In order of first use, bounded */
  points: PointUse[];
  /** What speaks for or against success beside findings, bounded */
  evidence: Measure[];
}

/** A conversation got a final verdict, or another one (to each of its agents) */
export interface SessionObserved {
  /** Conversation */
  sessionId: string;
  /** Its first run */
  traceId: string;
  /** Agent that led it */
  agent: string;
  /** Its version */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** Earliest start */
  startTime: number;
  /** Latest end minus earliest start */
  durationNs: number;
  /** receivedTime of its first span */
  receivedTime: number;
  /** Judgement */
  verdict: Verdict;
  /** Judgement in the former observation of this conversation, whose attributes and points were the same; empty in the first */
  previousVerdict: string;
  /** 0 to 1 */
  failureProbability: number;
  /** Sum over inference spans */
  costUsd: number;
  /** Sum over inference spans */
  totalTokens: number;
  /** Bounded */
  attributes: Attribute[];
  /** In order of first use, bounded */
  points: PointUse[];
}

export interface PathStep {
  /** Span */
  spanId: string;
  /** kind/tool, or kind/agent where it calls one */
  point: string;
  /** End of the span */
  endTime: number;
  /** receivedTime of the span */
  receivedTime: number;
  /** It failed, or its result is an error */
  failed: boolean;
  /** End minus start */
  durationNs: number;
}

/** Steps that a run has taken for an agent since the last such signal, or its end */
export interface PathProgress {
  /** The run */
  traceId: string;
  /** Conversation, as known */
  sessionId: string;
  /** Agent */
  agent: string;
  /** Its version */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** Position of the first of steps in the path, from 0 */
  firstIndex: number;
  /** In order, bounded */
  steps: PathStep[];
  /** Verdict of the run with which the path ended; empty while it goes on */
  endedAs: string;
  /** Span of the agent's invocation, or what stands for it: an agent that a run calls twice has two paths */
  pathId: string;
  /** The invocation has ended: nothing but late spans comes after these steps */
  isDone: boolean;
  /** No step is known to be missing */
  isWhole: boolean;
  /** Weightiest finding within the run, where its verdict is not correct */
  explainedBy: string;
}

/** A finding of at least medium severity, as far as incidents are judged by it */
export interface Trouble {
  /** Finding */
  findingId: string;
  /** Its revision */
  revision: number;
  /** Neither withdrawn nor a consequence of another finding */
  stands: boolean;
  /** Failure pattern */
  pattern: string;
  /** Of the finding */
  severity: Severity;
  /** Run */
  traceId: string;
  /** Conversation, as known */
  sessionId: string;
  /** Agent where it began */
  agent: string;
  /** Its version */
  release: string;
  /** Workflow */
  workflow: string;
  /** Span where it began */
  causeSpanId: string;
  /** Tool of that span */
  tool: string;
  /** Model of that span */
  model: string;
  /** Service of that span */
  service: string;
  /** from → to, where that span hands over */
  handoff: string;
  /** End of the span where it happened */
  eventTime: number;
  /** receivedTime of the span that decided it */
  receivedTime: number;
}

/** A run ended for the first time */
export interface Pulse {
  /** Run */
  traceId: string;
  /** Conversation */
  sessionId: string;
  /** Its agents, bounded */
  agents: string[];
  /** Judgement */
  verdict: Verdict;
  /** Its latest end */
  endTime: number;
  /** receivedTime of its first span */
  receivedTime: number;
}

/** A run belongs to a conversation with another id than its own */
export interface Belonging {
  /** Run */
  traceId: string;
  /** Conversation */
  sessionId: string;
}

/** A finally judged conversation of which the outcome is known */
export interface Labelled {
  /** Conversation */
  sessionId: string;
  /** receivedTime of its first span */
  receivedTime: number;
  /** Log-odds of failure by the documented priors */
  priorLogOdds: number;
  /** What those rest on: patterns, and other evidence; bounded */
  evidence: Measure[];
  /** Share of its sources that say it failed */
  failed: number;
  /** Of what was said before, to be taken back; null at first */
  previousFailed: null | number;
}

/** What was learnt of a tenant's outcomes */
export interface VerdictWeights {
  /** Conversations that were learnt from */
  labels: number;
  /** To be added to the documented weights, for each unit of evidence; bounded */
  weights: Measure[];
}

export interface StatedFact {
  /** Field in one spelling; empty where the thing as a whole was acted on */
  field: string;
  /** Normal form; empty with an empty field */
  value: string;
  /** observed (in a result), written (by a call that sets it), acted (changed in ways that are not told), asserted (by an agent), remembered (read from a memory), used (an argument of any other call) */
  role: string;
  /** What gave it to the agent: result, user, context (a memory, another agent), computed, none; unknown where that was not captured; empty for what is observed */
  basis: string;
  /** Agent that did it */
  agent: string;
  /** agent/kind/tool: the workflow point */
  step: string;
  /** Tool; empty without */
  tool: string;
  /** Span */
  spanId: string;
  /** The inference that asked for it, else the span itself */
  causeSpanId: string;
  /** End of the span */
  eventTime: number;
  /** receivedTime of the span */
  receivedTime: number;
}

/** What a run states of one thing */
export interface EntityFacts {
  /** The run */
  traceId: string;
  /** Conversation, as known */
  sessionId: string;
  /** Version of its agent */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** In order of time, bounded */
  facts: StatedFact[];
}

export interface StoredField {
  /** Path within the record */
  name: string;
  /** Of its value */
  digest: string;
}

export interface StoreAccess {
  /** read or write */
  operation: string;
  /** Version that was read, or that the write made; empty where it is not told */
  version: string;
  /** Version that a write builds on; empty where it is not told */
  baseVersion: string;
  /** What was read or written, bounded; empty where that was not captured */
  fields: StoredField[];
  /** fields are all that was read or written */
  isWhole: boolean;
  /** Agent that did it */
  agent: string;
  /** agent/kind/tool: the workflow point */
  step: string;
  /** Tool; empty without */
  tool: string;
  /** Span */
  spanId: string;
  /** The inference that asked for it, else the span itself */
  causeSpanId: string;
  /** Start of the span */
  startTime: number;
  /** End of the span */
  endTime: number;
  /** receivedTime of the span */
  receivedTime: number;
}

/** What a run did to one record of a shared store */
export interface StoreAccesses {
  /** The run */
  traceId: string;
  /** Conversation, as known */
  sessionId: string;
  /** Version of its agent */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** Store */
  store: string;
  /** Record */
  record: string;
  /** In order of time, bounded */
  accesses: StoreAccess[];
}

export interface Wait {
  /** Names of resources, agents, conversations or runs */
  waitsFor: string[];
  /** Names of what it held from startTime to endTime */
  holds: string[];
  /** It failed, or was given up */
  isInVain: boolean;
  /** Agent that did it */
  agent: string;
  /** agent/kind/tool: the workflow point */
  step: string;
  /** Tool; empty without */
  tool: string;
  /** Span */
  spanId: string;
  /** The inference that asked for it, else the span itself */
  causeSpanId: string;
  /** Start of the span */
  startTime: number;
  /** End of the span */
  endTime: number;
  /** receivedTime of the span */
  receivedTime: number;
}

/** What a run waited for, and what it held meanwhile */
export interface Waits {
  /** The run */
  traceId: string;
  /** Conversation, as known */
  sessionId: string;
  /** Version of its agent */
  release: string;
  /** Environment */
  environment: string;
  /** Workflow */
  workflow: string;
  /** In order of time, bounded */
  waits: Wait[];
}

/** One kind of fact; the others are null */
export interface SignalBody {
  /** A run ended or was revised (to its session) */
  run: null | Run;
  /** Beside run: what it was like */
  features: null | RunFeatures;
  /** A conversation was judged (to each of its agents) */
  session: null | SessionObserved;
  /** A path goes on or ended (to its agent) */
  path: null | PathProgress;
  /** Found across runs, and said of this conversation (to its session) */
  finding: null | Finding;
  /** Something was found in a run, or is seen otherwise now (to its tenant) */
  trouble: null | Trouble;
  /** A run ended (to its tenant) */
  pulse: null | Pulse;
  /** How a conversation really went (to its session, or to a run's own key) */
  outcome: null | Outcome;
  /** Where outcomes of a run are to go that name no conversation (to the run's own key) */
  belonging: null | Belonging;
  /** An example to learn from (to its tenant) */
  labelled: null | Labelled;
  /** Weights for the verdicts to come (to every partition) */
  weights: null | VerdictWeights;
  /** Facts about a thing (to that thing) */
  facts: null | EntityFacts;
  /** Reads and writes of a record of a store (to that record) */
  accesses: null | StoreAccesses;
  /** Waiting and holding (to the tenant) */
  waits: null | Waits;
}

/** A bounded fact that is judged across runs, keyed by what it must meet. */
export interface Signal {
  /** Tenant */
  tenant: string;
  /** What key names; dependency is a tool or a model, partition every partition of this topic */
  keyKind: SignalKeyKind;
  /** The conversation, agent, … */
  key: string;
  /** Log time */
  emittedTime: number;
  /** Service that sent it */
  source: string;
  /** The fact: one of these is there */
  body: SignalBody;
}

/** What was resolved about a stored span from its run after it had left: a partial row with the same key. An empty text leaves what is stored. */
export interface SpanRevision {
  /** As on the span */
  tenant: string;
  /** As on the span */
  traceId: string;
  /** As on the span */
  spanId: string;
  /** As on the span: the partition of its row */
  receivedTime: number;
  /** Conversation the run belongs to */
  resolvedSessionId: null | string;
  /** Nearest agent at or above the span */
  resolvedAgent: null | string;
  /** Version of that agent */
  resolvedRelease: null | string;
  /** Counts up per span */
  revision: number;
}

export type SpanKind = 'step' | 'agent' | 'llm' | 'tool' | 'retrieval' | 'memory' | 'handoff' | 'guardrail' | 'evaluator';

export type OtelSpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export type SpanStatus = 'unset' | 'ok' | 'error';

export interface Cut {
  /** Field that was cut */
  field: string;
  /** True length, UTF-16 units */
  length: number;
  /** 16 hex digits over the whole text */
  digest: string;
}

/** One OpenTelemetry span in Spanwise's one model, whatever convention it was written in. Absent text is the empty string. */
export interface Span {
  /** Tenant of the API key that sent it; 'default' without keys */
  tenant: string;
  /** 32 lower-case hex digits */
  traceId: string;
  /** 16 lower-case hex digits */
  spanId: string;
  /** 16 lower-case hex digits; empty at the root */
  parentSpanId: string;
  /** W3C trace state as sent */
  traceState: string;
  /** W3C trace flags and OTLP remote bits as sent */
  flags: number;
  /** Span name as sent */
  name: string;
  /** What the span does for the agent; step is everything else */
  kind: SpanKind;
  /** SpanKind as sent */
  otelKind: OtelSpanKind;
  /** Event time, microseconds since the epoch, clamped to a possible range */
  startTime: number;
  /** End minus start, nanoseconds, never negative */
  durationNs: number;
  /** 'start/end' in nanoseconds as sent, where they were impossible and had to be clamped */
  originalTimes: string;
  /** When ingest stamped it; partitions and retention in ClickHouse follow it */
  receivedTime: number;
  /** Status as sent */
  status: SpanStatus;
  /** Status message as sent */
  statusMessage: string;
  /** The operation failed by status or exception; control flow that a framework raises as an exception (a LangGraph handoff) is not failure */
  failed: boolean;
  /** error.type, exception type or code of the failure */
  errorType: string;
  /** Message of the failure */
  errorMessage: string;
  /** Conversation id that stands on this very span; resolved per run behind this topic */
  conversationId: string;
  /** Agent name that stands on this very span */
  agent: string;
  /** Version of the agent */
  release: string;
  /** Deployment environment */
  environment: string;
  /** End user */
  userId: string;
  /** Workflow name */
  workflow: string;
  /** service.name of the resource */
  service: string;
  /** Tool name where kind is tool */
  tool: string;
  /** Id that ties the call to the model's request */
  toolCallId: string;
  /** Arguments as canonical JSON: keys sorted, envelopes, call ids and step numbers of frameworks removed */
  toolArguments: string;
  /** 16 hex digits over tool name and uncut canonical arguments */
  toolArgumentsDigest: string;
  /** Result, unwrapped from framework envelopes: JSON text or plain text */
  toolResult: string;
  /** 16 hex digits over the uncut unwrapped result */
  toolResultDigest: string;
  /** Response model, else requested model */
  model: string;
  /** Model provider */
  provider: string;
  /** Input tokens, cached ones included; only on inference spans */
  inputTokens: null | number;
  /** Output tokens; only on inference spans */
  outputTokens: null | number;
  /** Input tokens read from the provider's cache */
  cacheReadTokens: null | number;
  /** Input tokens written to the provider's cache */
  cacheWriteTokens: null | number;
  /** Cost in US dollars as sent; only on inference spans */
  costUsd: null | number;
  /** Normalised: stop, length, tool_calls, content_filter, error, or as sent */
  finishReason: string;
  /** JSON array of {role, parts:[{type:text|reasoning|tool_call|tool_call_response, …}]} */
  inputMessages: string;
  /** Same form as inputMessages */
  outputMessages: string;
  /** System instructions as text */
  systemInstructions: string;
  /** JSON array of {name, description?, parameters?} offered to the model */
  toolDefinitions: string;
  /** 16 hex digits over toolDefinitions, a key for parsed copies */
  toolDefinitionsDigest: string;
  /** Agent that handed over */
  handoffFrom: string;
  /** Agent that was handed to */
  handoffTo: string;
  /** Attempt number where the instrumentation states one; 1 is the first retry */
  retryAttempt: null | number;
  /** Id of a shared memory store */
  memoryStore: string;
  /** Id of a record in it */
  memoryRecord: string;
  /** The conversation's context was compacted before this inference */
  contextCompacted: boolean;
  /** Convention the span was recognised by */
  convention: string;
  /** Instrumentation scope */
  scopeName: string;
  /** Its version */
  scopeVersion: string;
  /** JSON array of {traceId, spanId}; empty without links */
  links: string;
  /** JSON array of {name, timeUnixNano, attributes} not already represented by a field; empty without */
  events: string;
  /** JSON object: span attributes not already represented by a field */
  attributes: string;
  /** JSON object: resource attributes not already represented by a field */
  resource: string;
  /** Attributes, events and links that the SDK dropped */
  droppedCount: number;
  /** Fields that exceeded their cap */
  cut: Cut[];
}

/** What one workflow step did in one minute since the last flush: a delta that is only ever summed. */
export interface StepStats {
  /** Tenant */
  tenant: string;
  /** Start of the minute of event end time */
  minute: number;
  /** Log time of the flush */
  receivedTime: number;
  /** Agent */
  agent: string;
  /** Span kind */
  kind: string;
  /** Tool or empty */
  tool: string;
  /** Model or empty */
  model: string;
  /** Agent's version */
  release: string;
  /** Environment */
  environment: string;
  /** Spans */
  spanCount: number;
  /** Failed spans */
  errorCount: number;
  /** Sum */
  inputTokens: number;
  /** Sum */
  outputTokens: number;
  /** Sum */
  costUsd: number;
  /** Sum of durations */
  durationSumNs: number;
  /** Longest */
  durationMaxNs: number;
  /** Indices i of the DDSketch with relative accuracy 1 %: durations in (γ^(i-1), γ^i] ns, γ = 1.01/0.99 */
  durationBuckets: number[];
  /** Count per index */
  durationCounts: number[];
}
