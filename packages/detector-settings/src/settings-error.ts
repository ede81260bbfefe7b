/** What was given is no settings; `message` lists every problem, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  /** @param source the file, as it was named */
  constructor(source: string, problems: readonly string[]) {
    super(`${source} holds no settings of detectors:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.problems = problems;
  }
}
