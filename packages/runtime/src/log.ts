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

/** The part of kafkajs' log entry that is used here; kafkajs is no dependency of this package. */
export interface KafkajsLogEntry {
  namespace: string;
  level: number;
  log: { message: string; [field: string]: unknown };
}

const KAFKAJS_ERROR = 1;
const KAFKAJS_WARN = 2;

/**
 * For the `logCreator` option of kafkajs. Its news about joining groups (info) are `debug` here:
 * a healthy system is silent at `info`.
 */
export function kafkajsLogCreator(logger: Logger): (level: number) => (entry: KafkajsLogEntry) => void {
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _timestamp, logger: _logger, ...fields } = log;
      const line = { kafkajs: namespace, ...fields };
      if (level === KAFKAJS_ERROR) logger.error(line, message);
      else if (level === KAFKAJS_WARN) logger.warn(line, message);
      else logger.debug(line, message);
    };
}
