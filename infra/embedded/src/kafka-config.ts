import type { ProxiedListener } from './options.ts';

export interface KafkaPaths {
  readonly logDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly proxied?: readonly ProxiedListener[] | undefined;
}

/** Partitions of the topic that holds committed offsets, and so the number of group coordinators. */
export const offsetsPartitions = 4;

/**
 * `server.properties` of a broker that is its own controller. Internal topics have one replica and few partitions;
 * the session timeouts make a restart after `kill -9` take 5 s in place of 12; groups may detect a dead member
 * within a second; topics are created by those who own them, never by a typing mistake.
 */
export function serverProperties({ logDir, port, controllerPort, proxied = [] }: KafkaPaths): string {
  const own = { name: 'PLAINTEXT', port, advertisedPort: port };
  const clients = [own, ...proxied];
  const listening = clients.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`);
  const advertised = clients.map((listener) => `${listener.name}://127.0.0.1:${listener.advertisedPort}`);
  return toProperties({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [...listening, `CONTROLLER://127.0.0.1:${controllerPort}`].join(),
    'advertised.listeners': advertised.join(),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': [...clients.map(({ name }) => name), 'CONTROLLER']
      .map((name) => `${name}:PLAINTEXT`)
      .join(),
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': offsetsPartitions,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // The default sets 128 MiB of the heap aside for compaction.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
  });
}

/** Everything to stdout, which is the log file; the chatter of each closed connection and moved offset left out. */
export const log4jConfiguration = `Configuration:
  status: warn
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "%d{ISO8601} %p %m (%c{1})%n%throwable"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        - ref: STDOUT
    Logger:
      - name: org.apache.kafka.common.config
        level: WARN
      - name: kafka.server.KafkaConfig
        level: WARN
`;

function toProperties(entries: Record<string, string | number | boolean>): string {
  // A backslash or a line break in a folder's name would end or change the value.
  const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${escaped(String(value))}\n`)
    .join('');
}
