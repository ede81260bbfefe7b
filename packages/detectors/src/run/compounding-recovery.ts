import type { Reporter, RunDetector } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isCall } from '../relations/calls.ts';
import { encloses } from '../relations/enclosure.ts';
import { wordsOf } from '../relations/error-nature.ts';
import { isDue } from '../relations/incident-pace.ts';
import { type Incident, incidentsOf } from '../relations/incidents.ts';
import { follows, isOperation, isToolLike, sameAgent } from '../relations/operation.ts';

/**
 * `compounding_recovery`: recoveries nest or follow each other: what was done about an error fails in turn, and so does what is
 * done about that; or a run spends most of its calls on recovering. TRAIL: resource abuse, task orchestration; MAST 1.5.
 *
 * - `chain`: three failures and more of different operations, each within, or directly after, the one before, while that was still
 *   without success. Attempts at the same call count once: many of them are `retry_storm`.
 * - `share`: of the run's calls at least half, and six, were attempts to put right three different failures or more.
 *
 * It does not claim retries that succeeded before the next thing failed, failures with successful work between them, nor calls
 * that failed side by side.
 *
 * Happened: the failure that makes it compounding (the third of a chain). Began: the deepest span that shows the first failure.
 * Numbers: depth, attempts, seconds; for a share: recoveries, calls, share; spans: the failures of the chain.
 */
export interface CompoundingRecoverySettings {
  /** Failures on each other that make a chain. Default 3. */
  depth: number;
  /** Share of the calls that recover. Default 0.5. */
  share: number;
  /** Least calls that recover, for a share. Default 6. */
  least: number;
}

const DEFAULTS: CompoundingRecoverySettings = { depth: 3, share: 0.5, least: 6 };

/** Successful calls between a failure and one that still is about it. */
const CALLS_BETWEEN = 1;
/** Failures before one, and steps between two, that are looked at. */
const MOST_LOOKED_BACK = 6;
const MOST_STEPS_BETWEEN = 64;
const SHARE = 'share';

interface State {
  reported: string[];
}

const MOST_REPORTED = 16;

/** The incident was still without success when a step began. */
const isOpenAt = (incident: Incident, step: Step, run: RunView): boolean =>
  incident.success === undefined || run.endOf(incident.success) > run.startOf(step);

function successesBetween(from: Step, to: Step, run: RunView): number {
  const order = run.chronological();
  let count = 0;
  let left = MOST_STEPS_BETWEEN;
  for (let i = order.indexOf(to) - 1; i >= 0 && count <= CALLS_BETWEEN; i--) {
    const step = order[i] as Step;
    if (run.startOf(step) < run.endOf(from) - 1_000) break;
    left -= 1;
    if (left === 0) return CALLS_BETWEEN + 1;
    if (isCall(step) && !step.failed && step.outcome !== 'error' && run.endOf(step) <= run.startOf(to) + 1_000) count++;
  }
  return count;
}

/** The later failure came of what was done about the earlier one. */
function cameOf(later: Incident, earlier: Incident, run: RunView): boolean {
  if (earlier.attempts.some((attempt) => attempt !== later.span && encloses(attempt.spanId, later.span, run)))
    return true;
  const last =
    earlier.attempts.findLast((attempt) => run.endOf(attempt) <= run.startOf(later.span) + 1_000) ?? earlier.span;
  if (!isOpenAt(earlier, later.span, run) || !follows(later.span, last, run)) return false;
  if (!sameAgent(later.span, earlier.span, run)) return false;
  const asked = isToolLike(later.span) ? run.requesterOf(later.span) : undefined;
  if (asked && asked === run.requesterOf(earlier.span)) return false;
  return successesBetween(last, later.span, run) <= CALLS_BETWEEN;
}

/** The longest chains, none part of another. */
function chainsIn(incidents: readonly Incident[], run: RunView): Incident[][] {
  const before = new Map<Incident, Incident>();
  const depth = new Map<Incident, number>();
  incidents.forEach((later, i) => {
    depth.set(later, 1);
    for (const earlier of incidents.slice(Math.max(0, i - MOST_LOOKED_BACK), i)) {
      const deep = (depth.get(earlier) ?? 1) + 1;
      if (deep <= (depth.get(later) ?? 1) || !cameOf(later, earlier, run)) continue;
      depth.set(later, deep);
      before.set(later, earlier);
    }
  });
  const inner = new Set(before.values());
  const chains = incidents
    .filter((incident) => !inner.has(incident))
    .map((last) => {
      const chain = [last];
      for (let at = before.get(last); at; at = before.get(at)) chain.unshift(at);
      return chain;
    });
  // Of chains with one beginning the longest.
  const longest = new Map<Incident | undefined, Incident[]>();
  for (const chain of chains) if (chain.length > (longest.get(chain[0])?.length ?? 0)) longest.set(chain[0], chain);
  return [...longest.values()];
}

