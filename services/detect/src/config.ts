import { adminFields, bytes, duration, integer, optional, streamFields, text } from '@spanwise/runtime';

export const detectConfig = {
  service: 'detect',
  shape: {
    ...adminFields('detect', 9465),
    ...streamFields(),
    settingsFile: {
      env: 'SPANWISE_DETECT_SETTINGS_FILE',
      schema: optional(text()),
      doc: 'YAML or JSON file with contracts, tool schemas, critical context keys and settings of detectors, as docs/examples/detectors.yaml shows. Read again when it changes.',
    },
    reorderDelayMs: {
      env: 'SPANWISE_DETECT_REORDER_DELAY',
      schema: duration('1s'),
      doc: 'Log time for which spans are held so that those of one run are judged in the order of their end.',
    },
    runQuietMs: {
      env: 'SPANWISE_DETECT_RUN_QUIET',
      schema: duration('60s'),
      doc: 'A run whose root has ended is closed after this log time without a span.',
    },
    runAbandonMs: {
      env: 'SPANWISE_DETECT_RUN_ABANDON',
      schema: duration('30m'),
      doc: 'A run whose root has not ended is abandoned after this log time without a span.',
    },
    lateGraceMs: {
      env: 'SPANWISE_DETECT_LATE_GRACE',
      schema: duration('10s'),
      doc: 'For this log time an ended run keeps its whole state: late spans are judged with it, resent ones recognised.',
    },
    summaryRetentionMs: {
      env: 'SPANWISE_DETECT_SUMMARY_RETENTION',
      schema: duration('15m'),
      doc: 'For this log time after the grace an ended run keeps a summary, so that a late span revises it instead of starting a second one.',
    },
    maxRuns: {
      env: 'SPANWISE_DETECT_MAX_RUNS',
      schema: integer(100_000, { min: 1 }),
      doc: 'Runs that a partition holds, open ones and summaries. While there are more, a run is ended after 10 s without a span and leaves no summary.',
    },
    maxStateBytes: {
      env: 'SPANWISE_DETECT_MAX_STATE_BYTES',
      schema: bytes('64MiB'),
      doc: 'State that a partition holds, in bytes as spanwise_detect_state_bytes shows them. While there is more, the same is done as for SPANWISE_DETECT_MAX_RUNS. A process takes up to six times as much memory, for each partition that it owns.',
    },
    maxLabels: {
      env: 'SPANWISE_DETECT_MAX_LABELS',
      schema: integer(50, { min: 1 }),
      doc: 'Distinct agents, releases and tools in metric labels; later ones count as other.',
    },
  },
} as const;
