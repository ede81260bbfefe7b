import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { LocalConfig } from '../config.ts';
import { DeadLetterWatch } from '../dead-letters/dead-letter-watch.ts';
import { kafkaClient } from '../kafka-client.ts';
import type { PipelineHandle } from '../pipeline/pipeline.ts';
import { untilSettled } from '../pipeline/settle.ts';
import { rowsOf, tablesOf } from '../pipeline/tables.ts';
import type { DemoCommand } from './command-line.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { fleetSeed } from './fleet-seed.ts';
import { type DemoNumbers, demoNumbers } from './numbers.ts';
import { Rate } from './rate.ts';
import { type DemoReport, demoReport, type ServiceState } from './report.ts';
import type { DemoScreen } from './screen.ts';
import { askLag } from './service-lag.ts';

/** What the last session needs after its last span: abandonment, gap, batches, with some room. */
const JUDGING_MS = 22_000;
/** Longer than `store` keeps a batch open */
const QUIET_MS = 3_000;
const PATIENCE_MS = 60_000;
const EVERY_MS = 1_000;
/** Between two rounds of queries, so that the view takes a fifth of a busy server at most: this many times a round. */
const IDLE_FACTOR = 4;

const nothingYet: DemoNumbers = {
  spansStored: 0,
  spansDuplicated: 0,
  runs: 0,
  openRuns: 0,
  sessionsByVerdict: {},
  provisionalSessions: 0,
  findingsByPattern: {},
};

export interface DemoParts {
  readonly command: DemoCommand;
  readonly config: LocalConfig;
  readonly pipeline: PipelineHandle;
  readonly screen: DemoScreen;
  readonly stop: AbortSignal;
}

/** Feeds the running pipeline and shows what comes of it, until it is told to stop or its time is over. */
export class DemoRun {
  readonly #parts: DemoParts;
  readonly #tables: ClickHouseClient;
  readonly #sinceMs = Date.now();
  readonly #rate = new Rate(5_000);
  readonly #failures: string[] = [];
  #fleet: Fleet | undefined;
  #numbers = nothingYet;
  #spansPerSecond = 0;
  #phase = 'waiting for spans';
  /** From here on whatever ends was asked to. */
  #isOver = false;

  constructor(parts: DemoParts) {
    this.#parts = parts;
    this.#tables = tablesOf(parts.pipeline.state, parts.config);
  }

  /** Resolves with the outcome if the demo ended by itself, with undefined if somebody stopped it. */
  async run(): Promise<DemoReport | undefined> {
    const { command, pipeline, stop } = this.#parts;
    const deadLetters = await DeadLetterWatch.open(kafkaClient(pipeline.state.brokers), pipeline.state.topicPrefix);
    try {
      if (command.fleet) this.#fleet = await this.#startFleet();
      await this.#watchWhileFeeding();
      if (stop.aborted) return undefined;
      const isWhole = this.#failures.length === 0;
      if (isWhole) await this.#judge();
      return demoReport({
        fleet: this.#fleet?.totals ?? { spansSent: 0, sessions: 0, injected: {} },
        numbers: this.#numbers,
        isWhole,
        // a Kafka that has ended would be tried for a minute
        deadLetters: isWhole ? await deadLetters.read().catch((error) => this.#fail(error, [])) : [],
        services: this.#serviceStates(),
        failures: this.#failures,
      });
    } finally {
      this.#isOver = true;
      await this.#fleet?.stop().catch(() => {});
      await this.#tables.close();
    }
  }

  async #startFleet(): Promise<Fleet> {
    const { command, pipeline, screen } = this.#parts;
    this.#phase = 'feeding a simulated fleet';
    const { forMs, rate } = command;
    const hasSpans = (await rowsOf(this.#tables, 'SELECT 1 FROM spans LIMIT 1')).length > 0;
    const seed = fleetSeed(command.seed, hasSpans, Date.now());
    if (hasSpans) screen.say(`Spans are stored already; the fleet that comes now has the seed ${seed}.`);
    const { dataDir, ingestUrl } = pipeline.state;
    return startFleet({
      endpoint: ingestUrl,
      rate,
      seed,
      ...(forMs === undefined ? {} : { forMs: Math.max(forMs - JUDGING_MS, 8_000) }),
      truthFile: join(dataDir, 'fleet-truth.jsonl'),
      logFile: join(dataDir, 'logs', 'simulate.log'),
    });
  }

  /** Until the fleet has ended or we are to stop. What ends in between is a failure. */
  async #watchWhileFeeding(): Promise<void> {
    const { pipeline, screen, stop } = this.#parts;
    const ending = new AbortController();
    // not by a listener: somebody may have asked while we were starting
    const over = AbortSignal.any([stop, ending.signal]);
    const end = (failure?: string) => {
      if (failure !== undefined && !stop.aborted && !this.#isOver) {
        this.#failures.push(failure);
        screen.say(`The demo ends: ${failure}.`);
      }
      ending.abort();
    };
    pipeline.platformEnded.then((what) => end(`${what} has ended by itself`));
    this.#fleet?.ended.then(
      () => end(),
      (error: Error) => end(error.message),
    );
    const refreshing = this.#refreshUntil(over);
    while (!over.aborted) {
      await this.#draw();
      await sleep(EVERY_MS, undefined, { signal: over }).catch(() => {});
    }
    await refreshing;
  }

