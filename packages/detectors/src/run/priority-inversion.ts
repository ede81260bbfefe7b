import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { duration } from '../detector/wording.ts';
import { linkedSpanIn, queueItemOf } from '../reading/queue-item.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';

const DESCRIPTION = describePattern({
  pattern: 'priority_inversion',
  inShort: 'urgent work waits behind lesser work that was queued later',
  claims:
    'Urgent work waited in a queue while work of lower priority, queued later, was begun. Numbers: higher is more ' +
    'urgent; `critical`, `high`, `normal`, `low`, `background` and `P0` … `P9` are understood.',
  doesNotClaim: [
    'anything among equals, or lesser work that was queued before',
    'work that was running when the urgent came: queues do not stop what they have begun',
    'work of other runs',
  ],
  needs:
    '`spanwise.queue.name` and `spanwise.queue.priority` on the span of the work, and when it was queued: ' +
    '`spanwise.queue.enqueued_at` (ISO 8601, or a number since the epoch in any unit), else a link to the span of ' +
    'this run that queued it',
  happened: 'the urgent work',
  began: 'the first work that was begun before it and should not have been',
  evidence: {
    overtaken:
      'expected: the order as it should have been; seen: as it was; numbers `waitMs`, `costMs` (from the first ' +
      'overtaking to its start), `overtaking`, `priority`, `lowestPriority`; spans: the urgent work first',
  },
  severity: {
    low: 'otherwise',
    medium: 'it cost a second and more',
    high: 'it cost `graveCostMs` and more',
  },
  published: [],
  settings: {
    leastCostMs: setting.milliseconds(50, 'what overtaking has to cost', 'below that two workers took both at once'),
    toleranceMs: setting.milliseconds(
      5,
      'by how much the one must have been queued before the other',
      'less may be the clocks',
    ),
    graveCostMs: setting.milliseconds(10_000, 'cost from which on it is `high`', 'a user has gone by then'),
    smallestFirst: setting.flag(false, 'numbers count down: 1 is more urgent than 2', 'as queues of most brokers do'),
  },
});

type PriorityInversionSettings = setting.SettingsOf<typeof DESCRIPTION.settings>;

const MOST_ITEMS = 64;

/** Work from a queue. `enqueued`: microseconds, or the span that queued it. */
type Item = [spanId: string, queue: string, priority: number, enqueued: number | string];

interface State {
  items: Item[];
  /** Span ids of work that was told to have waited. */
  told: string[];
}

interface Queued {
  step: Step;
  queue: string;
  priority: number;
  enqueued: number;
  start: number;
}

export const priorityInversion = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const overtakes = (lower: Queued, urgent: Queued): boolean =>
    lower.queue === urgent.queue &&
    lower.priority < urgent.priority &&
    lower.enqueued > urgent.enqueued + settings.toleranceMs * 1_000 &&
    lower.start >= urgent.enqueued &&
    urgent.start - lower.start >= settings.leastCostMs * 1_000;

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const queued = state.items.map((item) => queuedOf(item, run)).filter((item) => item !== undefined);
    const told: string[] = [];
    for (const urgent of queued) {
      const before = queued.filter((other) => overtakes(other, urgent)).sort(byStart);
      if (before.length === 0) continue;
      tell(urgent, before, settings, reporter);
      told.push(urgent.step.spanId);
    }
    withdrawUntrue(state, told, run, reporter);
  }

  return {
    initialState: () => ({ items: [], told: [] }),

    onSpan(step, span, run, state, reporter) {
      const item = itemOf(step, span, settings.smallestFirst);
      if (item) {
        state.items.push(item);
        if (state.items.length > MOST_ITEMS) state.items.shift();
      }
      const isAwaited = !item && state.items.some(([, , , enqueued]) => enqueued === step.spanId);
      if (!item && !isAwaited) return false;
      judge(run, state, reporter);
      return true;
    },

    // Clocks may have been corrected since.
    onRunEnd(_end, run, state, reporter) {
      if (state.items.length < 2) return false;
      judge(run, state, reporter);
      return true;
    },
  };
});

function itemOf(step: Step, span: Span, smallestFirst: boolean): Item | undefined {
  const item = queueItemOf(span, smallestFirst);
  if (!item) return undefined;
  const enqueued = item.enqueued ?? linkedSpanIn(span.links);
  return enqueued === '' ? undefined : [step.spanId, item.queue, item.priority, enqueued];
}

function queuedOf([spanId, queue, priority, enqueued]: Item, run: RunView): Queued | undefined {
  const step = run.stepOf(spanId);
  if (!step) return undefined;
  const producer = typeof enqueued === 'string' ? run.stepOf(enqueued) : undefined;
  if (typeof enqueued === 'string' && !producer) return undefined;
  const at = producer ? run.startOf(producer) : (enqueued as number);
  return { step, queue, priority, enqueued: at, start: run.startOf(step) };
}

const byStart = (a: Queued, b: Queued): number => a.start - b.start || (a.step.spanId < b.step.spanId ? -1 : 1);

const nameOf = ({ step }: Queued): string => step.tool || step.name;

function tell(
  urgent: Queued,
  before: readonly Queued[],
  settings: PriorityInversionSettings,
  reporter: Reporter,
): void {
  const [first] = before as [Queued];
  const costMs = (urgent.start - first.start) / 1_000;
  const waitMs = (urgent.start - urgent.enqueued) / 1_000;
  const others = before.length > 1 ? `${before.length} others` : nameOf(first);
  reporter.report({
    key: urgent.step.spanId,
    span: urgent.step,
    rootCause: first.step,
    severity: costMs >= settings.graveCostMs ? 'high' : costMs >= 1_000 ? 'medium' : 'low',
    confidence: 0.9,
    summary: `${nameOf(urgent)} waited ${duration(waitMs)} in queue ${urgent.queue} behind ${others}, of lower priority and queued later`,
    evidence: {
      type: 'overtaken',
      expected: [nameOf(urgent), ...before.slice(0, 7).map(nameOf)],
      seen: [...before.slice(0, 7).map(nameOf), nameOf(urgent)],
      numbers: {
        waitMs: Math.round(waitMs),
        costMs: Math.round(costMs),
        overtaking: before.length,
        priority: urgent.priority,
        lowestPriority: Math.min(...before.map(({ priority }) => priority)),
      },
      spans: [urgent.step.spanId, ...before.slice(0, 31).map(({ step }) => step.spanId)],
    },
  });
}
