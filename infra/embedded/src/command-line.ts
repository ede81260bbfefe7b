import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { PlatformOptions } from './options.ts';

export const usage = `Starts a Kafka broker and a ClickHouse server on loopback, without containers, until Ctrl-C.

  node infra/embedded/src/main.ts [options]

  --data-dir DIR             data, configuration and logs (default: .spanwise/platform); found again at the next start
  --kafka-port N             default: any free port
  --clickhouse-http-port N   default: any free port
  --clickhouse-tcp-port N    default: any free port
  --only kafka|clickhouse    start one of them
  --help

When they are up it prints, on stdout, the variables that the services read.
`;

/** An argument that cannot be. The message names it; show it without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface StartCommand {
  readonly options: PlatformOptions;
  readonly only: 'kafka' | 'clickhouse' | undefined;
}

/**
 * Reads the command's arguments.
 *
 * @throws UsageError that names the argument which cannot be.
 */
export function parseCommandLine(args: readonly string[], defaultDataDir: string): StartCommand | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const { only } = values;
  if (only !== undefined && only !== 'kafka' && only !== 'clickhouse') {
    throw new UsageError(`--only takes kafka or clickhouse, not ${JSON.stringify(only)}.`);
  }
  return {
    options: {
      dataDir: resolve(values['data-dir'] ?? defaultDataDir),
      kafkaPort: port('--kafka-port', values['kafka-port']),
      clickhouseHttpPort: port('--clickhouse-http-port', values['clickhouse-http-port']),
      clickhouseTcpPort: port('--clickhouse-tcp-port', values['clickhouse-tcp-port']),
    },
    only,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        'kafka-port': { type: 'string' },
        'clickhouse-http-port': { type: 'string' },
        'clickhouse-tcp-port': { type: 'string' },
        only: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (--help lists the options)`);
  }
}

function port(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw new UsageError(`${option} takes a port number from 1 to 65535, not ${JSON.stringify(text)}.`);
}
