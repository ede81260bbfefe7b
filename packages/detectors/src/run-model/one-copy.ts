const MOST = 4_096;

/** Names seen lately. A memory only: it gives back what it is given. */
const copies = new Map<string, string>();

/**
 * The same text, as one string for all that have it. Every decoded span brings its own copies of the names of agents, tools,
 * models, services; runs hold thousands of them, and what they hold is what the garbage collector has to carry about.
 */
export function oneCopy(name: string): string {
  if (name === '') return '';
  const copy = copies.get(name);
  if (copy !== undefined) return copy;
  if (copies.size >= MOST) copies.clear();
  copies.set(name, name);
  return name;
}
