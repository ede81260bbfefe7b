import { join } from 'node:path';
import { parseArguments } from '../command/arguments.ts';
import { UsageError } from '../command/usage-error.ts';
import { defaultDataDir, type LocalConfig, loadLocalConfig } from '../config.ts';
import { findRunning } from '../pipeline/state-file.ts';
import { sqlPrompt } from './prompt.ts';
import { runSql, SqlError, type SqlTarget } from './query.ts';
import { splitStatements } from './statements.ts';

const usage = `Queries the tables of the running pipeline.

  npm run sql                      a prompt; statements end with a semicolon
  npm run sql -- "SELECT …"        one statement, or several with semicolons between

  --format NAME      any ClickHouse format (default PrettyCompactMonoBlock; a FORMAT clause goes before)
  --data-dir DIR     of the running pipeline (default: the running demo, else a running replay)
  --help

Views to start with: spans, findings, runs, sessions, step_stats. SHOW TABLES and DESCRIBE tell the rest.
`;

interface SqlCommand {
  readonly statement: string | undefined;
  readonly format: string;
  readonly dataDir: string | undefined;
}

function parse(args: string[]): SqlCommand | 'help' {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'PrettyCompactMonoBlock' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const statement = positionals.length > 0 ? positionals.join(' ') : undefined;
  return { statement, format: values.format, dataDir: values['data-dir'] };
}

/** The running demo, a running replay, or the server that the environment names. */
function targetOf(command: SqlCommand, config: LocalConfig): { target: SqlTarget; historyDir: string } {
  const folders = command.dataDir ? [command.dataDir] : [defaultDataDir('demo'), defaultDataDir('replay')];
  const running = folders.map(findRunning).find((pipeline) => pipeline !== undefined);
  const url = running?.clickhouseUrl ?? config.clickhouseUrl;
  if (url === undefined) {
    const where = command.dataDir ? ` on ${command.dataDir}` : '';
    throw new SqlError(
      `No pipeline is running${where}: start one with \`npm run demo\`, or set SPANWISE_CLICKHOUSE_URL to query another server.`,
    );
  }
  const { clickhouseUser, clickhousePassword: password, database } = config;
  return {
    target: {
      url,
      user: running?.clickhouseUser ?? clickhouseUser,
      password,
      database: running?.database ?? database,
      format: command.format,
      color: process.stdout.isTTY === true,
    },
    historyDir: running?.dataDir ?? process.cwd(),
  };
}

async function main(): Promise<number> {
  const command = parse(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const { target, historyDir } = targetOf(command, loadLocalConfig());
  if (command.statement === undefined) return await sqlPrompt(target, join(historyDir, 'sql-history'));
  const { statements, rest } = splitStatements(command.statement);
  for (const statement of [...statements, rest]) {
    if (statement.trim() !== '') await runSql(target, statement, process.stdout);
  }
  return 0;
}

// the write that failed tells; without a listener the process would end with a stack
process.stdout.on('error', () => {});
try {
  process.exitCode = await main();
} catch (error) {
  // a reader that has seen enough, such as head, has closed the pipe
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
