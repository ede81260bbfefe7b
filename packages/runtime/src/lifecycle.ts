import type { Registry } from 'prom-client';
import { startAdminServer } from './admin-server.ts';
import { ConfigError, type ConfigOf, type ConfigShape, type ConfigSpec, describeConfig, loadConfig } from './config.ts';
import { Health } from './health.ts';
import { createLogger, type Logger } from './log.ts';
import { createRegistry } from './metrics.ts';
import { watchParent } from './parent.ts';
import type { AdminConfig } from './service-fields.ts';

const STOP_TIMEOUT_MS = 15_000;

export interface Service extends AsyncDisposable {
  /** Resolves when the service works; rejects when it cannot, or when it is stopped before. */
  start(): Promise<void>;
  /** Stops intake, finishes or aborts what is under way, flushes, disconnects. */
  stop(): Promise<void>;
  /** Ports it listens on besides the metrics port, by what they are for; printed once it is up. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface ServiceDependencies {
  logger: Logger;
  registry: Registry;
  health: Health;
}

export interface ServiceOptions<S extends ConfigShape> {
  name: string;
  spec: ConfigSpec<S>;
  create(config: ConfigOf<S>, dependencies: ServiceDependencies): Promise<Service> | Service;
}

/**
 * The whole life of a service process: `--help`, configuration from the environment (exit code 2 when wrong, also when
 * `create` or `start` throws a ConfigError for what the environment names), admin server, start, one `ready` line, and on SIGTERM, SIGINT or the end of the parent (if configured) an orderly stop
 * with exit code 0. Anything that fails unexpectedly is logged as fatal and ends the process with exit code 1.
 */
export async function runService<S extends ConfigShape>(
  options: ServiceOptions<S> &
    (ConfigOf<S> extends AdminConfig ? unknown : { spec: 'spread adminFields() into shape' }),
): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(describeConfig(options.spec));
    return;
  }
  const warnings: string[] = [];
  const config = configOrExit(options.spec, warnings);
  const admin = config as unknown as AdminConfig;
  const logger = createLogger(options.name, admin.logLevel);
  for (const warning of warnings) logger.warn(warning);
  process.on('uncaughtException', (error) => die(logger, error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => die(logger, error, 'unhandled rejection'));

  const health = new Health();
  health.set('service', false, 'starting');
  const registry = createRegistry();
  let stopping: AbortSignal | undefined;
  try {
    const adminServer = await startAdminServer({ host: admin.host, port: admin.metricsPort, registry, health });
    const service = await options.create(config, { logger, registry, health });
    stopping = stopOnSignal(service, adminServer, health, logger, admin.exitWithParent);
    await service.start();
    if (stopping.aborted) return;
    health.set('service', true);
    logger.info({ ports: { metrics: adminServer.port, ...service.ports } }, 'ready');
  } catch (error) {
    // a stop ends what start still waits for, and then the process
    if (stopping?.aborted) return;
    if (error instanceof ConfigError) misconfigured(error);
    die(logger, error, `${options.name} could not start${hint(error)}`);
  }
}

function misconfigured(error: ConfigError): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

function hint(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number };
  return code === 'EADDRINUSE' ? `: port ${port} is taken, choose another (--help names the variables)` : '';
}

function configOrExit<S extends ConfigShape>(spec: ConfigSpec<S>, warnings: string[]): ConfigOf<S> {
  try {
    return loadConfig(spec, process.env, (line) => warnings.push(line));
  } catch (error) {
    if (error instanceof ConfigError) misconfigured(error);
    throw error;
  }
}

function stopOnSignal(
  service: Service,
  adminServer: AsyncDisposable,
  health: Health,
  logger: Logger,
  exitWithParent: boolean,
): AbortSignal {
  const stopping = new AbortController();
  const stop = async (why: string) => {
    if (stopping.signal.aborted) {
      logger.warn({ why }, 'asked to stop again, leaving at once');
      process.exit(1);
    }
    stopping.abort();
    health.set('service', false, `stopping: ${why}`);
    setTimeout(() => die(logger, undefined, `not stopped after ${STOP_TIMEOUT_MS / 1000} s`), STOP_TIMEOUT_MS).unref();
    try {
      await service.stop();
      await adminServer[Symbol.asyncDispose]();
    } catch (error) {
      die(logger, error, 'could not stop in order');
    }
    process.exit(0);
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  if (exitWithParent) watchParent(() => stop('the parent process ended'));
  return stopping.signal;
}

function die(logger: Logger, error: unknown, message: string): never {
  logger.fatal({ err: error }, message);
  process.exit(1);
}
