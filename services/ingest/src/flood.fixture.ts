import { Agent, request } from 'node:http';
import { connect, constants } from 'node:http2';
import { encodeTracesJson, encodeTracesProtobuf, newAttributes } from '@spanwise/otlp';
import { EXPORT_PATH } from './grpc-server.ts';
import { otlpRequest, traceIdOf } from './otlp.fixture.ts';

/** What became of a request, in words that both transports share; `broken` where no answer came. */
export interface Answer {
  outcome: 'accepted' | 'overloaded' | 'unavailable' | 'broken' | `other ${string}`;
  /** What the answer says about when to come again, where it says it. */
  retry: string | undefined;
}

export interface FloodClient extends Disposable {
  /** Spans of each request. */
  readonly spans: number;
  /** Sends a trace of this id. */
  post(traceId: string): Promise<Answer>;
}

/** Spans of one request. */
const SPANS = { http: 1_000, grpc: 10 };

const httpOutcomes: Record<number, Answer['outcome']> = { 200: 'accepted', 429: 'overloaded', 503: 'unavailable' };
const json = encodeTracesJson(otlpRequest('trace', SPANS.http));

/** JSON of many small spans, which takes most memory for its bytes once it is decoded; one connection for each client. */
export function httpClient(port: number): FloodClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    spans: SPANS.http,
    post(traceId) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const body = json.replaceAll(traceIdOf('trace'), traceId);
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const options = { port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', headers, agent };
      const outgoing = request(options, (answer) => {
        const { statusCode = 0 } = answer;
        const outcome = httpOutcomes[statusCode] ?? (`other ${statusCode}` as const);
        answer.resume().on('end', () => resolve({ outcome, retry: answer.headers['retry-after'] }));
      });
      outgoing.on('error', () => resolve({ outcome: 'broken', retry: undefined }));
      outgoing.end(body);
      return promise;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

const grpcOutcomes: Record<string, Answer['outcome']> = { 0: 'accepted', 8: 'overloaded', 14: 'unavailable' };
/** A resource without spans, large: the messages of all clients share its bytes, so that the flood costs the test itself nothing. */
const filler = fillerOf(1024 * 1024);

function fillerOf(bytes: number): Buffer {
  const attributes = Object.assign(newAttributes(), { filler: 'x'.repeat(bytes) });
  return Buffer.from(encodeTracesProtobuf([{ resource: { attributes, droppedAttributesCount: 0 }, scopeSpans: [] }]));
}

/** Messages of a megabyte; one connection for each client. */
export function grpcClient(port: number): FloodClient {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  return {
    spans: SPANS.grpc,
    post(traceId) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const spans = otlpRequest('trace', SPANS.grpc);
      for (const span of spans[0]?.scopeSpans[0]?.spans ?? []) span.traceId = traceId;
      // repeated fields of protobuf are joined by putting their bytes one behind the other
      const head = encodeTracesProtobuf(spans);
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(head.length + filler.length, 1);
      const stream = session.request({
        ':method': 'POST',
        ':path': EXPORT_PATH,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const told = (headers: Record<string, unknown>) => {
        const status = headers['grpc-status'];
        if (typeof status !== 'string') return;
        const details = Buffer.from(`${headers['grpc-status-details-bin'] ?? ''}`, 'base64').toString('latin1');
        const retry = details.includes('google.rpc.RetryInfo') ? '1' : undefined;
        resolve({ outcome: grpcOutcomes[status] ?? (`other ${status}` as const), retry });
        // as gRPC's clients do: an answer ends the call, whatever was still to be sent
        stream.close(constants.NGHTTP2_NO_ERROR);
      };
      stream
        .on('response', told)
        .on('trailers', told)
        .on('error', () => {})
        .resume();
      stream.on('close', () => resolve({ outcome: 'broken', retry: undefined }));
      stream.write(Buffer.concat([prefix, head]));
      stream.end(filler);
      return promise;
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}
