/**
 * Seeds as written on a command line: `3`, `1..4`, `1,5,9..11`.
 *
 * @throws RangeError for anything else
 */
export function seedsOf(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(part.trim()) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || to < from) throw new RangeError(`seeds are written as 3, 1..4 or 1,5, got '${text}'`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