  async #refreshUntil(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const startedAt = performance.now();
      // A server that does not answer is shown by its services, and ends the demo if it has ended.
      await this.#refresh().catch(() => {});
      const tookMs = performance.now() - startedAt;
      await sleep(Math.max(EVERY_MS - tookMs, tookMs * IDLE_FACTOR), undefined, { signal: over }).catch(() => {});
    }
  }

  async #judge(): Promise<void> {
    this.#phase = 'no more spans; waiting until all is judged';
    try {
      await untilSettled({
        look: async () => {
          const numbers = await this.#refresh();
          await this.#draw();
          return numbers;
        },
        missing: (numbers) => this.#missing(numbers),
        fingerprint: (numbers) => JSON.stringify(numbers),
        quietMs: QUIET_MS,
        patienceMs: PATIENCE_MS,
        everyMs: EVERY_MS,
        signal: this.#parts.stop,
      });
    } catch (error) {
      if (this.#parts.stop.aborted) throw error;
      this.#fail(error, undefined);
    }
  }

  #missing({ spansStored, openRuns, provisionalSessions }: DemoNumbers): string {
    const lost = (this.#fleet?.totals.spansSent ?? 0) - spansStored;
    if (lost > 0) return `${lost} spans`;
    return openRuns + provisionalSessions > 0 ? `${openRuns} runs, ${provisionalSessions} sessions` : '';
  }

  async #refresh(): Promise<DemoNumbers> {
    this.#numbers = await demoNumbers(this.#tables, this.#sinceMs);
    this.#spansPerSecond = this.#rate.of(this.#numbers.spansStored, performance.now());
    return this.#numbers;
  }

  async #draw(): Promise<void> {
    const { pipeline, screen } = this.#parts;
    const { services } = pipeline.state;
    const lags = await Promise.all(services.map(({ metricsUrl }) => askLag(metricsUrl)));
    screen.show({
      elapsedMs: Date.now() - this.#sinceMs,
      phase: this.#phase,
      fleet: this.#fleet?.totals,
      spansPerSecond: this.#spansPerSecond,
      numbers: this.#numbers,
      services: pipeline.services.map(({ name, ready, detail }, index) => ({
        name,
        state: ready ? 'ready' : detail,
        lag: lags[index],
      })),
    });
  }

  #serviceStates(): Record<string, ServiceState> {
    return Object.fromEntries(
      this.#parts.pipeline.services.map(({ name, ready, detail, restarts }) => [name, { ready, detail, restarts }]),
    );
  }

  #fail<T>(error: unknown, instead: T): T {
    this.#failures.push(error instanceof Error ? error.message : String(error));
    return instead;
  }
}
