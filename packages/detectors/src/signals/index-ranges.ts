/** Whole numbers, as ranges [from, to) in order that do not touch each other. */
export type IndexRanges = [from: number, to: number][];

export function includes(ranges: IndexRanges, index: number): boolean {
  for (let at = ranges.length - 1; at >= 0; at--) {
    const [from, to] = ranges[at] as [number, number];
    if (index >= to) return false;
    if (index >= from) return true;
  }
  return false;
}

/** Takes an index in that is not in yet. */
export function include(ranges: IndexRanges, index: number): void {
  let at = ranges.length;
  while (at > 0 && (ranges[at - 1] as [number, number])[0] > index) at--;
  const before = ranges[at - 1];
  const after = ranges[at];
  if (before?.[1] === index) {
    before[1]++;
    if (after?.[0] === before[1]) {
      before[1] = after[1];
      ranges.splice(at, 1);
    }
  } else if (after?.[0] === index + 1) after[0] = index;
  else ranges.splice(at, 0, [index, index + 1]);
}

/** Takes in everything below `index`. */
export function includeBelow(ranges: IndexRanges, index: number): void {
  if (index <= 0) return;
  const above = ranges.filter(([, to]) => to > index);
  const [first] = above;
  if (first && first[0] <= index) first[0] = 0;
  else above.unshift([0, index]);
  ranges.splice(0, ranges.length, ...above);
}
