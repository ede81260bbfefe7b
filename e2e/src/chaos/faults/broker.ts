import type { Fault } from './fault.ts';

const RESOURCE = 'broker';

/** The broker is stopped in its orderly way and started again. */
export const brokerRestart: Fault = {
  kind: 'broker_restart',
  leastMs: 500,
  mostMs: 3_000,
  weight: 1,
  resource: RESOURCE,
  async inject({ platform }, { durationMs }) {
    await platform.restartKafka('stop', durationMs);
    return `the broker stopped, away for ${durationMs} ms`;
  },
};

/**
 * The broker dies. It is its own controller and has the only copy: it may lose the end of a prepared transaction, which no
 * service can mend, so this is reported apart.
 */
export const brokerKill: Fault = {
  kind: 'broker_kill',
  leastMs: 500,
  mostMs: 3_000,
  weight: 1,
  resource: RESOURCE,
  async inject({ platform }, { durationMs }) {
    await platform.restartKafka('kill', durationMs);
    return `the broker killed, away for ${durationMs} ms`;
  },
};
