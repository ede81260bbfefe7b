import type { Wait, Waits } from '@spanwise/schemas';
import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { agentKey } from '../reading/agent-key.ts';
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
const MOST_WAITS = 96;
/** Of one signal; and characters of a wait: sources tell nothing longer. */
const [MOST_TOLD, LONGEST] = [64, 8_192];
/** Waits that are over for so long are forgotten: whatever overlapped them has come. */
const FORGOTTEN_US = 3_600_000_000;
const LONGEST_CYCLE = 8;

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
    for (const wait of added) {
      // a new hold may close the cycle of waits that came before
      const starts =
        wait.waitsFor.length > 0 ? [wait] : kept.filter((each) => each.waitsFor.length > 0 && overlaps(each, wait));
      for (const start of starts) {
        const cycle = cycleFrom(start, kept, overlapMs * 1_000);
        if (cycle) report(cycle, context);
      }
    }
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

/** What a wait is for: whoever holds it meanwhile, or is it. */
function blockers(wait: Waiting, all: readonly Waiting[]): Set<string> {
  const sessions = new Set<string>();
  for (const other of all) {
    if (sessionOf(other) === sessionOf(wait) || !overlaps(wait, other)) continue;
    if (
      wait.waitsFor.some(
        (name) =>
          other.holds.includes(name) || name === other.sessionId || name === other.traceId || isAgent(name, other),
      )
    )
      sessions.add(sessionOf(other));
  }
  return sessions;
}

/** An agent is waited for by its name as one of a session: `session/agent`. */
const isAgent = (name: string, { agent, sessionId }: Waiting): boolean =>
  agent !== '' && sessionId !== '' && agentKey(name) === agentKey(`${sessionId}/${agent}`);

/** The shortest cycle through a wait, of waits in which all waited at the same time, and the first to stop did so in vain. */
function cycleFrom(start: Waiting, all: readonly Waiting[], overlapUs: number): Waiting[] | undefined {
  const waiting = all.filter((each) => each.waitsFor.length > 0);
  let paths: Waiting[][] = [[start]];
  for (let length = 1; length < LONGEST_CYCLE && paths.length > 0; length++) {
    const next: Waiting[][] = [];
    for (const path of paths) {
      const last = path.at(-1) as Waiting;
      const blocking = blockers(last, all);
      if (path.length > 1 && blocking.has(sessionOf(start)) && isDeadlock(path, overlapUs)) return path;
      for (const wait of waiting) {
        if (!blocking.has(sessionOf(wait)) || path.some((each) => sessionOf(each) === sessionOf(wait))) continue;
        if (overlapOf([...path, wait]) > overlapUs && next.length < 64) next.push([...path, wait]);
      }
    }
    paths = next;
  }
  return undefined;
}

const overlapOf = (waits: readonly Waiting[]): number =>
  Math.min(...waits.map(({ endTime }) => endTime)) - Math.max(...waits.map(({ startTime }) => startTime));

function isDeadlock(cycle: readonly Waiting[], overlapUs: number): boolean {
  if (overlapOf(cycle) <= overlapUs) return false;
  const first = cycle.reduce((a, b) => (b.endTime < a.endTime ? b : a));
  return first.isInVain;
}

function report(cycle: readonly Waiting[], context: FleetContext): void {
  const inOrder = cycle.toSorted((a, b) => a.startTime - b.startTime || (a.spanId < b.spanId ? -1 : 1));
  const closing = inOrder.at(-1) as Waiting;
  const sessions = cycle.length;
  const finding: FleetFindingDraft = {
    pattern: DESCRIPTION.pattern,
    key: cycle
      .map(({ spanId }) => spanId)
      .sort()
      .join(),
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
