import { join } from 'node:path';
import { checkReportFile, writeReport } from '../command/report-file.ts';
import { runCommand, starting } from '../command/run-command.ts';
import { loadLocalConfig } from '../config.ts';
import { claimDataDir } from '../pipeline/data-dir.ts';
import { demoLifetimes } from '../pipeline/lifetimes.ts';
import { startPipeline } from '../pipeline/pipeline.ts';
import { portsFromConfig } from '../pipeline/pipeline-ports.ts';
import type { RunningPipeline } from '../pipeline/state-file.ts';
import { describeEvent } from '../supervision/service-news.ts';
import { demoUsage, parseDemoCommand } from './command-line.ts';
import { DemoRun } from './demo-run.ts';
import type { DemoReport } from './report.ts';
import { DemoScreen } from './screen.ts';

await runCommand(async (stop) => {
  const command = parseDemoCommand(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(demoUsage);
    return 0;
  }
  checkReportFile(command.report);
  const config = loadLocalConfig();
  const screen = new DemoScreen(process.stdout);
  let isUp = false;
  const pipeline = await starting(
    stop,
    startPipeline({
      config,
      dataDir: claimDataDir('demo', command.dataDir),
      ports: { chosen: { ...portsFromConfig(config), ...command.ports }, others: 'standard' },
      lifetimes: demoLifetimes,
      onProgress: (line) => screen.say(line),
      onEvent: (event) => (isUp || event.kind === 'ended') && screen.say(describeEvent(event)),
    }),
  );
  isUp = true;
  for (const line of whereToLook(pipeline.state)) screen.say(line);
  try {
    const report = await new DemoRun({ command, config, pipeline, screen, stop }).run();
    screen.keep();
    if (report === undefined) return 0;
    writeReport(command.report, report);
    screen.say(conclusion(report));
    return report.ok ? 0 : 1;
  } finally {
    isUp = false;
    screen.say('Stopping.');
    await pipeline.stop();
  }
});

function whereToLook({ ingestUrl, grpcPort, services, dataDir }: RunningPipeline): string[] {
  return [
    '',
    `send spans  OTEL_EXPORTER_OTLP_ENDPOINT=${ingestUrl}  (gRPC: http://127.0.0.1:${grpcPort})`,
    'query       npm run sql -- "SELECT pattern, severity, summary FROM findings LIMIT 10"',
    `metrics     ${services.map(({ metricsUrl }) => metricsUrl).join(' ')}`,
    `logs        ${join(dataDir, 'logs')}`,
    '',
  ];
}

function conclusion(report: DemoReport): string {
  const { spansSent, spansStored, spansDuplicated, deadLetters, problems } = report;
  const counts = `${spansSent} spans sent, ${spansStored} stored, ${spansDuplicated} twice, ${deadLetters} dead letters.`;
  if (report.ok) return `All is well: ${counts}`;
  return [counts, 'Problems:', ...problems.map((problem) => `  ${problem}`)].join('\n');
}
