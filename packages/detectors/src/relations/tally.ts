/** How often names occur, in the order in which they were first seen. Plain JSON. */
export interface Tally {
  names: string[];
  counts: number[];
}

export const newTally = (): Tally => ({ names: [], counts: [] });

/** Counts a name; a new one only while there are fewer than `most`. */
export function count(tally: Tally, name: string, most: number): void {
  const { names, counts } = tally;
  const at = names.indexOf(name);
  if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
  else if (names.length < most) {
    names.push(name);
    counts.push(1);
  }
}

/** The name with the highest count; the first seen among equals; empty without any. */
export function mostFrequent({ names, counts }: Tally): string {
  let best = '';
  let most = 0;
  for (let i = 0; i < names.length; i++) {
    const n = counts[i] ?? 0;
    if (n > most) {
      best = names[i] ?? '';
      most = n;
    }
  }
  return best;
}
