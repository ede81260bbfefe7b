import { setTimeout as sleep } from 'node:timers/promises';

export interface OtlpClientOptions {
  /** Base URL of OTLP/HTTP, without `/v1/traces` */
  readonly endpoint: string;
  readonly apiKey?: string;
  /** For how long in all one request is tried; default 60 s */
  readonly patienceMs?: number;
  /** Wait before the first retry, doubled for each further one unless the endpoint says how long; default 100 ms */
  readonly firstWaitMs?: number;
}

/** The endpoint refused spans for good, or nobody took them in time. */
export class SendError extends Error {
  override readonly name = 'SendError';
}

const REQUEST_TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 5_000;
/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** Sends OTLP/HTTP requests in protobuf, each until it is acknowledged; connections are kept alive. */
export class OtlpClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #patienceMs: number;
  readonly #firstWaitMs: number;
  /** How often something had to be sent again */
  retries = 0;

  constructor({ endpoint, apiKey, patienceMs = 60_000, firstWaitMs = 100 }: OtlpClientOptions) {
    this.#url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#headers = { 'content-type': 'application/x-protobuf', ...authorization };
    this.#patienceMs = patienceMs;
    this.#firstWaitMs = firstWaitMs;
  }

  /**
   * Resolves when everything in `body` was taken. What got no answer is sent again: delivery is at least once.
   *
   * @throws SendError
   */
  async send(body: Uint8Array): Promise<void> {
    const deadline = performance.now() + this.#patienceMs;
    let waitMs = this.#firstWaitMs;
    for (;;) {
      const trouble = await this.#try(body);
      if (trouble === undefined) return;
      const pauseMs = trouble.retryAfterMs ?? waitMs;
      if (performance.now() + pauseMs > deadline) {
        throw new SendError(`${this.#url} took nothing for ${this.#patienceMs / 1_000} s: ${trouble.reason}`);
      }
      await sleep(pauseMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      this.retries += 1;
    }
  }

  async #try(body: Uint8Array): Promise<{ reason: string; retryAfterMs?: number | undefined } | undefined> {
    let response: Response;
    let answer: ArrayBuffer;
    try {
      response = await fetch(this.#url, {
        method: 'POST',
        headers: this.#headers,
        body: body as Uint8Array<ArrayBuffer>,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      answer = await response.arrayBuffer();
    } catch (error) {
      return { reason: reasonOf(error) };
    }
    // An ExportTraceServiceResponse without partial success is empty.
    if (response.ok && answer.byteLength === 0) return undefined;
    if (response.ok) throw new SendError(`${this.#url} did not take all spans: ${printable(answer)}`);
    const reason = `status ${response.status} ${printable(answer)}`;
    if (!RETRYABLE.has(response.status)) throw new SendError(`${this.#url} refused spans with ${reason}`);
    return { reason, retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()) };
  }
}

/** `Retry-After` in milliseconds: it is seconds or an HTTP date; undefined if it is neither. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The words inside a protobuf or text answer. */
function printable(answer: ArrayBuffer): string {
  return Buffer.from(answer)
    .toString('utf8')
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? String(error);
}
