/**
 * What a partition's owner says it is about to insert, written as metadata of the unchanged committed offset. Whoever
 * owns the partition next, after a crash too, reads the same range again, finds the same, and inserts it under the same
 * deduplication token: ClickHouse drops it if it had arrived.
 */
export interface Intent {
  /** Offset after the last message of the batch; its start is the committed offset that carries the intent */
  end: number;
  /** Records to be inserted */
  records: number;
  /** Fingerprint of the writer's schema, 16 hex digits */
  fingerprint: string;
  /** CRC-32 over the CRC-32s of the blocks, in order */
  checksum: number;
  /** Offsets of messages that went to dead letters and are not in the insert */
  deadLetters: number[];
}

/** Kafka refuses longer metadata (`offset.metadata.max.bytes`). */
export const MAX_METADATA_BYTES = 4096;

/** A batch with this many dead letters ends: their offsets (at most 16 digits and a comma) must fit the metadata. */
export const MAX_DEAD_LETTERS = 200;

export function encodeIntent({ end, records, fingerprint, checksum, deadLetters }: Intent): string {
  return JSON.stringify({ v: 1, end, n: records, f: fingerprint, c: checksum, d: deadLetters });
}

/** The intent in an offset's metadata; undefined where there is none. Throws when it is none that this version wrote. */
export function decodeIntent(metadata: string | null | undefined): Intent | undefined {
  if (!metadata) return undefined;
  let parsed: { v?: unknown; end?: unknown; n?: unknown; f?: unknown; c?: unknown; d?: unknown };
  try {
    parsed = JSON.parse(metadata);
  } catch {
    parsed = {};
  }
  const { v, end, n, f, c, d } = parsed ?? {};
  if (
    v !== 1 ||
    !isCount(end) ||
    !isCount(n) ||
    !isCount(c) ||
    typeof f !== 'string' ||
    !Array.isArray(d) ||
    !d.every(isCount)
  ) {
    throw new Error(`offset metadata is no intent of this version: ${metadata.slice(0, 200)}`);
  }
  return { end, records: n, fingerprint: f, checksum: c, deadLetters: d };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** In what way a range read again differs from the intent, in words; undefined when it is the same. */
export function differenceFrom(intent: Intent, seen: Intent): string | undefined {
  const of = (name: string, wanted: unknown, found: unknown) =>
    wanted === found ? undefined : `${name} was ${wanted}, is ${found}`;
  return (
    of('end', intent.end, seen.end) ??
    of('fingerprint', intent.fingerprint, seen.fingerprint) ??
    of('number of records', intent.records, seen.records) ??
    of('checksum', intent.checksum, seen.checksum) ??
    of('dead letters', intent.deadLetters.join(), seen.deadLetters.join())
  );
}

/**
 * ClickHouse drops an insert whose token it has seen in the table. The checksum keeps apart what has the same offsets
 * after a topic was deleted and made anew.
 */
export function deduplicationToken(topic: string, partition: number, start: number, intent: Intent): string {
  return `${topic}-${partition}-${start}-${intent.end}-${intent.checksum.toString(16).padStart(8, '0')}`;
}
