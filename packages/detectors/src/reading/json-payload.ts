/** Payloads above this many characters are data, not statements: reading them would cost more than it tells. */
export const LARGEST_PAYLOAD = 65_536;

interface Read {
  text: string;
  value: unknown;
}

const KEPT = 4;
const latest: Read[] = [];

const mayBeJson = (text: string): boolean => {
  const first = text.charCodeAt(0);
  return first === 123 || first === 91 || first === 34 || first <= 32; // { [ " or white space before
};

/**
 * A payload field as JSON data; undefined for prose, broken JSON, and texts above 65,536 characters. The latest few are kept, since
 * several patterns read the same payload in turn: what is returned must not be changed.
 */
export function jsonPayload(text: string): unknown {
  if (text === '' || text.length > LARGEST_PAYLOAD || !mayBeJson(text)) return undefined;
  const known = latest.find((read) => read.text === text);
  if (known) return known.value;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  latest.push({ text, value });
  if (latest.length > KEPT) latest.shift();
  return value;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
