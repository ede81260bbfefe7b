import { specOf } from '../plan/script.ts';
import type { AgentProfile, AgentStep, Failure, JobStep, RunPlan, Step, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { requestsOf } from './backend.ts';
import { Conversation } from './conversation.ts';
import { asText, type SpanRecord, type Work } from './record.ts';

/** What an agent does between two steps, microseconds. */
const BETWEEN_US = 400;
/** From one process to another, microseconds; more than their clocks commonly differ. */
const HOP_US = 4_000;

/**
 * The spans of a plan that begins at `startUs` (true time), in the order in which they end at one service. Where the plan
 * dies, only what had ended by then.
 */
export function render(plan: RunPlan, startUs: number, random: Random): SpanRecord[] {
  const renderer = new Renderer(plan, random);
  renderer.agent(plan.root, '', startUs);
  return renderer.records;
}

/** Each method renders one step that begins at a time and returns when it ends, microseconds. */
class Renderer {
  readonly records: SpanRecord[] = [];
  readonly #plan: RunPlan;
  readonly #random: Random;
  #dead = false;

  constructor(plan: RunPlan, random: Random) {
    this.#plan = plan;
    this.#random = random;
  }

  agent(step: AgentStep, parentSpanId: string, startUs: number): number {
    const spanId = this.#random.hex(16);
    const conversation = new Conversation(step);
    let now = startUs + BETWEEN_US;
    step.steps.forEach((each, index) => {
      if (this.#dead) return;
      now = this.#step(each, { owner: step, spanId, conversation, next: step.steps[index + 1] }, now) + BETWEEN_US;
    });
    const { request, answer } = step;
    const times = { spanId, parentSpanId, startUs, endUs: now };
    this.#record(step, step.agent, times, { kind: 'agent', request, answer, ...this.#usageBelow(spanId) });
    return now;
  }

  #usageBelow(spanId: string): { inputTokens: number; outputTokens: number } {
    const usage = { inputTokens: 0, outputTokens: 0 };
    for (const { work, parentSpanId } of this.records) {
      if (work.kind !== 'inference' || parentSpanId !== spanId || work.output.length === 0) continue;
      usage.inputTokens += work.inputTokens;
      usage.outputTokens += work.outputTokens;
    }
    return usage;
  }

  #step(step: Step, at: Place, startUs: number): number {
    const agent = at.owner.agent;
    switch (step.kind) {
      case 'agent': {
        // An agent in another process is asked over the network.
        const hopUs = step.agent.service === agent.service ? 0 : HOP_US;
        const end = this.agent(step, at.spanId, startUs + hopUs) + hopUs;
        if (step.callId !== undefined) at.conversation.hear(step.callId, step.failure?.message ?? step.answer);
        return end;
      }
      case 'inference': {
        const endUs = startUs + micros(step.ms);
        this.#record(step, agent, this.#below(at, startUs, endUs), at.conversation.infer(step));
        return endUs;
      }
      case 'retrieval': {
        const endUs = startUs + micros(step.ms);
        const { query, documents } = step;
        this.#record(step, agent, this.#below(at, startUs, endUs), { kind: 'retrieval', query, documents });
        return endUs;
      }
      case 'tool':
        return this.#tool(step, at, startUs);
      case 'parallel':
        return Math.max(...step.tools.map((tool) => this.#tool(tool, at, startUs)));
      case 'job':
        this.#job(step, agent, at.spanId, startUs);
        return startUs;
      case 'team':
        return Math.max(
          startUs,
          ...step.members.map((member) => this.#step(member, { ...at, next: undefined }, startUs)),
        );
      case 'queue':
        return Math.max(
          startUs,
          ...step.jobs.map(({ sentMs, job }) => this.#job(job, agent, at.spanId, startUs + micros(sentMs))),
        );
      case 'memory': {
        const endUs = startUs + micros(step.ms);
        const { kind, operation, store, record } = step;
        const work = { kind, operation, store, record, content: asText(step.content) };
        this.#record(step, agent, this.#below(at, startUs, endUs), work);
        return endUs;
      }
    }
  }

  #tool(step: ToolStep, at: Place, begunUs: number): number {
    const agent = at.owner.agent;
    const spec = specOf(agent, step.tool);
    const startUs = begunUs + micros(step.pauseMs);
    const times = this.#below(at, startUs, 0);
    const requests = requestsOf(step, startUs, this.#random);
    for (const request of requests.records)
      this.#push({
        ...request,
        agent,
        service: request.service ?? agent.service,
        parentSpanId: request.parentSpanId || times.spanId,
      });
    const endUs = requests.endUs;
    if (step.job) this.#job(step.job, agent, times.spanId, endUs - 1_000);
    this.#record(
      step,
      agent,
      { ...times, endUs },
      {
        kind: 'tool',
        tool: step.tool,
        description: spec?.description ?? '',
        callId: step.callId,
        arguments: asText(step.arguments),
        ...(step.failure ? {} : { result: asText(step.result) }),
      },
    );
    const isAnsweredLater = at.next?.kind === 'agent' && at.next.callId === step.callId;
    if (!isAnsweredLater) at.conversation.hear(step.callId, step.failure?.message ?? step.result);
    return endUs;
  }

  #job(step: JobStep, agent: AgentProfile, parentSpanId: string, sentUs: number): number {
    const { name: queue, priority } = step;
    const queued = priority === undefined ? {} : { priority, enqueuedUs: sentUs };
    const sent = { spanId: this.#random.hex(16), parentSpanId, startUs: sentUs, endUs: sentUs + 600 };
    this.#push({
      ...sent,
      agent,
      service: agent.service,
      work: { kind: 'message', side: 'producer', queue, ...(priority === undefined ? {} : { priority }) },
    });
    const startUs = sent.endUs + micros(step.delayMs);
    const endUs = startUs + micros(step.ms);
    const worked = { spanId: this.#random.hex(16), parentSpanId: sent.spanId, startUs, endUs };
    this.#push({
      ...worked,
      agent,
      service: step.service,
      step,
      work: { kind: 'message', side: 'consumer', queue, ...queued },
    });
    return endUs;
  }

  #below(at: Place, startUs: number, endUs: number): Times {
    return { spanId: this.#random.hex(16), parentSpanId: at.spanId, startUs, endUs };
  }

  #record(
    step: Exclude<Step, { kind: 'parallel' | 'team' | 'queue' }>,
    agent: AgentProfile,
    times: Times,
    work: Work,
  ): void {
    const failure: Failure | undefined = 'failure' in step ? step.failure : undefined;
    const extras = 'extras' in step && step.extras ? { extras: step.extras } : {};
    this.#push({ ...times, agent, service: agent.service, step, work, ...extras, ...(failure ? { failure } : {}) });
    if (step === this.#plan.diesAfter) this.#dead = true;
  }

  #push(record: SpanRecord): void {
    if (!this.#dead) this.records.push(record);
  }
}

interface Place {
  readonly owner: AgentStep;
  readonly spanId: string;
  readonly conversation: Conversation;
  readonly next: Step | undefined;
}

type Times = Pick<SpanRecord, 'spanId' | 'parentSpanId' | 'startUs' | 'endUs'>;

const micros = (ms: number): number => Math.round(ms * 1_000);
