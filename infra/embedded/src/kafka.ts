import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { loadEmbeddedConfig } from './config.ts';
import { spawnGuarded } from './guarded-process.ts';
import { requireJava } from './java.ts';
import { log4jConfiguration, offsetsPartitions, serverProperties } from './kafka-config.ts';
import { kafkaJars } from './kafka-jars.ts';
import { makeFolder } from './make-folder.ts';
import { type KafkaHandle, type PlatformOptions, serverHandle } from './options.ts';
import { loopbackPort, otherLoopbackPort } from './ports.ts';
import { startServer } from './start-server.ts';

const run = promisify(execFile);
/** A clean stop takes below a second; far more only when the disk is busy. */
const stopMs = 20_000;

/**
 * Starts a Kafka broker (its own controller) on loopback and waits until it answers.
 *
 * @throws PrerequisiteError without Java 17 or Maven, or when the port or the folder is in use.
 */
export async function startKafka(options: PlatformOptions): Promise<KafkaHandle> {
  const { cacheDir, javaCommand } = loadEmbeddedConfig();
  const onProgress = options.onProgress ?? (() => {});
  const home = join(resolve(options.dataDir), 'kafka');
  if (options.kafkaPort !== undefined) await chosenPort(options);
  await requireJava(javaCommand);
  const classPath = join(await kafkaJars(cacheDir, onProgress), '*');
  const paths = {
    logDir: join(home, 'data'),
    tmp: join(home, 'tmp'),
    properties: join(home, 'server.properties'),
    log4j: join(home, 'log4j2.yaml'),
  };

  const { process, handle } = await startServer<{ brokers: string[] }>({
    name: 'Kafka',
    home,
    portTaken: /Address already in use/,
    folderLocked: /Failed to acquire lock on file/,
    onProgress,
    async prepare() {
      await rm(paths.tmp, { recursive: true, force: true });
      makeFolder(paths.tmp);
      await writeFile(paths.log4j, log4jConfiguration);
    },
    async launch() {
      const port = await chosenPort(options);
      const { kafkaProxied: proxied = [] } = options;
      const controllerPort = await otherLoopbackPort([port, ...proxied.map((listener) => listener.port)]);
      await writeFile(paths.properties, serverProperties({ logDir: paths.logDir, port, controllerPort, proxied }));
      if (!existsSync(join(paths.logDir, 'meta.properties'))) await format(javaCommand, classPath, paths.properties);
      onProgress(`Kafka: starting on 127.0.0.1:${port}`);
      const process = await spawnGuarded({
        command: javaCommand,
        args: [
          `-Xmx${options.kafkaHeapMiB ?? 512}m`,
          // Neither this nor the native codecs may leave files in the machine's own temporary folder.
          '-XX:-UsePerfData',
          `-Djava.io.tmpdir=${paths.tmp}`,
          `-Dlog4j2.configurationFile=${paths.log4j}`,
          '-XX:+ExitOnOutOfMemoryError',
          '-Djava.awt.headless=true',
          '-cp',
          classPath,
          'kafka.Kafka',
          paths.properties,
        ],
        logFile: join(home, 'kafka.log'),
        endSignal: 'TERM',
        killAfterSeconds: stopMs / 1000,
      });
      return { process, handle: { brokers: [`127.0.0.1:${port}`] } };
    },
    isReady: ({ brokers }) => answers(brokers),
  });
  onProgress(`Kafka: ready on ${handle.brokers[0]}`);
  return { ...serverHandle(process, stopMs), brokers: handle.brokers };
}

function chosenPort(options: PlatformOptions): Promise<number> {
  return loopbackPort(options.kafkaPort, 'Kafka', '--kafka-port');
}

/** Kafka will not start on a folder that does not carry a cluster's id. */
async function format(javaCommand: string, classPath: string, properties: string): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const jvm = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-cp', classPath];
  await run(javaCommand, [
    ...jvm,
    'kafka.tools.StorageTool',
    'format',
    '--ignore-formatted',
    '--cluster-id',
    clusterId,
    '--config',
    properties,
  ]);
}

/**
 * Whether clients find everything they need. A broker is in the cluster's description once the controller lets it take
 * clients. The topic of committed offsets is made on first use, and until it is loaded kafkajs fails a transaction's
 * offsets without trying again; so each of its partitions is asked once (consecutive names hash to consecutive ones).
 */
async function answers(brokers: string[]): Promise<boolean> {
  const admin = new Kafka({
    brokers,
    clientId: 'spanwise-launcher',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    if ((await admin.describeCluster()).brokers.length === 0) return false;
    for (let partition = 0; partition < offsetsPartitions; partition++) {
      await admin.fetchOffsets({ groupId: `spanwise-launcher-${partition}` });
    }
    return true;
  } finally {
    await admin.disconnect();
  }
}
