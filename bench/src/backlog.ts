/**
 * What becomes of detect when more comes than it takes: it is frozen while spans come, then goes on. Prints how far it fell
 * behind, how fast it caught up, what memory it took, and whether every span was judged.
 *
 *     node bench/src/backlog.ts [spans, default 60000] [seconds frozen, default 8]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchSystem } from './bench-system.ts';
import { makeTemplates } from './corpus.ts';
import { sendLoad } from './load.ts';
import { metricSum, untilAtLeast } from './metrics-page.ts';

const spans = Number(process.argv[2] ?? 60_000);
const frozenSeconds = Number(process.argv[3] ?? 8);
const PREFIX = 'backlog.';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const residentMiB = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

const dataDir = mkdtempSync(join(tmpdir(), 'spanwise-backlog-'));
try {
  await using system = await BenchSystem.start(dataDir, say);
  await system.prepare(PREFIX);
  const ingest = await system.run('ingest', PREFIX);
  const detect = await system.run('detect', PREFIX);
  const judged = () => metricSum(detect.metricsUrl, 'spanwise_detect_spans_total');
  const lag = () => metricSum(detect.metricsUrl, 'spanwise_detect_lag_messages');
  const atRest = residentMiB(detect.pid);

  const sending = sendLoad(makeTemplates(), { url: system.ingestUrl, spans, concurrency: 16 });
  await sleep(1_000);
  process.kill(detect.pid, 'SIGSTOP');
  await sleep(frozenSeconds * 1_000);
  process.kill(detect.pid, 'SIGCONT');
  const went = performance.now();
  const sent = await sending;
  const before = await judged();
  let [mostLag, mostMiB] = [0, atRest];
  const watching = setInterval(async () => {
    mostMiB = Math.max(mostMiB, residentMiB(detect.pid));
    mostLag = Math.max(mostLag, await lag().catch(() => 0));
  }, 250);
  const from = performance.now();
  await untilAtLeast('spans judged', sent.spans, judged, say);
  const seconds = (performance.now() - from) / 1_000;
  clearInterval(watching);
  await sleep(1_000);
  const report = {
    sent: sent.spans,
    behind: sent.spans - before,
    mostLagMessages: mostLag,
    secondsAfterThaw: Number(((performance.now() - went) / 1_000 - 1).toFixed(1)),
    caughtUpSpansPerSecond: Math.round((sent.spans - before) / seconds),
    judged: await judged(),
    duplicates: await metricSum(detect.metricsUrl, 'spanwise_detect_duplicate_spans_total'),
    lagMessages: await lag(),
    residentMiB: { atRest, most: mostMiB },
  };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  await detect.stop();
  await ingest.stop();
  if (report.judged !== sent.spans) process.exitCode = 1;
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
