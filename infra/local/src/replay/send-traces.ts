import { setTimeout as sleep } from 'node:timers/promises';

export interface TracesBody {
  readonly body: Uint8Array;
  readonly contentType: 'application/json' | 'application/x-protobuf';
}

export interface SendOptions {
  /** Base URL of OTLP/HTTP */
  readonly ingestUrl: string;
  /** For how long in all a request is tried; a restarted service is back within seconds. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** A request was refused for good, or nobody took it in time. */
export class SendError extends Error {
  override readonly name = 'SendError';
}

const REQUEST_TIMEOUT_MS = 30_000;
/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE = new Set([429, 502, 503, 504]);

/**
 * Posts one request until it is acknowledged, heeding `Retry-After`. A request that got no answer is sent again:
 * the pipeline is idempotent by span id. Resolves with the partial success in words, empty when all was taken.
 *
 * @throws SendError
 */
export async function sendTraces(request: TracesBody, options: SendOptions): Promise<string> {
  const deadline = performance.now() + (options.patienceMs ?? 120_000);
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const outcome = await tryOnce(request, options.ingestUrl);
    if ('accepted' in outcome) return outcome.accepted;
    const waitMs = outcome.retryAfterMs ?? Math.min(100 * 2 ** attempt, 5_000);
    if (performance.now() + waitMs > deadline) throw new SendError(`no endpoint took it in time: ${outcome.reason}`);
    await sleep(waitMs, undefined, options.signal ? { signal: options.signal } : {});
  }
}

type Outcome = { accepted: string } | { reason: string; retryAfterMs?: number };

async function tryOnce({ body, contentType }: TracesBody, ingestUrl: string): Promise<Outcome> {
  let response: Response;
  let answer: string;
  try {
    response = await fetch(`${ingestUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: body as Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    answer = await response.text();
  } catch (error) {
    return { reason: reasonOf(error) };
  }
  if (response.ok) return { accepted: contentType === 'application/json' ? partialSuccess(answer) : printable(answer) };
  const reason = `${response.status} ${printable(answer).slice(0, 500)}`;
  if (!RETRYABLE.has(response.status)) throw new SendError(`refused with ${reason}`);
  const retryAfter = retryAfterMs(response.headers.get('retry-after'));
  return retryAfter === undefined ? { reason } : { reason, retryAfterMs: retryAfter };
}

/** `Retry-After` is seconds or an HTTP date; undefined if it is neither. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function partialSuccess(answer: string): string {
  try {
    const { partialSuccess: partial } = JSON.parse(answer || '{}');
    return partial ? `${partial.rejectedSpans ?? 0} spans rejected: ${partial.errorMessage ?? ''}` : '';
  } catch {
    return '';
  }
}

/** The message inside a protobuf answer, near enough for a person. */
function printable(answer: string): string {
  return answer.replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, ' ').trim();
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? String(error);
}
