import type { RecordName } from '@spanwise/schemas';

/** Where the records of a topic go. */
export interface Sink {
  topic: string;
  record: RecordName;
  table: string;
  /** Spans are wanted sooner than what is concluded from them. */
  age: 'span' | 'other';
}

/** The route of every record that is stored. */
export const sinks: readonly Sink[] = [
  { topic: 'spans', record: 'Span', table: 'span_rows', age: 'span' },
  { topic: 'span-revisions', record: 'SpanRevision', table: 'span_rows', age: 'other' },
  { topic: 'findings', record: 'Finding', table: 'finding_rows', age: 'other' },
  { topic: 'runs', record: 'Run', table: 'run_rows', age: 'other' },
  { topic: 'sessions', record: 'Session', table: 'session_rows', age: 'other' },
  { topic: 'incidents', record: 'Incident', table: 'incident_rows', age: 'other' },
  { topic: 'outcomes', record: 'Outcome', table: 'outcome_rows', age: 'other' },
  { topic: 'calibration', record: 'Calibration', table: 'calibration_rows', age: 'other' },
  { topic: 'step-stats', record: 'StepStats', table: 'step_stats_rows', age: 'other' },
];
