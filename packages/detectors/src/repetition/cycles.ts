/** A stretch of a sequence in which a cycle of `period` elements repeats. */
export interface Cycle {
  period: number;
  /** Index of its first element. */
  from: number;
  /** Index behind its last element; the last repetition may be in its middle. */
  to: number;
}

/**
 * The stretches in which a cycle of up to `maxPeriod` elements occurs at least `repeats(period)` times. A stretch is
 * reported with its shortest period only. Time: length × maxPeriod.
 */
export function cyclesIn(
  sequence: readonly unknown[],
  maxPeriod: number,
  repeats: (period: number) => number,
): Cycle[] {
  const found: Cycle[] = [];
  for (let period = 1; period <= maxPeriod; period++) {
    let from = 0;
    for (let i = period; i <= sequence.length; i++) {
      if (i < sequence.length && sequence[i] === sequence[i - period]) continue;
      const to = i;
      const isLong = to - from >= period * repeats(period);
      if (isLong && !found.some((cycle) => cycle.from <= from && cycle.to >= to)) found.push({ period, from, to });
      from = i - period + 1;
    }
  }
  return found;
}

/** The same text for every rotation of a cycle. */
export function rotationKey(elements: readonly string[]): string {
  let least = elements.join('\n');
  for (let i = 1; i < elements.length; i++) {
    const rotated = [...elements.slice(i), ...elements.slice(0, i)].join('\n');
    if (rotated < least) least = rotated;
  }
  return least;
}
