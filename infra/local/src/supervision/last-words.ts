import { open } from 'node:fs/promises';
import { z } from 'zod';

const TAIL_BYTES = 8_000;
const LINES_SHOWN = 12;

const failure = z.object({
  level: z.enum(['error', 'fatal']),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** What a log ends with, for a person: the last failure that a service logged, else the last lines as they are. */
export async function lastWords(logFile: string): Promise<string> {
  const lines = (await tailOfLog(logFile)).split('\n');
  for (const line of lines.toReversed()) {
    const logged = failure.safeParse(parseJson(line));
    if (logged.success) return [logged.data.msg, logged.data.err?.message].filter(Boolean).join(': ');
  }
  return lines.slice(-LINES_SHOWN).join('\n');
}

/** The last whole lines of a log; empty when there is none. */
async function tailOfLog(logFile: string): Promise<string> {
  try {
    await using file = await open(logFile);
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    return (start === 0 ? text : text.slice(text.indexOf('\n') + 1)).trimEnd();
  } catch {
    return '';
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
