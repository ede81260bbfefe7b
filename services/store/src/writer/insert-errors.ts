import { ClickHouseError } from '@clickhouse/client';

/** What to do about an insert that failed. */
export type InsertFailure =
  /** try the same again, for ever: the server is away, busy, or being repaired */
  | 'retry'
  /** the server refuses this data, and will again */
  | 'refused'
  /** the server could not, but perhaps can with less at once */
  | 'too_large';

// codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
const refusals = new Set(
  [
    6, // CANNOT_PARSE_TEXT
    27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    33, // CANNOT_READ_ALL_DATA
    38, // CANNOT_PARSE_DATE
    41, // CANNOT_PARSE_DATETIME
    53, // TYPE_MISMATCH
    69, // ARGUMENT_OUT_OF_BOUND
    70, // CANNOT_CONVERT_TYPE
    72, // CANNOT_PARSE_NUMBER
    117, // INCORRECT_DATA
    128, // TOO_LARGE_ARRAY_SIZE
    131, // TOO_LARGE_STRING_SIZE
    190, // SIZES_OF_ARRAYS_DONT_MATCH
    321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    407, // DECIMAL_OVERFLOW
    469, // VIOLATED_CONSTRAINT
    691, // UNKNOWN_ELEMENT_OF_ENUM
  ].map(String),
);

const BAD_ARGUMENTS = '36';
const TOO_MANY_PARTS = '252';
const MEMORY_LIMIT_EXCEEDED = '241';

/** Classifies an error of an insert. Unknown ones are retried: waiting loses nothing, giving up would. */
export function classifyInsertError(error: unknown): InsertFailure {
  if (!(error instanceof ClickHouseError)) return isRefusedByAvro(error) ? 'refused' : 'retry';
  if (error.code === MEMORY_LIMIT_EXCEEDED) return 'too_large';
  // one code for "merges lag behind" and for "this insert spans more days than max_partitions_per_insert_block"
  if (error.code === TOO_MANY_PARTS) return /single INSERT block/i.test(error.message) ? 'refused' : 'retry';
  // a code that says little, for what a view cannot compute of a row
  if (error.code === BAD_ARGUMENTS && /Sizes of keys and values arrays/.test(error.message)) return 'refused';
  return refusals.has(error.code) ? 'refused' : 'retry';
}

/** The server's reader of Avro throws past the server's codes, and the client finds none. That the file ended early is the way's fault. */
function isRefusedByAvro(error: unknown): boolean {
  return error instanceof Error && /type: avro::Exception/.test(error.message) && !/EOF/i.test(error.message);
}
