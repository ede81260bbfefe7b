import type { Finding } from '@spanwise/schemas';
import { hash128 } from '../identity-hash.ts';
import type { Divergence } from '../paths/divergence.ts';
import { END } from '../paths/path-events.ts';
import type { PathUnderWay } from '../paths/path-under-way.ts';
import type { FleetContext, FleetFindingDraft } from './fleet-detector.ts';

export const PATH_DEVIATION = 'path_deviation';
const MOST_SPANS = 32;
/** Paths that the rank of another is taken among, at least. */
const LEAST_PATHS = 30;
/** Less usual than all but so many: worth a word to the verdict. */
const UNUSUAL_RANK = 0.3;

/** Not rounded up: nearly all is not all. */
const percent = (share: number): string => `${Math.floor(1_000 * share) / 10} %`;

/** A point as a person reads it: the tool, the agent, what is done. */
function named(point: string): string {
  if (point === END) return 'the end';
  if (point === 'llm') return 'an answer';
  const at = point.indexOf('/');
  const name = point.slice(at + 1);
  return name === '' ? `a ${point.slice(0, at)} step` : name;
}

const toolOf = (point: string): string => (point.startsWith('tool/') ? point.slice(5) : '');

function told({ type, expected, seen, before, observed }: Divergence): string {
  const [usual] = expected;
  const where = before === '' ? 'at the start' : `after ${named(before)}`;
  const rule = usual
    ? `${named(usual.point)} comes ${where} in ${percent(usual.share)} of ${observed} times in runs that ended well`
    : `no run that ended well had it`;
  if (type === 'ended_early') return `AGENT ended ${where} without ${usual ? named(usual.point) : 'the rest'}: ${rule}`;
  if (type === 'foreign_step') return `AGENT did ${named(seen)} ${where}, which no run of it that ended well did`;
  if (type === 'replaced_step')
    return `AGENT did ${named(seen)} ${where} instead of ${usual ? named(usual.point) : 'the step that is due'}: ${rule}`;
  if (type === 'wrong_order')
    return `AGENT did ${named(seen)} ${where} and before ${usual ? named(usual.point) : 'another step'}: ${rule}`;
  return `AGENT did ${named(seen)} ${where} without ${usual ? named(usual.point) : 'the step between'}: ${rule}`;
}

/** A run that left the path of its agent; undefined for one that did not. */
export function deviationDraft(
  key: string,
  path: PathUnderWay,
  agent: string,
  confidence: number,
): FleetFindingDraft | undefined {
  const { divergence, place, traceId, sessionId, release, environment, workflow } = path;
  if (!divergence || !place) return undefined;
  const { seen, type, expected, observed, times } = divergence;
  const isEnd = seen === END;
  return {
    pattern: PATH_DEVIATION,
    key,
    scope: 'run',
    at: {
      ...{ traceId, spanId: place.spanId, rootCauseTraceId: traceId, rootCauseSpanId: place.causeSpanId },
      ...{ sessionId, agent, release, environment, workflow },
      tool: isEnd ? '' : toolOf(seen),
      step: isEnd ? '' : `${agent}/${seen}`,
    },
    severity: 'medium',
    confidence,
    summary: told(divergence).replaceAll('AGENT', agent),
    evidence: { type, expected, seen: isEnd ? 'end' : seen, numbers: { observed, times } },
    eventTime: place.end,
    receivedTime: place.receivedTime,
    ...(path.explainedBy === '' ? {} : { supersededBy: path.explainedBy }),
  };
}

/** What a release does that its agent had not done before. */
export function newWayDraft(
  { agent, release, workflow, paths }: { agent: string; release: string; workflow: string; paths: number },
  times: number,
  examples: readonly PathUnderWay[],
): FleetFindingDraft | undefined {
  const last = examples.findLast(({ divergence, place }) => divergence && place);
  if (!last?.divergence || !last.place) return undefined;
  const { expected, seen, before, key } = last.divergence;
  const where = before === '' ? 'at the start' : `after ${named(before)}`;
  const [usual] = expected;
  return {
    pattern: PATH_DEVIATION,
    key: `${workflow}\n${release}\n${key}`,
    scope: 'fleet',
    at: { agent, release, workflow, environment: last.environment, step: seen === END ? '' : `${agent}/${seen}` },
    severity: 'info',
    confidence: 0.9,
    summary:
      `Release ${release || '(unnamed)'} of ${agent} goes a new way: ${named(seen)} ${where}` +
      `${usual ? `, where ${named(usual.point)} came` : ''}, in ${times} of its first ${paths} runs that ended well`,
    evidence: {
      type: 'new_path',
      expected,
      seen: seen === END ? 'end' : seen,
      numbers: { paths, times },
      spans: examples.flatMap(({ place }) => place?.spanId ?? []).slice(0, MOST_SPANS),
    },
    eventTime: last.place.end,
    receivedTime: last.place.receivedTime,
  };
}

/**
 * What an unusual path weighs in the verdict of its session: one in ten of an agent's paths is that unusual by chance, so it is said to nobody
 * else. Undefined for a usual one, or where too few are known.
 *
 * @param rank share of the agent's paths that surprise as much
 */
export function unusualPath(
  path: PathUnderWay,
  rank: number,
  paths: number,
  { tenant, key: agent, now }: FleetContext,
): Finding | undefined {
  if (paths < LEAST_PATHS || rank > UNUSUAL_RANK || path.sessionId === '' || path.isReported) return undefined;
  const { traceId, sessionId, worst, release, environment, workflow } = path;
  const last = path.steps.at(-1);
  return {
    tenant,
    findingId: hash128(`${tenant}\n${agent}\n${PATH_DEVIATION}\nunusual\n${traceId}\n${worst}`),
    revision: 1,
    withdrawn: false,
    supersededBy: '',
    pattern: PATH_DEVIATION,
    scope: 'run',
    severity: 'low',
    confidence: Math.round(Math.min(1, -Math.log10(rank) / 2) * 100) / 100,
    ...{ traceId, spanId: worst, rootCauseTraceId: traceId, rootCauseSpanId: worst },
    ...{ sessionId, agent, release, environment, workflow, tool: '', step: '' },
    summary: `The path of ${agent} was less usual than that of ${percent(1 - rank)} of its runs that ended well`,
    evidence: '',
    eventTime: last?.end ?? 0,
    receivedTime: last?.receivedTime ?? 0,
    detectedTime: now * 1_000,
  };
}
