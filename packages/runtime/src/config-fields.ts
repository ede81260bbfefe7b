import { z } from 'zod';

const durationUnits = new Map(Object.entries({ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }));
const byteUnits = new Map(Object.entries({ B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }));

/** A field read by `read`, which returns undefined for text it does not accept; an empty variable counts as unset. */
function field<T>(expected: string, fallback: string | undefined, read: (text: string) => T | undefined) {
  const schema = z
    .string()
    .optional()
    .transform((given, context): T => {
      const value = read(given || fallback || '');
      if (value === undefined) {
        context.addIssue({ code: 'custom', message: `expected ${expected}` });
        return z.NEVER;
      }
      return value;
    });
  return fallback === undefined ? schema : schema.meta({ defaultText: fallback });
}

/** Text as it is; an empty variable is an empty text. Required when there is no default. */
export function text(fallback?: string) {
  return fallback === undefined ? z.string() : z.string().default(fallback).meta({ defaultText: fallback });
}

/** What may be absent: an unset or empty variable is undefined. */
export function optional<T>(schema: z.ZodType<T>) {
  return z.preprocess((given) => (given === '' ? undefined : given), schema.optional());
}

/** One of a closed list of words. */
export function oneOf<const W extends string>(words: readonly W[], fallback?: W) {
  return field(`one of ${words.join(', ')}`, fallback, (given) => words.find((word) => word === given));
}

/** A TCP port; 0 is any free one. */
export function port(fallback?: number) {
  return integer(fallback, { min: 0, max: 65_535, expected: 'a port (0–65535, 0 for any free one)' });
}

export function integer(fallback?: number, range: { min?: number; max?: number; expected?: string } = {}) {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  const expected = range.expected ?? `a whole number${range.min === undefined ? '' : ` ≥ ${range.min}`}`;
  return field(expected, fallback?.toString(), (given) => {
    const value = /^-?\d+$/.test(given) ? Number(given) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** `500ms`, `30s`, `30m`, `1.5h`, `7d` → milliseconds. */
export function duration(fallback?: string) {
  return field('a duration such as 500ms, 30s, 30m or 24h', fallback, parseDuration);
}

/** Milliseconds of `500ms`, `30s`, `1.5h`…; undefined for what is not a duration. */
export function parseDuration(given: string): number | undefined {
  return quantity(given, durationUnits);
}

/** `512KiB`, `16MiB`, `1048576` (bytes) → bytes. */
export function bytes(fallback?: string) {
  return field('a size such as 1048576, 512KiB or 16MiB', fallback, (given) => quantity(given, byteUnits, 'B'));
}

export function boolean(fallback?: boolean) {
  return field('true or false', fallback?.toString(), (given) =>
    ['true', '1'].includes(given) ? true : ['false', '0'].includes(given) ? false : undefined,
  );
}

/** Kafka bootstrap servers, `host:port` separated by commas. */
export function brokers(fallback?: string) {
  return field('brokers as host:port, separated by commas', fallback, (given) => {
    const named = list(given);
    return named.length > 0 && named.every((broker) => /^[^\s:/]+:\d{1,5}$/.test(broker)) ? named : undefined;
  });
}

/** What may begin the name of a Kafka topic, or nothing. Kafka takes 249 characters in all. */
export function topicPrefix() {
  return field('up to 100 letters, digits, dots, underscores and hyphens', '', (given) =>
    /^[\w.-]{0,100}$/.test(given) ? given : undefined,
  );
}

/** The address of an HTTP server. */
export function httpUrl(fallback?: string) {
  return field('a URL such as http://127.0.0.1:8123', fallback, (given) =>
    /^https?:\/\//i.test(given) && URL.canParse(given) ? given : undefined,
  );
}

function list(given: string): string[] {
  return given
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function quantity(given: string, units: ReadonlyMap<string, number>, bare?: string): number | undefined {
  const [, amount, unit = bare] = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(given) ?? [];
  const factor = unit === undefined ? undefined : units.get(unit);
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}
