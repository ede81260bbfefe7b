import pino from 'pino';

export type Logger = pino.Logger;

/**
 * JSON lines on standard output. Written synchronously: a healthy service hardly logs, and the last line before an
 * exit must not be lost.
 */
export function createLogger(service: string, level = 'info'): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 1, sync: true }),
  );
}
