import type { LocalConfig } from '../config.ts';
import { choosePort } from './local-ports.ts';
import { type ServiceName, serviceNames } from './services.ts';

/** What listens on this machine, by the name that `--port NAME=N` takes. */
export const listeners = {
  http: { what: 'OTLP/HTTP', standard: 4318 },
  grpc: { what: 'OTLP/gRPC', standard: 4317 },
  kafka: { what: 'Kafka', standard: 9092 },
  clickhouse: { what: 'ClickHouse’s HTTP interface', standard: 8123 },
  ingest: { what: '/metrics of ingest', standard: 9464 },
  detect: { what: '/metrics of detect', standard: 9465 },
  correlate: { what: '/metrics of correlate', standard: 9466 },
  store: { what: '/metrics of store', standard: 9467 },
} as const;

export type Listener = keyof typeof listeners;

export interface PortWishes {
  /** Ports asked for; one that is taken is an error. */
  readonly chosen: Partial<Readonly<Record<Listener, number>>>;
  /** For the rest: the standard ports where they are free, or any free ones. */
  readonly others: 'standard' | 'any';
}

export type PipelinePorts = Readonly<Record<Exclude<Listener, ServiceName>, number>> & {
  readonly metrics: Readonly<Record<ServiceName, number>>;
};

/** The ports that the environment asks for. */
export function portsFromConfig(config: LocalConfig): Partial<Record<Listener, number>> {
  const asked = {
    http: config.httpPort,
    grpc: config.grpcPort,
    ingest: config.ingestMetricsPort,
    detect: config.detectMetricsPort,
    correlate: config.correlateMetricsPort,
    store: config.storeMetricsPort,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, port]) => port !== undefined));
}

/**
 * Settles every port before anything starts, so that a restarted service comes back where it was.
 *
 * @throws PortTakenError if one that was asked for is taken.
 */
export async function choosePorts(wishes: PortWishes, notice: (line: string) => void): Promise<PipelinePorts> {
  const taken = new Set<number>();
  const settle = async (listener: Listener): Promise<number> => {
    const { what, standard } = listeners[listener];
    const chosen = wishes.chosen[listener];
    const preferred = chosen ?? (wishes.others === 'standard' ? standard : 0);
    let port = await choosePort({ what, preferred, insist: chosen !== undefined }, notice);
    while (taken.has(port)) port = await choosePort({ what, preferred: 0 }, notice);
    taken.add(port);
    return port;
  };
  const metrics = {} as Record<ServiceName, number>;
  for (const service of serviceNames) metrics[service] = await settle(service);
  return {
    http: await settle('http'),
    grpc: await settle('grpc'),
    kafka: await settle('kafka'),
    clickhouse: await settle('clickhouse'),
    metrics,
  };
}

/**
 * Reads `--port` arguments: `4400` (OTLP/HTTP) or `kafka=9093`.
 *
 * @throws Error that names the argument which cannot be.
 */
export function parsePorts(args: readonly string[]): Partial<Record<Listener, number>> {
  return Object.fromEntries(
    args.map((arg) => {
      const [, name = 'http', digits] = /^(?:([a-z]+)=)?(\d{1,5})$/.exec(arg) ?? [];
      const port = Number(digits);
      if (!Object.hasOwn(listeners, name) || !(port >= 1 && port <= 65_535)) {
        throw new Error(
          `--port takes a port, or one of ${Object.keys(listeners).join(', ')} as NAME=PORT, not '${arg}'.`,
        );
      }
      return [name, port];
    }),
  );
}
