import type { Verdict } from '@spanwise/schemas';
import type { RunEnd } from '../detector/detector.ts';
import type { Tally } from '../relations/tally.ts';
import type { RunMeta } from './run-meta.ts';

/** Slot of the run beside its steps. */
export const META = 'meta';

/** A run's meta as its slot holds it: the values alone, times counted from the origin. */
export type PackedMeta = unknown[];

type PackedJudged = [end: RunEnd | null, revision: number, verdict: Verdict, probability: number, sessionId?: string];

/** What every step changes is copied: steps that come before it is written are counted again when it is read. */
export function packMeta(meta: RunMeta): PackedMeta {
  const { seen, judged } = meta;
  return [
    meta.tenant,
    meta.traceId,
    meta.originStart,
    meta.originReceived,
    meta.released,
    meta.dropped,
    meta.rootSpanId,
    meta.rootAssumed ? 1 : 0,
    meta.start - meta.originStart,
    meta.end - meta.start,
    meta.firstReceived - meta.originReceived,
    meta.lastReceived - meta.firstReceived,
    meta.lastSpanAt,
    meta.agentic,
    meta.llmCalls,
    meta.toolCalls,
    meta.errors,
    meta.troubles,
    meta.listening,
    meta.inputTokens,
    meta.outputTokens,
    meta.costUsd,
    [seen.agent, seen.session, seen.arguments, seen.results, seen.tokens, seen.parent, seen.messages],
    meta.conversations.names,
    meta.conversations.counts.slice(),
    meta.agents.names,
    meta.agents.counts.slice(),
    meta.release,
    meta.environment,
    meta.workflow,
    meta.userId,
    meta.service,
    meta.links,
    meta.suppressed,
    judged ? [judged.end, judged.revision, judged.verdict, judged.probability, judged.sessionId] : 0,
    meta.reopened ? 1 : 0,
    meta.continuation,
    meta.rootChanges,
    meta.cachedTokens,
  ];
}

/** What was packed. Counts are copied here, too: what is in the slot must stay as it was put, since steps that come before the next put count on from there. */
export function unpackMeta(packed: PackedMeta): RunMeta {
  let at = 0;
  /** The next value: they are read in the order in which they were packed. */
  const next = <T>(): T => packed[at++] as T;
  const tenant = next<string>();
  const traceId = next<string>();
  const originStart = next<number>();
  const originReceived = next<number>();
  const [released, dropped] = [next<number>(), next<number>()];
  const [rootSpanId, rootAssumed] = [next<string>(), next<number>() === 1];
  const start = originStart + next<number>();
  const end = start + next<number>();
  const firstReceived = originReceived + next<number>();
  const lastReceived = firstReceived + next<number>();
  return {
    tenant,
    traceId,
    originStart,
    originReceived,
    released,
    dropped,
    rootSpanId,
    rootAssumed,
    start,
    end,
    firstReceived,
    lastReceived,
    lastSpanAt: next(),
    agentic: next(),
    llmCalls: next(),
    toolCalls: next(),
    errors: next(),
    troubles: next(),
    listening: next(),
    inputTokens: next(),
    outputTokens: next(),
    costUsd: next(),
    seen: seenOf(next()),
    conversations: tallyOf(next(), next()),
    agents: tallyOf(next(), next()),
    release: next(),
    environment: next(),
    workflow: next(),
    userId: next(),
    service: next(),
    links: next(),
    suppressed: next(),
    judged: judgedOf(next()),
    reopened: next<number>() === 1,
    continuation: next(),
    // not in what earlier versions wrote
    rootChanges: next<number | undefined>() ?? 0,
    cachedTokens: next<number | undefined>() ?? 0,
  };
}

const tallyOf = (names: string[], counts: number[]): Tally => ({ names, counts: counts.slice() });

function seenOf(packed: number[]): RunMeta['seen'] {
  const [agent = 0, session = 0, args = 0, results = 0, tokens = 0, parent = 0, messages = 0] = packed;
  return { agent, session, arguments: args, results, tokens, parent, messages };
}

function judgedOf(packed: PackedJudged | 0): RunMeta['judged'] {
  if (packed === 0) return null;
  const [end, revision, verdict, probability, sessionId] = packed;
  return { end, revision, verdict, probability, ...(sessionId && { sessionId }) };
}
