import type { Wait, Waits } from '@spanwise/schemas';
import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import type { Slots } from '../slots.ts';
import type { FleetContext, FleetFindingDraft } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';

const DESCRIPTION = describePattern({
  pattern: 'cross_session_deadlock',
  inShort: 'sessions wait for each other in a cycle',
  claims:
    'Over two sessions or more, each waits for what the next one holds, or for the next one itself, all at the same time: a cycle in ' +
    'the wait-for graph (Coffman, Elphick and Shoshani 1971). None could go on, and the first that stopped waiting did so in vain.',
  doesNotClaim: [
    'waits that end well: whoever was waited for was not waiting for ever',
    'a queue for one resource, a chain of waits without a cycle, waits that follow each other',
    'agents that wait for each other within one session: that is `circular_delegation`',
  ],
  needs:
    '`spanwise.waits_for` on the span that waits, naming a resource, conversation or run, and `spanwise.holds` on spans for as long as ' +
    'something is held; without them it is blind',
  happened: 'the wait that closed the cycle',
  began: 'the same, or the inference that asked for it',
  evidence: { cycle: 'always. Seen: who waits for what, in turn; numbers: `sessions`, `overlapMs`; spans: the waits' },
  severity: { critical: 'three sessions or more', high: 'two sessions' },
  published: ['MAST 1.5', 'TRAIL task orchestration'],
  settings: {
    overlapMs: setting.milliseconds(
      50,
      'how long all of them must have waited together',
      'clocks of two services differ by a little',
    ),
  },
});

/** Plain JSON. */
type Waiting = Wait & Omit<Waits, 'waits'>;

/** A slot for each. */
const WAIT = 'w/';
/** Keys of the cycles that stand. */
const FOUND = 'found';
const MOST_WAITS = 96;
/** Of one signal; and characters of a wait: sources tell nothing longer. */
const [MOST_TOLD, LONGEST] = [64, 8_192];
/** Waits that are over for so long are forgotten: whatever overlapped them has come. */
const FORGOTTEN_US = 3_600_000_000;
const LONGEST_CYCLE = 6;
const MOST_PATHS = 32;

const sessionOf = ({ sessionId, traceId }: Waiting): string => sessionId || traceId;

export const crossSessionDeadlock = fleetPattern(DESCRIPTION, ({ overlapMs }) => ({
  keyKind: 'tenant',
  onSignal({ waits: told }, context) {
    if (!told) return;
    const { traceId, sessionId, release, environment, workflow } = told;
    const known = waitsIn(context.slots);
    const added = told.waits
      .slice(0, MOST_TOLD)
      .flatMap((wait): Waiting[] =>
        known.some(({ spanId }) => spanId === wait.spanId) || JSON.stringify(wait).length > LONGEST
          ? []
          : [{ ...wait, traceId, sessionId, release, environment, workflow }],
      );
    const kept = keep([...known, ...added], context.slots);
    for (const wait of added) if (kept.includes(wait)) context.slots.put(WAIT + wait.spanId, wait);
    const graph = graphOf(kept, overlapMs * 1_000);
    const cycles = new Map<string, readonly Waiting[]>();
    for (const start of graph.keys()) {
      const cycle = cycleFrom(start, graph, overlapMs * 1_000);
      if (cycle) cycles.set(keyOf(cycle), cycle);
    }
    const before = context.slots.get<string[]>(FOUND) ?? [];
    const spans = new Set(kept.map(({ spanId }) => spanId));
    // what is found no more though nothing of it was forgotten was a part of what is found now
    for (const key of before)
      if (!cycles.has(key) && key.split(',').every((spanId) => spans.has(spanId)))
        context.withdraw(DESCRIPTION.pattern, key);
    for (const [key, cycle] of cycles) report(key, cycle, context);
    if (before.join() !== [...cycles.keys()].join()) context.slots.put(FOUND, [...cycles.keys()]);
  },
}));

function waitsIn(slots: Slots): Waiting[] {
  const found: Waiting[] = [];
  for (const slot of slots.keys()) {
    const wait = slot.startsWith(WAIT) ? slots.get<Waiting>(slot) : undefined;
    if (wait) found.push(wait);
  }
  return found.sort((a, b) => a.endTime - b.endTime || (a.spanId < b.spanId ? -1 : 1));
}

