import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { BenchSystem } from './bench-system.ts';
import { parseBenchCommand, usage } from './command-line.ts';
import { makeTemplates } from './corpus.ts';
import { measureServices, measureTogether } from './stages.ts';

const command = parseBenchCommand(process.argv.slice(2));
if (command === 'help') {
  process.stdout.write(usage);
} else {
  const dataDir = command.dataDir ?? mkdtempSync(join(tmpdir(), 'spanwise-bench-'));
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  try {
    const templates = makeTemplates();
    await using system = await BenchSystem.start(dataDir, onProgress);
    const options = { system, templates, spans: command.spans, onProgress };
    const stages = [...(await measureServices(options)), await measureTogether(options)];
    const report = { ok: true, machine: machine(), spansPerStage: command.spans, stages };
    console.table(
      stages.map(({ stage, spansPerSecond, cpuSecondsPerMillionSpans }) => ({
        stage,
        'spans/s': spansPerSecond,
        ...cpuSecondsPerMillionSpans,
      })),
    );
    if (command.report) writeFileSync(command.report, `${JSON.stringify(report, undefined, 2)}\n`);
  } finally {
    if (!command.dataDir) rmSync(dataDir, { recursive: true, force: true });
  }
}

function machine(): string {
  const [cpu] = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model ?? 'CPU'}, ${memoryGiB} GiB, ${platform()} ${release()}, Node ${process.version}`;
}
