import type { FindingDraft, Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { duration } from '../detector/wording.ts';
import { CLOCK_TOLERANCE_US, type ClockPair, clockPairs } from '../relations/service-offsets.ts';

const DESCRIPTION = describePattern({
  pattern: 'clock_skew',
  inShort: 'the clocks of two services disagree',
  claims:
    'The clocks of two services disagree: children of one start before their parents in the other, or all of them ' +
    'end after parents that waited for them. Not an agent’s failure, and nothing in the verdict; the offsets ' +
    'correct the order in which the other patterns see the steps.',
  doesNotClaim: [
    'skew within one service: a child that sticks out there is asynchronous',
    'a single child that ends late, one longer than its parent, or a consumer of messages: nobody waited for them',
  ],
  needs: 'names of services, and links of spans to their parents',
  happened: 'the earliest child that cannot have been when its clock says',
  began: 'the same',
  evidence: {
    clock_offset:
      'expected: the caller; seen: the callee; numbers `offsetMs` (the callee’s clock against the caller’s), ' +
      '`lowMs` and `highMs` where it is bounded, `pairs`, `violations`; spans: the children',
  },
  severity: {
    info: 'otherwise',
    low: '`notableMs` and more',
  },
  published: [],
  settings: {
    notableMs: setting.milliseconds(
      1_000,
      'offset from which on it is more than an observation',
      'a second changes what people read from a trace; less is ordinary drift',
    ),
  },
});

const MOST_ASYNCHRONOUS = 128;
const MOST_SPANS = 32;

interface State {
  /** Ids of producers, consumers and linked spans: nobody waits for what they start. */
  asynchronous: string[];
  /** Children that stuck out so far, and how many had when the clocks were compared last. */
  violations: number;
  compared: number;
}

export const clockSkew = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function draft(pair: ClockPair, run: RunView): FindingDraft | undefined {
    const odd = [...pair.early, ...pair.late].sort(
      (a, b) => startOfParent(a, run) - startOfParent(b, run) || byId(a, b),
    );
    const [at] = odd;
    if (!at) return undefined;
    const offsetMs = pair.offset / 1_000;
    const isBounded = pair.low <= pair.high && Number.isFinite(pair.low);
    return {
      key: keyOf(pair),
      span: at,
      rootCause: at,
      severity: Math.abs(offsetMs) >= settings.notableMs ? 'low' : 'info',
      confidence: isBounded ? 0.95 : 0.8,
      summary: `the clock of service ${pair.callee} is ${duration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'behind' : 'ahead of'} that of ${pair.caller}`,
      evidence: {
        type: 'clock_offset',
        expected: pair.caller,
        seen: pair.callee,
        numbers: {
          offsetMs,
          ...(isBounded ? { lowMs: pair.low / 1_000, highMs: pair.high / 1_000 } : {}),
          pairs: pair.pairs,
          violations: odd.length,
        },
        spans: odd.slice(0, MOST_SPANS).map((step) => step.spanId),
      },
    };
  }

  function compare(run: RunView, state: State, reporter: Reporter): void {
    for (const pair of clockPairs(run, { asynchronous: new Set(state.asynchronous) })) {
      const finding = pair.disagree ? draft(pair, run) : undefined;
      if (finding) reporter.report(finding);
      else reporter.withdraw(keyOf(pair));
    }
    state.compared = state.violations;
  }

  return {
    initialState: () => ({ asynchronous: [], violations: 0, compared: 0 }),

    onSpan(step, span, run, state, reporter) {
      let changed = false;
      if (span.otelKind === 'producer' || span.otelKind === 'consumer' || span.links !== '') {
        if (state.asynchronous.length < MOST_ASYNCHRONOUS) {
          state.asynchronous.push(step.spanId);
          changed = true;
        }
      }
      const violations = violationsOf(step, run);
      if (violations === 0) return changed;
      state.violations += violations;
      // Compared at every violation at first, later as often as they double.
      if (state.violations <= 8 || state.violations >= 2 * state.compared) {
        compare(run, state, reporter);
      }
      return true;
    },

    onRunEnd(_end, run, state, reporter) {
      if (state.violations === 0) return false;
      compare(run, state, reporter);
      return true;
    },
  };
});

const keyOf = (pair: ClockPair): string => `${pair.caller} ${pair.callee}`;
const byId = (a: Step, b: Step): number => (a.spanId < b.spanId ? -1 : 1);
const startOfParent = (step: Step, run: RunView): number => run.parentOf(step)?.start ?? step.start;

function sticksOut(child: Step, parent: Step): boolean {
  if (child.service === parent.service || child.service === '' || parent.service === '') return false;
  return child.start < parent.start - CLOCK_TOLERANCE_US || child.end > parent.end + CLOCK_TOLERANCE_US;
}

/** Pairs that the step completes, as a child or as a parent, and that stick out. */
function violationsOf(step: Step, run: RunView): number {
  const parent = run.parentOf(step);
  let count = parent && sticksOut(step, parent) ? 1 : 0;
  for (const child of run.childrenOf(step.spanId)) if (sticksOut(child, step)) count += 1;
  return count;
}
