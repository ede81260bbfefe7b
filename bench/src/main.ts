import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { BenchSystem } from './bench-system.ts';
import { parseBenchCommand, usage } from './command-line.ts';
import { makeTemplates } from './corpus.ts';
import type { StageReport } from './measure.ts';
import { measureServices, measureTogether } from './stages.ts';

const command = parsed(process.argv.slice(2));
if (command === 'help') {
  process.stdout.write(usage);
} else if (command !== undefined) {
  const dataDir = command.dataDir ?? mkdtempSync(join(tmpdir(), 'spanwise-bench-'));
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const stages: StageReport[] = [];
  const problems: string[] = [];
  try {
    const templates = makeTemplates();
    await using system = await BenchSystem.start(dataDir, onProgress);
    const options = { system, templates, spans: command.spans, onProgress };
    for await (const stage of measureServices(options)) stages.push(stage);
    stages.push(await measureTogether(options));
  } catch (error) {
    problems.push(String(error));
    console.error(error);
  } finally {
    if (!command.dataDir) rmSync(dataDir, { recursive: true, force: true });
  }
  const ok = problems.length === 0;
  const report = { ok, machine: machine(), spansPerStage: command.spans, stages, problems };
  if (command.report) writeFileSync(command.report, `${JSON.stringify(report, undefined, 2)}\n`);
  console.table(
    stages.map(({ stage, spansPerSecond, cpuSecondsPerMillionSpans }) => ({
      stage,
      'spans/s': spansPerSecond,
      ...cpuSecondsPerMillionSpans,
    })),
  );
  process.exitCode = ok ? 0 : 1;
}

/** Undefined after an argument that cannot be, which people are told without a stack. */
function parsed(args: string[]): ReturnType<typeof parseBenchCommand> | undefined {
  try {
    return parseBenchCommand(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message} (--help lists the options)\n`);
    process.exitCode = 2;
    return undefined;
  }
}

function machine(): string {
  const [cpu] = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model ?? 'CPU'}, ${memoryGiB} GiB, ${platform()} ${release()}, Node ${process.version}`;
}
