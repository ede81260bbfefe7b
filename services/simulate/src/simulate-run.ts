import type { Convention, Placement } from './convention/convention.ts';
import { identityAt } from './convention/convention.ts';
import type { RunPlan, Step } from './plan/step.ts';
import type { Random } from './random.ts';
import { linkTo, otlpSpan } from './render/otlp-span.ts';
import { render } from './render/render.ts';
import { type Notes, type Placed, truthsOf } from './render/truths.ts';
import type { SimulatedRun } from './run.ts';

/** Clocks kept by NTP still differ by about this much, microseconds; less than a request is on its way. */
const COMMON_SKEW_US = 1_000;

export interface RunSetting {
  readonly startMs: number;
  readonly sessionId: string;
  readonly tenant: string;
  readonly userId: string;
  readonly convention: Convention;
  readonly placement: Placement;
  readonly release: string;
  readonly environment: string;
  /** An earlier run that this one says it goes on from */
  readonly linkedTo: Pick<SimulatedRun, 'traceId' | 'rootSpanId'> | undefined;
  /** Steps of earlier runs, of which this one's truths may speak; its own are added. */
  readonly placed?: Map<Step, Placed>;
}

/** Carries a plan out: spans by the clocks of their services, and what is true of them. */
export function simulateRun(plan: RunPlan, notes: Notes, setting: RunSetting, random: Random): SimulatedRun {
  const { sessionId, tenant, userId, convention, placement, release, environment, linkedTo, startMs, placed } = setting;
  const traceId = random.hex(32);
  const records = render(plan, Math.round(startMs * 1_000), random).sort((a, b) => a.endUs - b.endUs);
  for (const service of new Set(records.map((record) => record.service))) {
    const offset = plan.clockOffsetsUs.get(service) ?? random.integer(-COMMON_SKEW_US, COMMON_SKEW_US);
    plan.clockOffsetsUs.set(service, offset);
  }
  const root = records.find((record) => record.parentSpanId === '');
  const isSessionSeen = records.some((record) => record.work.kind in agentKinds && sees(record));
  const spans = records.map((record) => {
    const identity = identityAt(record, placement, sessionId, userId);
    const offsetUs = plan.clockOffsetsUs.get(record.service) ?? 0;
    const links = [
      ...(record === root && linkedTo ? [linkTo(linkedTo.traceId, linkedTo.rootSpanId)] : []),
      ...(record.work.kind === 'message' && record.work.side === 'consumer'
        ? [linkTo(traceId, record.parentSpanId)]
        : []),
    ];
    return otlpSpan(record, { traceId, convention, identity, release, environment, offsetUs, links });
  });
  const where = {
    traceId,
    sessionId: isSessionSeen ? sessionId : traceId,
    agent: plan.root.agent.name,
    scenario: plan.scenario,
    convention: convention.name,
    release,
  };
  const { request, answer } = plan.root;
  return {
    traceId,
    tenant,
    sessionId,
    rootSpanId: root?.spanId ?? '',
    startMs,
    endMs: spans.at(-1)?.endMs ?? startMs,
    spans,
    truths: truthsOf(records, notes, plan, where, placed),
    turn: root && answer !== '' ? { request, answer } : undefined,
  };

  function sees(record: (typeof records)[number]): boolean {
    return identityAt(record, placement, sessionId, userId).sessionId !== undefined;
  }
}

const agentKinds = { agent: true, inference: true, tool: true, retrieval: true, memory: true };
