import { RESERVED_DISK_BYTES } from '@spanwise/embedded';
import { prepareKafka } from '@spanwise/local';
import { topic } from '@spanwise/schemas';
import { kafkaClient } from '@spanwise/stream';
import type { Kafka } from 'kafkajs';
import { Cast } from './cast.ts';
import { type FaultRun, runFaults } from './fault-runner.ts';
import type { Fault } from './faults/fault.ts';
import { shortfalls } from './floor.ts';
import { GroupLag } from './group-lag.ts';
import { BlockRoute } from './load/block-route.ts';
import { makeCorpus } from './load/corpus.ts';
import { GrpcRoute } from './load/grpc-route.ts';
import { Ledger } from './load/ledger.ts';
import { Load, type LoadResult } from './load/load.ts';
import { OtlpRoute } from './load/otlp-route.ts';
import { type Route, routes } from './load/route.ts';
import { ChaosPlatform } from './platform/chaos-platform.ts';
import { PoisonBook } from './poison/poison-book.ts';
import { PoisonKit } from './poison/poison-kit.ts';
import { RecoveryWatch } from './recovery.ts';
import type { Outcome } from './report.ts';
import { schedule } from './schedule.ts';
import { settled } from './settle.ts';
import { replayWhatCanBeRead } from './verdict/replay.ts';
import { tablesAt } from './verdict/tables.ts';
import { judge } from './verdict/verdict.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly lengthMs: number;
  /** Spans per second */
  readonly rate: number;
  readonly faults: readonly Fault[];
  readonly dataDir: string;
  /** Mean time between the beginnings of two faults, milliseconds */
  readonly everyMs: number;
  /** How long the system may take to be well again after the last fault, milliseconds */
  readonly patienceMs: number;
  /** Whether all kinds of faults are drawn, so that a run with few of them, or little load, shows nothing */
  readonly demanding: boolean;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

export interface Screen {
  /** A line that stays */
  say(line: string): void;
  /** A passing state */
  show(line: string): void;
}

const INSTANCES = { ingest: 2, detect: 3, correlate: 2, store: 2 } as const;
export const DATABASE = 'chaos';

/** One system from its start to the verdict on it. */
export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, rate, lengthMs, dataDir, screen, signal } = options;
  const corpus = makeCorpus(seed, Date.now());
  await using platform = await ChaosPlatform.start(dataDir, diskMiB(options), (line) => screen.say(line));
  signal.throwIfAborted();
  const kafka = kafkaClient({ brokers: platform.brokers, clientId: 'spanwise-chaos' });
  await prepareKafka(platform.brokers, '');
  const ledger = new Ledger();
  const book = new PoisonBook();
  const tables = tablesAt(platform.clickhouseUrl);
  let disturbed: Disturbed;
  {
    await using cast = new Cast({ platform, dataDir, database: DATABASE, onProgress: (line) => screen.say(line) });
    for (const [service, count] of Object.entries(INSTANCES)) {
      for (let i = 0; i < count; i += 1) await cast.add(service as keyof typeof INSTANCES);
    }
    screen.say('Services: starting');
    await cast.whenReady();
    signal.throwIfAborted();
    screen.say('Services: ready');
    disturbed = await disturb(options, { platform, cast, kafka, ledger, book, corpus });
    const missing = await settled(tables, DATABASE, ledger, (line) => screen.show(line), signal);
    if (missing !== '') disturbed.problems.push(`not there after all was quiet: ${missing}`);
    screen.say('Services: stopping');
  }
  const verdict = await judge({ platform, kafka, tables, database: DATABASE, dataDir, ledger, book, screen, signal });
  screen.show('Replaying dead letters');
  const { brokers, clickhouseUrl } = platform;
  const { replayable } = book;
  const replay = await replayWhatCanBeRead({ kafka, brokers, clickhouseUrl, tables, database: DATABASE, replayable });
  await tables.close();
  const { load, faultRun, skipped, recoverySeconds, catchUpSeconds, problems } = disturbed;
  const outcome: Outcome = {
    faults: faultRun.faults,
    skipped,
    spansSent: ledger.spans,
    spansPerSecond: Math.round(ledger.spans / load.seconds),
    spansPerSecondBy: Object.fromEntries(
      routes.map((route) => [route, Math.round(ledger.spansBy(route) / load.seconds)]),
    ) as Record<Route, number>,
    slicesSentTwice: load.slicesSentTwice,
    runs: ledger.size,
    longestDelaySeconds: Math.round(ledger.longestDelayMs / 100) / 10,
    ...verdict,
    replayed: replay.stored,
    recoverySeconds,
    catchUpSeconds,
    problems: [...problems, ...verdict.problems, ...replay.problems],
    log: faultRun.log,
  };
  const short = options.demanding ? shortfalls(outcome, { minutes: lengthMs / 60_000, rate }) : [];
  return { ...outcome, problems: [...outcome.problems, ...short] };
}

