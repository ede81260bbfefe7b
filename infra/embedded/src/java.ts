import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { instead, PrerequisiteError } from './errors.ts';

const run = promisify(execFile);
const oldestMajor = 17;

/**
 * Makes sure that `command` is a Java that Kafka 4 runs on.
 *
 * @throws PrerequisiteError if there is none, or it is older than 17.
 */
export async function requireJava(command: string): Promise<void> {
  const major = await javaMajor(command);
  if (major !== undefined && major >= oldestMajor) return;
  const found = major === undefined ? `no Java was found (${command})` : `${command} is Java ${major}`;
  throw new PrerequisiteError(
    `Kafka needs Java ${oldestMajor} or later and ${found}: install one (apt-get install openjdk-17-jre-headless, brew install openjdk), or ${instead.kafka}.`,
  );
}

async function javaMajor(command: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(command, ['-version'], { timeout: 20_000 });
    return parseJavaMajor(stderr);
  } catch {
    return undefined;
  }
}

/** The major version in the output of `java -version`: 8 for `1.8.0_452`, 17 for `17.0.15`. */
export function parseJavaMajor(versionOutput: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(versionOutput);
  return match === null ? undefined : Number(match[1]);
}
