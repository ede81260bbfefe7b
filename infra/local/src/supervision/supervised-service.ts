import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff, type BackoffMs } from '@spanwise/stream';
import { askReadiness } from '../pipeline/readiness.ts';
import { type Ended, type LoggedProcess, type ProcessSpec, startLogged } from './child-process.ts';
import { lastWords } from './last-words.ts';

export interface ServiceSpec extends ProcessSpec {
  /** Its `/readyz` */
  readonly readyUrl: string;
}

/** What happens to a service, for the person who watches. */
export type ServiceEvent =
  | { readonly kind: 'started'; readonly service: string; readonly pid: number }
  | { readonly kind: 'ready'; readonly service: string }
  | { readonly kind: 'unready'; readonly service: string; readonly detail: string }
  | { readonly kind: 'ended'; readonly service: string; readonly how: string; readonly restartInMs: number }
  | { readonly kind: 'refused'; readonly service: string; readonly how: string };

export interface SupervisionSettings {
  readonly backoff?: BackoffMs;
  /** Between two questions to `/readyz` */
  readonly pollMs?: number;
  /** From SIGTERM to SIGKILL */
  readonly stopGraceMs?: number;
}

/** A service refuses its configuration with this exit code; another start would end the same way. */
const REFUSED_CONFIGURATION = 2;
/** A service that lived as long as `stable` had started well. */
const RESTART_MS: BackoffMs = { first: 1_000, most: 10_000, stable: 30_000 };
/** A service that ended this often without ever being ready will not become so. */
const HOPELESS_RESTARTS = 3;

const EXIT_NOTICE_MS = 100;

/** A service did not come up. The message is for the person at the terminal. */
export class ServiceStartError extends Error {
  override readonly name = 'ServiceStartError';
}

/** One service process that is started again whenever it ends, until it is stopped. */
export class SupervisedService {
  readonly name: string;
  readonly logFile: string;
  readonly #spec: ServiceSpec;
  readonly #settings: SupervisionSettings;
  readonly #onEvent: (event: ServiceEvent) => void;
  readonly #stopping = new AbortController();
  readonly #lives: Promise<void>;
  readonly #watch: Promise<void>;
  #process: LoggedProcess | undefined;
  #ready = false;
  #detail = 'starting';
  #restarts = 0;
  #lastEnd = '';
  #refused: string | undefined;

  constructor(
    spec: ServiceSpec,
    logFile: string,
    onEvent: (event: ServiceEvent) => void,
    settings: SupervisionSettings = {},
  ) {
    this.name = spec.name;
    this.logFile = logFile;
    this.#spec = spec;
    this.#settings = settings;
    this.#onEvent = onEvent;
    this.#lives = this.#keepAlive();
    this.#watch = this.#watchReadiness();
  }

  /** Undefined while it waits for its next start. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Why it is not ready. */
  get detail(): string {
    return this.#detail;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Waits until the service is ready.
   *
   * @throws ServiceStartError with its last words when it refuses its configuration, ends again and again, or takes
   * longer than `timeoutMs`.
   */
  async whenReady(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!this.#ready) {
      const why = this.#hopeless ?? (performance.now() > deadline ? this.#late(timeoutMs) : undefined);
      if (why !== undefined) {
        throw new ServiceStartError(`${this.name} ${why} (log: ${this.logFile})\n${await lastWords(this.logFile)}`);
      }
      await sleep(25);
    }
  }

  /** Ends the process in its own orderly way, for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop(this.#settings.stopGraceMs ?? 20_000);
    await Promise.all([this.#lives, this.#watch]);
  }

  get #hopeless(): string | undefined {
    if (this.#refused !== undefined) return this.#refused;
    return this.#restarts >= HOPELESS_RESTARTS ? `does not start: it has ${this.#lastEnd} time and again` : undefined;
  }

  #late(timeoutMs: number): string {
    return `is not ready after ${timeoutMs / 1000} s: ${this.#detail}`;
  }

  async #keepAlive(): Promise<void> {
    const backoff = new Backoff(this.#settings.backoff ?? RESTART_MS);
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      const process = startLogged(this.#spec, this.logFile);
      this.#process = process;
      if (process.pid !== undefined) this.#onEvent({ kind: 'started', service: this.name, pid: process.pid });
      const ended = await process.ended;
      this.#process = undefined;
      this.#ready = false;
      this.#lastEnd = `ended ${inWords(ended)}`;
      this.#detail = this.#lastEnd;
      if (this.#stopping.signal.aborted) return;
      if (ended.code === REFUSED_CONFIGURATION) {
        this.#refused = 'refuses its configuration';
        this.#onEvent({ kind: 'refused', service: this.name, how: this.#refused });
        return;
      }
      const restartInMs = backoff.nextAfter(performance.now() - startedAt);
      this.#onEvent({ kind: 'ended', service: this.name, how: inWords(ended), restartInMs });
      await this.#pause(restartInMs);
      this.#restarts += 1;
    }
  }

  async #watchReadiness(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const asked = this.#process;
      const { ready, detail } = await askReadiness(this.#spec.readyUrl);
      // A process that has just been killed is known to be gone a moment after it stops answering.
      if (!ready && this.#ready) await this.#pause(EXIT_NOTICE_MS);
      // An answer may come from the process before, or from a stranger on its port.
      if (asked !== undefined && asked === this.#process) this.#note(ready, detail);
      await this.#pause(this.#settings.pollMs ?? (this.#ready ? 1_000 : 100));
    }
  }

  #note(ready: boolean, detail: string): void {
    const changed = ready !== this.#ready;
    this.#ready = ready;
    this.#detail = detail;
    if (!changed || this.#stopping.signal.aborted) return;
    this.#onEvent(ready ? { kind: 'ready', service: this.name } : { kind: 'unready', service: this.name, detail });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

function inWords({ code, signal }: Ended): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
