import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What exporters of OpenTelemetry wait for an answer by default, milliseconds. */
const TIMEOUT_MS = 10_000;
const RETRY_MS = 200;
const RETRIED = new Set([429, 502, 503, 504]);
const MOST_CONNECTIONS = 64;

/** OTLP/HTTP to several instances in turn, as a load balancer spreads it; sent again as exporters do. */
export class OtlpRoute implements Disposable {
  readonly #urls: readonly string[];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  #next = 0;
  #closed = false;
  /** Requests without an answer, or with one that says to send again: what they carried may be there twice. */
  resent = 0;

  /** @param urls base URLs */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /**
   * Resolves when it was acknowledged.
   *
   * @throws Error for an answer that says not to send it again, or when the route is closed before.
   */
  async send(body: Buffer, contentType = 'application/x-protobuf'): Promise<void> {
    while (!this.#closed) {
      const url = this.#urls[this.#next++ % this.#urls.length] as string;
      const status = await this.#post(`${url}/v1/traces`, body, contentType);
      if (status === 200) return;
      if (status !== undefined && !RETRIED.has(status)) throw new Error(`ingest answered ${status}`);
      this.resent += 1;
      await sleep(RETRY_MS);
    }
    throw new Error('the load was stopped');
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#agent.destroy();
  }

  /** Undefined where there was no answer. */
  #post(url: string, body: Buffer, contentType: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const headers = { 'content-type': contentType, 'content-length': body.length };
      const sending = request(url, { method: 'POST', agent: this.#agent, headers, timeout: TIMEOUT_MS }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
        response.on('error', () => resolve(undefined));
      });
      sending.on('timeout', () => sending.destroy(new Error('no answer in time')));
      sending.on('error', () => resolve(undefined));
      sending.end(body);
    });
  }
}