/** Forgets what was over long ago, and of too many those that ended first. Returns the others. */
function keep(all: readonly Waiting[], slots: Slots): Waiting[] {
  const latest = Math.max(...all.map(({ endTime }) => endTime));
  const kept = all
    .toSorted((a, b) => a.endTime - b.endTime || (a.spanId < b.spanId ? -1 : 1))
    .filter(({ endTime }) => endTime > latest - FORGOTTEN_US)
    .slice(-MOST_WAITS);
  for (const wait of all) if (!kept.includes(wait)) slots.delete(WAIT + wait.spanId);
  return kept;
}

const overlaps = (a: Waiting, b: Waiting): boolean => a.startTime < b.endTime && b.startTime < a.endTime;

/** The other waits for which each waits, as far as both wait at the same time: of sessions that hold what it waits for, or are it. */
type Graph = ReadonlyMap<Waiting, readonly Waiting[]>;

function graphOf(all: readonly Waiting[], overlapUs: number): Graph {
  const waiting = all.filter(({ waitsFor }) => waitsFor.length > 0);
  return new Map(
    waiting.map((wait) => {
      const blocking = new Set(all.filter((other) => blocks(other, wait)).map(sessionOf));
      return [
        wait,
        waiting.filter((next) => blocking.has(sessionOf(next)) && overlapOf([wait, next]) > overlapUs),
      ] as const;
    }),
  );
}

const blocks = (other: Waiting, wait: Waiting): boolean =>
  sessionOf(other) !== sessionOf(wait) &&
  overlaps(wait, other) &&
  wait.waitsFor.some((name) => other.holds.includes(name) || name === other.sessionId || name === other.traceId);

/** A shortest cycle through a wait, of waits in which all waited at the same time, and the first to stop did so in vain. */
function cycleFrom(start: Waiting, graph: Graph, overlapUs: number): Waiting[] | undefined {
  let paths: Waiting[][] = [[start]];
  for (let length = 1; length <= LONGEST_CYCLE && paths.length > 0; length++) {
    const longer: Waiting[][] = [];
    for (const path of paths) {
      for (const next of graph.get(path.at(-1) as Waiting) ?? []) {
        if (next === start && isDeadlock(path, overlapUs)) return path;
        const isNew = path.every((each) => sessionOf(each) !== sessionOf(next));
        if (isNew && longer.length < MOST_PATHS && overlapOf([...path, next]) > overlapUs) longer.push([...path, next]);
      }
    }
    paths = longer;
  }
  return undefined;
}

const overlapOf = (waits: readonly Waiting[]): number =>
  Math.min(...waits.map(({ endTime }) => endTime)) - Math.max(...waits.map(({ startTime }) => startTime));

function isDeadlock(cycle: readonly Waiting[], overlapUs: number): boolean {
  if (overlapOf(cycle) <= overlapUs) return false;
  const end = Math.min(...cycle.map(({ endTime }) => endTime));
  return cycle.some(({ endTime, isInVain }) => endTime === end && isInVain);
}

const keyOf = (cycle: readonly Waiting[]): string =>
  cycle
    .map(({ spanId }) => spanId)
    .sort()
    .join();

function report(key: string, cycle: readonly Waiting[], context: FleetContext): void {
  const inOrder = cycle.toSorted((a, b) => a.startTime - b.startTime || (a.spanId < b.spanId ? -1 : 1));
  const closing = inOrder.at(-1) as Waiting;
  const sessions = cycle.length;
  const finding: FleetFindingDraft = {
    pattern: DESCRIPTION.pattern,
    key,
    scope: 'run',
    at: {
      traceId: closing.traceId,
      spanId: closing.spanId,
      rootCauseTraceId: closing.traceId,
      rootCauseSpanId: closing.causeSpanId,
      sessionId: closing.sessionId,
      agent: closing.agent,
      release: closing.release,
      environment: closing.environment,
      workflow: closing.workflow,
      tool: closing.tool,
      step: closing.step,
    },
    severity: sessions > 2 ? 'critical' : 'high',
    confidence: 0.9,
    summary: `${sessions} sessions wait for each other: ${inOrder.map(({ agent, waitsFor }) => `${agent || 'one'} for ${waitsFor.join(', ')}`).join('; ')}`,
    evidence: {
      type: 'cycle',
      seen: inOrder
        .map(({ sessionId, agent, waitsFor, holds }) => ({ sessionId, agent, waitsFor, holds }))
        .slice(0, LONGEST_CYCLE),
      numbers: { sessions, overlapMs: Math.round(overlapOf(cycle) / 1_000) },
      spans: inOrder.map(({ spanId }) => spanId),
    },
    eventTime: Math.max(...cycle.map(({ endTime }) => endTime)),
    receivedTime: Math.max(...cycle.map(({ receivedTime }) => receivedTime)),
  };
  context.report(finding);
}
