import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';
import type { Logger } from '@spanwise/runtime';
import fastify, { type FastifyReply } from 'fastify';
import type { Acceptor } from './accept.ts';
import type { ByteBudget } from './byte-budget.ts';
import { encodingOf, errorAnswer, type HttpAnswer } from './http-answer.ts';
import { acceptOutcomes, exportTraces } from './http-endpoints.ts';
import type { IngestMetrics } from './metrics.ts';
import type { OutcomeWriter } from './outcome-writer.ts';
import type { TenantOf } from './tenants.ts';

const TRACES = '/v1/traces';
const OUTCOMES = '/v1/outcomes';
/** A client that needs longer to send one request holds memory for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface HttpServerOptions {
  host: string;
  port: number;
  maxBodyBytes: number;
  maxConnections: number;
  acceptor: Acceptor;
  /** Undefined while Kafka is away. */
  outcomeWriter: () => OutcomeWriter | undefined;
  budget: ByteBudget;
  tenantOf: TenantOf;
  metrics: IngestMetrics;
  logger: Logger;
}

export interface Listener extends AsyncDisposable {
  /** The port it really listens on */
  readonly port: number;
}

/** OTLP/HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp. Disposing it answers what is under way first. */
export async function startHttpServer(options: HttpServerOptions): Promise<Listener> {
  const { metrics, logger } = options;
  const app = fastify({ logger: false, requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: 'idle' });
  app.server.maxConnections = options.maxConnections;
  app.server.on('drop', () => metrics.refusedConnections.inc({ transport: 'http' }));
  // bodies stay streams: they are read within the byte budget only
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post(TRACES, async (request, reply) => send(reply, await exportTraces(request, options)));
  app.post(OUTCOMES, async (request, reply) => send(reply, await acceptOutcomes(request, options)));
  for (const url of [TRACES, OUTCOMES]) {
    app.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url,
      handler: (request, reply) => {
        reply.header('allow', 'POST');
        return send(reply, errorAnswer(encodingOf(request.headers['content-type']), 405, `${url} takes POST only`));
      },
    });
  }
  app.setNotFoundHandler((request, reply) =>
    send(
      reply,
      errorAnswer(
        encodingOf(request.headers['content-type']),
        404,
        `there is no ${request.method} ${request.url}: traces go to POST ${TRACES}, outcomes to POST ${OUTCOMES}`,
      ),
    ),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500 && !request.raw.destroyed) {
      logger.error({ err: error, runbook: 'A request fails unexpectedly' }, 'a request failed unexpectedly');
    }
    const message = status >= 500 ? 'internal error' : error.message;
    return send(reply, errorAnswer(encodingOf(request.headers['content-type']), status, message));
  });
  app.addHook('onResponse', async (_request, reply) => {
    metrics.requests.inc({ transport: 'http', code: String(reply.statusCode) });
    metrics.requestDuration.observe({ transport: 'http' }, reply.elapsedTime / 1000);
  });
  // an answer sent while closing must end its connection, or the server waits for the client to leave
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (request, reply) => {
    if (closing) reply.header('connection', 'close');
    else if (!request.raw.complete) await drained(request.raw);
  });

  await app.listen({ host: options.host, port: options.port });
  return {
    port: (app.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      await app.close();
    },
  };
}

/**
 * Reads and drops the rest of a refused body before it is answered: a connection that is closed on it is reset, and a client
 * that is still sending then sees no answer, and sends the same again. The request timeout bounds it.
 */
async function drained(request: IncomingMessage): Promise<void> {
  request.resume();
  await finished(request).catch(() => {});
}

function send(reply: FastifyReply, { status, headers, body }: HttpAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