const nameOf = (step: Step): string => step.tool || step.agent || step.name;

export function compoundingRecovery(overrides: Partial<CompoundingRecoverySettings> = {}): RunDetector<State> {
  const settings = { ...DEFAULTS, ...overrides };

  function reportChain(chain: readonly Incident[], run: RunView, reporter: Reporter): string | undefined {
    const [first] = chain;
    const at = chain[settings.depth - 1];
    const last = chain.at(-1);
    if (!first || !at || !last) return undefined;
    const attempts = chain.reduce((sum, incident) => sum + incident.attempts.length, 0);
    const key = `chain ${first.span.spanId}`;
    reporter.report({
      key,
      span: at.span,
      rootCause: first.cause,
      severity: last.success ? 'medium' : 'high',
      confidence: 0.85,
      summary: `${chain.length} recoveries on top of each other: ${chain
        .slice(0, 5)
        .map((incident) => nameOf(incident.span))
        .join(', then ')} failed${last.success ? ' before it succeeded' : ', and nothing put it right'}`,
      evidence: {
        type: 'chain',
        expected: `a recovery from the failure of ${nameOf(first.span)} that does not fail itself`,
        seen: chain.slice(0, 8).map((incident) => `${nameOf(incident.span)}: ${wordsOf(incident.span).slice(0, 80)}`),
        numbers: {
          depth: chain.length,
          attempts,
          seconds: Math.max(0, Math.round((run.endOf(last.span) - run.endOf(first.span)) / 1e4) / 100),
        },
        spans: chain.slice(0, 32).map((incident) => incident.span.spanId),
      },
    });
    return key;
  }

  function reportShare(incidents: readonly Incident[], run: RunView, reporter: Reporter): string | undefined {
    const recovered = incidents.filter((incident) => incident.attempts.length > 0);
    const attempts = new Set(recovered.flatMap((incident) => incident.attempts.filter(isCall)));
    const share = run.calls === 0 ? 0 : attempts.size / run.calls;
    const at = recovered[settings.depth - 1];
    const [first] = recovered;
    if (!at || !first || attempts.size < settings.least || share < settings.share) return undefined;
    reporter.report({
      key: SHARE,
      span: at.span,
      rootCause: first.cause,
      severity: 'medium',
      confidence: 0.8,
      summary: `${attempts.size} of ${run.calls} calls were attempts to put right what had failed`,
      evidence: {
        type: 'share',
        expected: 'a run that mostly goes on',
        seen: recovered.slice(0, 8).map((incident) => nameOf(incident.span)),
        numbers: { recoveries: recovered.length, calls: run.calls, share: Math.round(share * 100) / 100 },
        spans: recovered.slice(0, 32).map((incident) => incident.span.spanId),
      },
    });
    return SHARE;
  }

  function judge(run: RunView, state: State, reporter: Reporter): boolean {
    const incidents = incidentsOf(run).filter((incident) => isOperation(incident.span));
    const keys =
      incidents.length < settings.depth
        ? []
        : chainsIn(incidents, run)
            .filter((chain) => chain.length >= settings.depth)
            .map((chain) => reportChain(chain, run, reporter));
    keys.push(reportShare(incidents, run, reporter));
    const standing = keys.filter((key) => key !== undefined);
    const gone = state.reported.filter((key) => !standing.includes(key));
    for (const key of gone) reporter.withdraw(key);
    if (gone.length === 0 && standing.every((key) => state.reported.includes(key))) return false;
    state.reported = standing.slice(0, MOST_REPORTED);
    return true;
  }

  return {
    pattern: 'compounding_recovery',
    initialState: () => ({ reported: [] }),
    onSpan: (step, _span, run, state, reporter) => (isDue(step, run) ? judge(run, state, reporter) : false),
    onRunEnd: (_end, run, state, reporter) => (run.troubles > 0 ? judge(run, state, reporter) : false),
  };
}
