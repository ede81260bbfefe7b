import { adminFields, bytes, duration, integer, streamFields, text } from '@spanwise/runtime';

export const correlateConfig = {
  service: 'correlate',
  shape: {
    ...adminFields('correlate', 9466),
    ...streamFields(),
    sessionGapMs: {
      env: 'SPANWISE_CORRELATE_SESSION_GAP',
      schema: duration('30m'),
      doc: 'A conversation is judged finally after this log time without an ended run.',
    },
    sessionRetentionMs: {
      env: 'SPANWISE_CORRELATE_SESSION_RETENTION',
      schema: duration('24h'),
      doc: 'For this log time after its final verdict a conversation is remembered, so that a later run revises it. Shorter as a partition fills: half of it where it holds half of SPANWISE_CORRELATE_MAX_SESSIONS, or of SPANWISE_CORRELATE_MAX_STATE_BYTES.',
    },
    signalsTopic: {
      env: 'SPANWISE_CORRELATE_SIGNALS_TOPIC',
      schema: text('signals'),
      doc: 'Topic for signals to other keys. Another than `signals` only where recorded signals are judged again, which hold these already; it has as many partitions.',
    },
    fleetRetentionMs: {
      env: 'SPANWISE_CORRELATE_FLEET_RETENTION',
      schema: duration('30d'),
      doc: 'What is learnt of an agent, an entity, a store, … is kept for this log time after the last signal about it. Shorter as a partition fills.',
    },
    maxSessions: {
      env: 'SPANWISE_CORRELATE_MAX_SESSIONS',
      schema: integer(500_000, { min: 1 }),
      doc: 'Conversations, open ones and remembered ones, agents, entities, … that a partition holds. While there are more, a conversation is judged finally after 60 s without an ended run, and forgotten, and anything else is forgotten ten minutes after the last signal about it.',
    },
    maxStateBytes: {
      env: 'SPANWISE_CORRELATE_MAX_STATE_BYTES',
      schema: bytes('128MiB'),
      doc: 'State that a partition holds, in bytes as spanwise_correlate_state_bytes shows them. While there is more, the same is done as for SPANWISE_CORRELATE_MAX_SESSIONS. A process takes several times as much memory, for each partition that it owns.',
    },
    maxLabels: {
      env: 'SPANWISE_CORRELATE_MAX_LABELS',
      schema: integer(50, { min: 1 }),
      doc: 'Distinct agents, and distinct releases, in metric labels; later ones count as other.',
    },
  },
} as const;
