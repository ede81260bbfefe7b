import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { runSql, SqlError, type SqlTarget } from './query.ts';
import { splitStatements } from './statements.ts';

const PROMPT = 'spanwise :) ';
const MORE = '         :-] ';
const HISTORY_LINES = 1_000;

/** Reads statements from the terminal, or from a pipe, until its end; each may span lines and ends with a semicolon. */
export async function sqlPrompt(target: SqlTarget, historyFile: string): Promise<number> {
  const interactive = process.stdin.isTTY === true;
  const reader = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: interactive,
    prompt: PROMPT,
    historySize: HISTORY_LINES,
    history: interactive ? readHistory(historyFile) : [],
  });
  let pending = '';
  let running: AbortController | undefined;
  let failed = false;
  reader.on('SIGINT', () => {
    pending = '';
    if (running) return running.abort();
    process.stdout.write('\n(exit or Ctrl-D leaves)\n');
    prompt();
  });
  const prompt = () => {
    reader.setPrompt(pending.trim() === '' ? PROMPT : MORE);
    reader.prompt();
  };
  const run = async (statement: string) => {
    running = new AbortController();
    try {
      await runSql(target, statement, process.stdout, running.signal);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      failed = true;
      process.stderr.write(`${error.message}\n`);
    } finally {
      running = undefined;
    }
  };

  if (interactive) prompt();
  for await (const line of reader) {
    if (interactive && line.trim() !== '') appendFileSync(historyFile, `${line}\n`);
    if (pending.trim() === '' && /^\s*(exit|quit)\s*;?\s*$/i.test(line)) break;
    const { statements, rest } = splitStatements(`${pending}${line}\n`);
    pending = rest.trim() === '' ? '' : rest;
    for (const statement of statements) await run(statement);
    if (interactive) prompt();
  }
  reader.close();
  if (!interactive && pending.trim() !== '') await run(pending);
  return failed && !interactive ? 1 : 0;
}

/** Newest first, as readline wants it. */
function readHistory(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(-HISTORY_LINES).reverse();
}
