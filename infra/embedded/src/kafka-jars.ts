import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atExit } from './at-exit.ts';
import { instead, PrerequisiteError, unwritable } from './errors.ts';
import { withFileLock } from './file-lock.ts';
import { makeFolder } from './make-folder.ts';

const pomFile = fileURLToPath(new URL('../pom.xml', import.meta.url));

/**
 * The folder with Kafka's jars. Maven fetches them (44 MB) the first time; the folder's name carries the pom's
 * digest, and it appears under that name only when complete, so any number of processes may ask at once.
 *
 * @throws PrerequisiteError if they are not there yet and Maven is missing or fails.
 */
export async function kafkaJars(cacheDir: string, onProgress: (line: string) => void): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(pomFile))
    .digest('hex')
    .slice(0, 12);
  const jars = join(cacheDir, `kafka-jars-${digest}`);
  if (existsSync(jars)) return jars;
  try {
    makeFolder(cacheDir);
    accessSync(cacheDir, constants.W_OK);
  } catch (error) {
    throw unwritable(cacheDir, error, 'set SPANWISE_CACHE_DIR to another folder');
  }
  await withFileLock(`${jars}.lock`, onProgress, async () => {
    if (existsSync(jars)) return;
    onProgress('Kafka: fetching its jars with Maven (44 MB, once)');
    const partial = await mkdtemp(`${jars}.partial-`);
    using _partial = atExit(() => rmSync(partial, { recursive: true, force: true, maxRetries: 3 }));
    try {
      await copyDependencies(partial, onProgress);
      await rename(partial, jars);
    } catch (error) {
      if (!existsSync(jars)) throw error;
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  });
  return jars;
}

async function copyDependencies(target: string, onProgress: (line: string) => void): Promise<void> {
  const maven = spawn(
    'mvn',
    ['--batch-mode', '--file', pomFile, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  using _maven = atExit(() => maven.kill());
  const failures: string[] = [];
  let downloaded = 0;
  const finished = new Promise<number | null>((resolve, reject) => {
    maven.once('error', reject);
    maven.once('close', resolve);
  });
  for (const stream of [maven.stdout, maven.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.includes('[ERROR]')) failures.push(line.replace(/^.*?\[ERROR\]\s*/, ''));
      if (!/Downloaded from \S+ \S+\.jar/.test(line)) return;
      downloaded += 1;
      if (downloaded % 10 === 0) onProgress(`Kafka: ${downloaded} jars fetched`);
    });
  }
  const code = await finished.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new PrerequisiteError(
      `Kafka's jars are not in the cache yet and Maven, which fetches them, was not found: install it (apt-get install maven, brew install maven), or ${instead.kafka}.`,
    );
  });
  if (code === 0) return;
  const reason = failures.find((line) => line.trim() !== '') ?? `exit code ${code}`;
  throw new PrerequisiteError(
    `Maven could not fetch Kafka's jars (${reason.slice(0, 300)}): check the network and Maven's settings and try again, or ${instead.kafka}.`,
  );
}
