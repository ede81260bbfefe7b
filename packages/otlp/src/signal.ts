import { FIXED32, FIXED64, LEN, VARINT } from './wire-reader.ts';

/** What a payload may be when it is not traces. */
export type Signal = 'logs' | 'metrics' | 'profiles' | 'unknown';

/**
 * Requests of every OTLP signal have one outer shape (resource, scope, records; fields 1, 2, 2), so only a record's own
 * fields tell them apart. Says to whom a field belongs that has a wire type no field of a span with that number has.
 * From logs/v1 LogRecord, metrics/v1 Metric and profiles/v1 Profile of opentelemetry-proto.
 */
export function signalOfField(number: number, wireType: number): Signal {
  const logs =
    (number === 1 && wireType === FIXED64) || // time_unix_nano
    (number === 2 && wireType === VARINT) || // severity_number
    (number === 6 && wireType === LEN) || // attributes
    (number === 7 && wireType === VARINT) || // dropped_attributes_count
    (number === 8 && wireType === FIXED32) || // flags
    (number === 11 && wireType === FIXED64); // observed_time_unix_nano
  const metrics =
    (number === 7 && wireType === LEN) || // sum
    (number === 10 && wireType === LEN); // exponential_histogram, and a log's span_id, but that comes after its time
  if (number === 3 && wireType === FIXED64) return 'profiles'; // time_unix_nano
  return logs ? 'logs' : metrics ? 'metrics' : 'unknown';
}
