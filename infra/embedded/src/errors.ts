/** Something this machine lacks. The message is one sentence that says what to do about it; show it without a stack. */
export class PrerequisiteError extends Error {
  override readonly name = 'PrerequisiteError';
}

/** A folder in which nothing can be written; `remedy` says what to do. */
export function unwritable(folder: string, error: unknown, remedy: string): PrerequisiteError {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return new PrerequisiteError(`Nothing can be written to ${folder} (${code}): ${remedy}.`);
}

/** A server that ended, or never answered, while it was starting. `logTail` holds the last lines it wrote. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly logTail: string;

  constructor(message: string, logTail: string) {
    super(logTail === '' ? message : `${message}\n${logTail}`);
    this.logTail = logTail;
  }
}

/** What to use in place of an embedded server; ends the sentence of a {@link PrerequisiteError}. */
export const instead = {
  kafka: 'set SPANWISE_KAFKA_BROKERS to a broker you run, or use docker compose',
  clickhouse: 'set SPANWISE_CLICKHOUSE_URL to a server you run, or use docker compose',
} as const;
