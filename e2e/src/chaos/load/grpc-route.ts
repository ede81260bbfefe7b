import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** What exporters of OpenTelemetry wait for an answer by default, milliseconds. */
const TIMEOUT_MS = 10_000;
const RETRY_MS = 200;
/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. Source: OTLP specification, “Failures” of OTLP/gRPC. */
const RETRIED = new Set([1, 4, 8, 10, 11, 14, 15]);

/**
 * OTLP/gRPC to several instances in turn, as a load balancer spreads it; sent again as exporters do. Plain HTTP/2, since a
 * unary call is one frame each way. Source: “gRPC over HTTP2”.
 */
export class GrpcRoute implements Disposable {
  readonly #urls: readonly string[];
  readonly #sessions = new Map<string, ClientHttp2Session>();
  #next = 0;
  #closed = false;

  /** @param urls base URLs */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /**
   * Resolves when it was acknowledged.
   *
   * @throws Error for a status that says not to send it again, or when the route is closed before.
   */
  async send(body: Buffer): Promise<void> {
    const message = framed(body);
    while (!this.#closed) {
      const code = await this.#call(this.#urls[this.#next++ % this.#urls.length] as string, message);
      if (code === 0) return;
      if (code !== undefined && !RETRIED.has(code)) throw new Error(`ingest answered with the gRPC status ${code}`);
      await sleep(RETRY_MS);
    }
    throw new Error('the load was stopped');
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const session of this.#sessions.values()) session.destroy();
  }

  /** Undefined where there was no status. */
  #call(url: string, message: Buffer): Promise<number | undefined> {
    return new Promise((resolve) => {
      const stream = this.#session(url).request({
        ':method': 'POST',
        ':path': PATH,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      let code: number | undefined;
      const note = (headers: IncomingHttpHeaders) => {
        const status = headers['grpc-status'];
        if (status !== undefined) code = Number(status);
      };
      // a call that fails at once has its status where others have their headers
      stream.on('response', note);
      stream.on('trailers', note);
      stream.setTimeout(TIMEOUT_MS, () => stream.close(constants.NGHTTP2_CANCEL));
      stream.on('error', () => {});
      stream.on('close', () => resolve(code));
      stream.resume();
      stream.end(message);
    });
  }

  /** One that was closed, by a server that ends or a connection that is cut, is replaced. */
  #session(url: string): ClientHttp2Session {
    const open = this.#sessions.get(url);
    if (open && !open.closed && !open.destroyed) return open;
    const session = connect(url);
    session.on('error', () => {});
    this.#sessions.set(url, session);
    return session;
  }
}

/** A message behind its header: not compressed, and its length. */
function framed(body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}
