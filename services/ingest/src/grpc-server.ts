import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { encodeExportResponseProtobuf, encodeStatusProtobuf } from '@spanwise/otlp';
import type { Logger } from '@spanwise/runtime';
import { type Acceptor, type Outcome, within } from './accept.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Listener } from './http-server.ts';
import type { IngestMetrics } from './metrics.ts';
import type { TenantOf } from './tenants.ts';

const SHUTDOWN_MS = 10_000;

const asBuffer = (bytes: Buffer): Buffer => bytes;

/** opentelemetry.proto.collector.trace.v1.TraceService, its messages as bytes: they go the same way as those of HTTP. */
export const traceService = {
  Export: {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: asBuffer,
    requestDeserialize: asBuffer,
    responseSerialize: asBuffer,
    responseDeserialize: asBuffer,
  },
} as const satisfies ServiceDefinition;

export interface GrpcServerOptions {
  host: string;
  port: number;
  maxBodyBytes: number;
  acceptor: Acceptor;
  budget: ByteBudget;
  tenantOf: TenantOf;
  metrics: IngestMetrics;
  logger: Logger;
}

/** OTLP/gRPC: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc. Disposing it answers what is under way first. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<Listener> {
  const server = new Server({ 'grpc.max_receive_message_length': options.maxBodyBytes });
  server.addService(traceService, { Export: exportTraces(options) });
  const address = options.host.includes(':') ? `[${options.host}]` : options.host;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${address}:${options.port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        // a client that neither ends its call nor leaves must not hold the service
        const forced = setTimeout(() => server.forceShutdown(), SHUTDOWN_MS);
        server.tryShutdown(() => {
          clearTimeout(forced);
          resolve();
        });
      }),
  };
}

function exportTraces(options: GrpcServerOptions): handleUnaryCall<Buffer, Buffer> {
  const { acceptor, budget, metrics, logger, tenantOf } = options;
  return async (call, answer) => {
    const started = performance.now();
    const done = (code: status): void => {
      metrics.requests.inc({ transport: 'grpc', code: status[code] });
      metrics.requestDuration.observe({ transport: 'grpc' }, (performance.now() - started) / 1000);
    };
    const first = (name: string): string | undefined => call.metadata.get(name)[0]?.toString();
    const tenant = tenantOf(first('authorization'), first('x-api-key'));
    if (tenant === undefined) {
      done(status.UNAUTHENTICATED);
      answer({ code: status.UNAUTHENTICATED, details: 'an API key is needed, as metadata authorization or x-api-key' });
      return;
    }
    const body = call.request;
    const payload = {
      body,
      encoding: 'protobuf',
      transport: 'grpc',
      tenant,
      receivedTimeUs: Date.now() * 1000,
    } as const;
    try {
      const outcome = await within(budget.open(), body.length, () => acceptor.accept(payload));
      const error = errorOf(outcome);
      done(error?.code ?? status.OK);
      if (outcome.kind === 'accepted') answer(null, Buffer.from(encodeExportResponseProtobuf(outcome)));
      else answer(error);
    } catch (error) {
      logger.error({ err: error }, 'a request failed unexpectedly');
      done(status.INTERNAL);
      answer({ code: status.INTERNAL, details: 'internal error' });
    }
  };
}

const grpcCodes = {
  invalid: status.INVALID_ARGUMENT,
  overloaded: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
} as const;

/** RetryInfo tells an exporter that RESOURCE_EXHAUSTED is a matter of time; without it, it would drop its spans. */
function errorOf(outcome: Outcome): Pick<StatusObject, 'code' | 'details' | 'metadata'> | null {
  if (outcome.kind === 'accepted') return null;
  const code = grpcCodes[outcome.kind];
  const metadata = new Metadata();
  if (outcome.kind !== 'invalid') {
    const { message, retryAfterSeconds } = outcome;
    metadata.set('grpc-status-details-bin', Buffer.from(encodeStatusProtobuf({ code, message, retryAfterSeconds })));
  }
  return { code, details: outcome.message, metadata };
}
