import { once } from 'node:events';
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@spanwise/runtime';
import type { Acceptor } from './accept.ts';
import type { ByteBudget } from './byte-budget.ts';
import { acceptedEncodings, bodyErrorAnswer, errorAnswer, type GrpcAnswer, outcomeAnswer } from './grpc-answer.ts';
import { BodyError, readGrpcMessage } from './http-body.ts';
import type { Listener } from './http-server.ts';
import type { IngestMetrics } from './metrics.ts';
import type { TenantOf } from './tenants.ts';

/** The one method of opentelemetry.proto.collector.trace.v1.TraceService */
export const EXPORT_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

const SHUTDOWN_MS = 10_000;
/** A client that needs longer to send one request holds memory for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;
/** After so long without a request a connection is closed; clients open another when they need one. */
const IDLE_MS = 5 * 60_000;
/** Calls of one connection at a time, the least that RFC 9113 recommends; further ones wait at the client. */
const MAX_STREAMS = 100;

export interface GrpcServerOptions {
  host: string;
  port: number;
  maxBodyBytes: number;
  maxConnections: number;
  acceptor: Acceptor;
  budget: ByteBudget;
  tenantOf: TenantOf;
  metrics: IngestMetrics;
  logger: Logger;
}

/**
 * OTLP/gRPC: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc. HTTP/2 as Node has it, because a gRPC library holds each message
 * whole before anybody is asked, and thus outside the byte budget (docs/decisions/0024). Disposing it answers what is under way first.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<Listener> {
  const server = createServer({ settings: { maxConcurrentStreams: MAX_STREAMS } });
  server.maxConnections = options.maxConnections;
  server.on('drop', () => options.metrics.refusedConnections.inc({ transport: 'grpc' }));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.setTimeout(IDLE_MS, () => session.close());
  });
  server.on('stream', (stream, headers) => void serve(stream, headers, options));
  server.listen({ host: options.host, port: options.port });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.close();
      // a client that neither ends its call nor leaves must not hold the service
      const forced = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, SHUTDOWN_MS);
      await closed;
      clearTimeout(forced);
    },
  };
}

/** Answers one call, whatever happens; a client that has gone gets none. */
async function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: GrpcServerOptions,
): Promise<void> {
  const { metrics, logger } = options;
  const started = performance.now();
  // the client's going away; whoever reads sees it too
  stream.on('error', () => {});
  const tooSlow = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), REQUEST_TIMEOUT_MS);
  stream.once('close', () => clearTimeout(tooSlow)).once('end', () => clearTimeout(tooSlow));
  let answer: GrpcAnswer;
  try {
    answer = await exportTraces(stream, headers, options);
  } catch (error) {
    if (stream.destroyed || stream.aborted) {
      answer = errorAnswer('CANCELLED', 'the client has gone');
    } else {
      logger.error({ err: error, runbook: 'A request fails unexpectedly' }, 'a request failed unexpectedly');
      answer = errorAnswer('INTERNAL', 'internal error');
    }
  }
  metrics.requests.inc({ transport: 'grpc', code: answer.code });
  metrics.requestDuration.observe({ transport: 'grpc' }, (performance.now() - started) / 1000);
  if (!stream.destroyed && !stream.closed) send(stream, answer);
}

async function exportTraces(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { acceptor, budget, tenantOf, maxBodyBytes }: GrpcServerOptions,
): Promise<GrpcAnswer> {
  const receivedTimeUs = Date.now() * 1000;
  if (headers[':path'] !== EXPORT_PATH || headers[':method'] !== 'POST') {
    return errorAnswer('UNIMPLEMENTED', `there is no ${headers[':path']}: traces go to ${EXPORT_PATH}`);
  }
  const tenant = tenantOf(headers.authorization, headers['x-api-key']?.toString());
  if (tenant === undefined) {
    return errorAnswer('UNAUTHENTICATED', 'an API key is needed, as metadata authorization or x-api-key');
  }
  using share = budget.open();
  let body: Buffer;
  try {
    body = await readGrpcMessage(stream, headers['grpc-encoding']?.toString(), maxBodyBytes, share);
  } catch (error) {
    if (error instanceof BodyError) return bodyErrorAnswer(error);
    throw error;
  }
  return outcomeAnswer(
    await acceptor.accept({ body, encoding: 'protobuf', transport: 'grpc', tenant, receivedTimeUs }),
  );
}

/** What is left of a refused message is read and dropped: a client that is still sending would not see the answer otherwise. */
function send(stream: ServerHttp2Stream, { message, trailers }: GrpcAnswer): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': acceptedEncodings };
  stream.resume();
  if (!message) {
    stream.respond({ ...headers, ...trailers }, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(message);
}
