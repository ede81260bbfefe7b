import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';

/** What the spans of one service say about its clock against that of the service that called it. Microseconds. */
export interface ClockPair {
  caller: string;
  callee: string;
  pairs: number;
  /** Children that start before their parent, by more than the tolerance. */
  early: Step[];
  /** Children no longer than their parent that end after it, by more than the tolerance. */
  late: Step[];
  /** Bounds of the callee's offset: a child lies within its parent. `-Infinity` without a child that waits could tell. */
  low: number;
  high: number;
  /** Median of the middles of each pair's bounds (of its upper bound, where it has no other): robust against a few odd ones. */
  offset: number;
  /** The clocks disagree, beyond what asynchronous children explain. */
  disagree: boolean;
}

/** Rounding of clocks and instrumentations; children were seen to stick out of their parents by half a millisecond. */
export const CLOCK_TOLERANCE_US = 5_000;

/** One late child may be an asynchronous one; several, and no other, are not. */
const LEAST_LATE = 3;

/** Services that call each other in a row, at most. */
const MOST_HOPS = 64;

const NONE: ReadonlySet<string> = new Set();

/**
 * Compares the clocks of services by parents and children of different services, as NTP does by requests and answers: a
 * child that its parent waits for starts and ends within it, so that its clock's offset lies between the differences of
 * the ends and of the starts (Mills, RFC 5905, with the call in place of the exchange). A child longer than its parent was
 * not waited for and bounds the offset from above only.
 *
 * @param options `asynchronous`: ids of spans that no parent waits for; `before`: only steps below this index are compared
 */
export function clockPairs(
  run: RunView,
  {
    asynchronous = NONE,
    before = Number.POSITIVE_INFINITY,
  }: { asynchronous?: ReadonlySet<string>; before?: number } = {},
): ClockPair[] {
  const found = new Map<string, { pair: ClockPair; middles: number[]; waiting: number }>();
  for (const child of run.steps) {
    if (child.index >= before) break;
    const parent = run.parentOf(child);
    if (parent && parent.index >= before) continue;
    if (!parent || parent.service === child.service || parent.service === '' || child.service === '') continue;
    const key = `${parent.service}\n${child.service}`;
    let entry = found.get(key);
    if (!entry) {
      entry = { pair: newPair(parent.service, child.service), middles: [], waiting: 0 };
      found.set(key, entry);
    }
    const { pair } = entry;
    const high = child.start - parent.start;
    const low = child.end - parent.end;
    const isWaitedFor = low <= high && !asynchronous.has(child.spanId) && !asynchronous.has(parent.spanId);
    pair.pairs += 1;
    pair.high = Math.min(pair.high, high);
    if (high < -CLOCK_TOLERANCE_US) pair.early.push(child);
    if (isWaitedFor) {
      entry.waiting += 1;
      pair.low = Math.max(pair.low, low);
      if (low > CLOCK_TOLERANCE_US) pair.late.push(child);
    }
    entry.middles.push(isWaitedFor ? (low + high) / 2 : Math.min(0, high));
  }
  return [...found.values()].map(({ pair, middles, waiting }) => {
    const isAhead =
      pair.late.length >= LEAST_LATE && pair.late.length === waiting && pair.low <= pair.high + CLOCK_TOLERANCE_US;
    pair.disagree = pair.early.length > 0 || isAhead;
    pair.offset = median(middles);
    if (pair.low <= pair.high) pair.offset = Math.min(Math.max(pair.offset, pair.low), pair.high);
    return pair;
  });
}

const newPair = (caller: string, callee: string): ClockPair => ({
  caller,
  callee,
  pairs: 0,
  early: [],
  late: [],
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  offset: 0,
  disagree: false,
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/**
 * Microseconds by which each service's clock is ahead (behind, if negative) of that of the run's first caller. Services
 * that agree with it are left out. Subtract it from a step's times to order steps over services.
 */
export function serviceOffsets(pairs: readonly ClockPair[]): ReadonlyMap<string, number> {
  const callees = new Set(pairs.map((pair) => pair.callee));
  const offsets = new Map<string, number>();
  for (const pair of pairs) if (!callees.has(pair.caller)) offsets.set(pair.caller, 0);
  const [first] = pairs;
  if (offsets.size === 0 && first) offsets.set(first.caller, 0);
  for (let grew = true, hops = 0; grew && hops < MOST_HOPS; hops++) {
    grew = false;
    for (const pair of pairs) {
      const caller = offsets.get(pair.caller);
      if (caller === undefined || offsets.has(pair.callee)) continue;
      offsets.set(pair.callee, caller + (pair.disagree ? pair.offset : 0));
      grew = true;
    }
  }
  for (const [service, offset] of offsets) if (Math.abs(offset) <= CLOCK_TOLERANCE_US) offsets.delete(service);
  return offsets;
}
