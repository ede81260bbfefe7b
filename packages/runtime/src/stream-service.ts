import { type RecordName, topics } from '@spanwise/schemas';
import {
  ensureTopics,
  KafkaBroker,
  kafkaClient,
  type LogClock,
  persist,
  StreamEngine,
  type Topology,
  UnusableTopicError,
} from '@spanwise/stream';
import { engineMetrics } from './engine-metrics.ts';
import type { Health } from './health.ts';
import type { Service, ServiceDependencies } from './lifecycle.ts';

export interface StreamServiceConfig {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly clock: LogClock;
}

/** A service that is one topology on Kafka. It waits for Kafka at its start, and is not ready while it has none. */
export function createStreamService<I extends RecordName>(
  topology: Topology<I>,
  config: StreamServiceConfig,
  { logger, registry, health }: ServiceDependencies,
): Service {
  const kafka = { brokers: [...config.brokers], clientId: `spanwise-${topology.name}`, logger };
  const metrics = engineMetrics(registry, topology.name);
  const state = new StateHealth(health);
  const stopping = new AbortController();
  let broker: KafkaBroker | undefined;
  let engine: StreamEngine<I> | undefined;

  const connect = async () => {
    const admin = kafkaClient(kafka).admin();
    await admin.connect();
    try {
      await ensureTopics(admin, topics, config.topicPrefix);
    } finally {
      await admin.disconnect();
    }
    return KafkaBroker.connect(kafka);
  };
  const start = async () => {
    broker = await persist(connect, stopping.signal, (error, failures) => {
      if (error instanceof UnusableTopicError) throw error;
      health.set('kafka', false, String(error));
      logger.warn({ failures, err: error }, 'Kafka does not answer; start goes on when it does');
    });
    if (stopping.signal.aborted) {
      await broker[Symbol.asyncDispose]();
      throw stopping.signal.reason;
    }
    engine = new StreamEngine(topology, broker, {
      topicPrefix: config.topicPrefix,
      clock: config.clock,
      logger,
      observer: {
        ...metrics,
        onRestore: (event) => {
          state.restored(event.partition);
          metrics.onRestore?.(event);
        },
        onUnrestorable: (event) => {
          state.unrestorable(event.partition, event.error.message);
          metrics.onUnrestorable?.(event);
        },
        onRecovery: (event) => {
          health.set('kafka', false, event.error.message);
          metrics.onRecovery?.(event);
        },
        onAssignment: (partitions) => {
          health.set('kafka', true);
          state.assigned(partitions);
          metrics.onAssignment?.(partitions);
        },
        onCommit: (event) => {
          health.set('kafka', true);
          metrics.onCommit?.(event);
        },
      },
    });
    await engine.start();
  };
  const stop = async () => {
    stopping.abort(new Error(`${topology.name} is stopping`));
    await engine?.stop();
    await broker?.[Symbol.asyncDispose]();
  };
  return { start, stop, [Symbol.asyncDispose]: stop };
}

/** Not ready while a partition that this process owns cannot go on where it was. */
class StateHealth {
  readonly #health: Health;
  readonly #unrestorable = new Map<number, string>();

  constructor(health: Health) {
    this.#health = health;
  }

  unrestorable(partition: number, why: string): void {
    this.#unrestorable.set(partition, why);
    this.#tell();
  }

  restored(partition: number): void {
    this.#unrestorable.delete(partition);
    this.#tell();
  }

  assigned(partitions: readonly number[]): void {
    for (const partition of this.#unrestorable.keys()) {
      if (!partitions.includes(partition)) this.#unrestorable.delete(partition);
    }
    this.#tell();
  }

  #tell(): void {
    const whys = [...this.#unrestorable.values()];
    this.#health.set('state', whys.length === 0, ...whys.slice(0, 1));
  }
}
