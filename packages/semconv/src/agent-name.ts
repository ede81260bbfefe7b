/**
 * The form in which agent names are compared: one agent is `refunds-agent` to its framework and `refunds_agent` in the
 * name of the tool that hands over to it. Lower case, words joined by `_`.
 */
export function agentKey(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  if (keys.size >= REMEMBERED) keys.clear();
  if (name.length <= 256) keys.set(name, key);
  return key;
}

const REMEMBERED = 4096;
const keys = new Map<string, string>();