interface Disturbed {
  readonly load: LoadResult;
  readonly faultRun: FaultRun;
  readonly skipped: Record<string, string>;
  readonly recoverySeconds: Outcome['recoverySeconds'];
  readonly catchUpSeconds: number;
  readonly problems: string[];
}

interface Parts {
  readonly platform: ChaosPlatform;
  readonly cast: Cast;
  readonly kafka: Kafka;
  readonly ledger: Ledger;
  readonly book: PoisonBook;
  readonly corpus: ReturnType<typeof makeCorpus>;
}

/** Load and faults, until everything is acknowledged and the system well again. */
async function disturb(options: ChaosOptions, parts: Parts): Promise<Disturbed> {
  const { seed, rate, lengthMs, patienceMs, screen } = options;
  const { platform, cast, kafka, ledger, book, corpus } = parts;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  await using blocks = await BlockRoute.open(kafka, 'spans');
  await using collector = await BlockRoute.open(kafka, 'otlp_spans');
  const ingests = cast.instances.filter(({ service }) => service === 'ingest');
  using http = new OtlpRoute(ingests.map(({ httpUrl }) => httpUrl));
  using grpc = new GrpcRoute(ingests.map(({ grpcUrl }) => grpcUrl));
  const { partitions } = topic('spans');
  const poison = new PoisonKit({ kafka, otlp: http, book, ledger, partitions });
  const system = { platform, cast, poison };
  await using lag = new GroupLag(kafka);
  await using recovery = new RecoveryWatch(cast, lag);
  const skipped = Object.fromEntries(
    options.faults.flatMap((fault): [string, string][] => {
      const why = fault.unavailable?.(system);
      return why === undefined ? [] : [[fault.kind, why]];
    }),
  );
  const available = options.faults.filter(({ kind }) => skipped[kind] === undefined);
  const planned = schedule({ seed, lengthMs, specs: available, everyMs: options.everyMs });
  screen.say(`${planned.length} faults are planned in ${Math.round(lengthMs / 1_000)} s`);
  const load = new Load({ corpus, seed, rate, partitions, blocks, http, grpc, collector, ledger });
  const start = performance.now();
  const ticker = setInterval(() => {
    const seconds = (performance.now() - start) / 1_000;
    const perSecond = Math.round(ledger.spans / seconds);
    screen.show(
      `${Math.round(seconds)} s: ${ledger.spans} spans, ${perSecond} a second; ${recovery.state || 'all well'}`,
    );
  }, 1_000);
  try {
    const [sent, faultRun] = await Promise.all([
      load.run(lengthMs, signal),
      runFaults(
        system,
        available,
        planned,
        recovery,
        seed,
        ({ atSeconds, kind, what }) => screen.say(`${atSeconds} s  ${kind}: ${what}`),
        signal,
      ),
    ]);
    const loadEnded = performance.now();
    const unwell = await recovery.whenWell(patienceMs, signal);
    const problems = unwell === '' ? [] : [`not well ${patienceMs / 1_000} s after the last fault: ${unwell}`];
    const catchUpSeconds = Math.round((performance.now() - loadEnded) / 1_000);
    return { load: sent, faultRun, skipped, recoverySeconds: recovery.seconds, catchUpSeconds, problems };
  } finally {
    clearInterval(ticker);
    ended.abort();
  }
}

/** What the tables of both systems take, merges under way included: some 300 bytes a span, and what ClickHouse reserves. */
function diskMiB({ rate, lengthMs }: ChaosOptions): number {
  return 512 + RESERVED_DISK_BYTES / 1024 ** 2 + Math.ceil((rate * (lengthMs / 1_000) * 600) / 1024 ** 2);
}
