/** Different texts that are remembered of each; names of tools and agents are far fewer. */
const MOST = 4_096;

/** The same function, which looks each text up once. For texts that come again and again, such as names. */
export function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = read(text);
    if (known.size >= MOST) known.clear();
    known.set(text, found);
    return found;
  };
}
