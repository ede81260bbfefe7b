import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeTracesProtobuf, type OtlpSpan } from '@spanwise/otlp';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection breaks: before the request was read, or after it was taken. */
  readonly breaks?: 'before' | 'after';
}

export interface TestCollector extends AsyncDisposable {
  readonly endpoint: string;
  /** Everything that was taken, in the order of arrival */
  readonly spans: OtlpSpan[];
  readonly requests: IncomingMessage[];
}

/** A small OTLP/HTTP server that keeps what it is sent; `answer` decides on the n-th request, from 0. */
export async function startCollector(answer: (n: number) => Answer = () => ({ status: 200 })): Promise<TestCollector> {
  const spans: OtlpSpan[] = [];
  const requests: IncomingMessage[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { status, headers = {}, body = '', breaks } = answer(requests.length);
    requests.push(request);
    if (breaks === 'before') return request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (status === 200) {
      const decoded = decodeTracesProtobuf(Buffer.concat(chunks)).resourceSpans;
      for (const { scopeSpans } of decoded) for (const scoped of scopeSpans) spans.push(...scoped.spans);
    }
    if (breaks === 'after') return request.socket.destroy();
    response.writeHead(status, headers).end(body);
  };
  const server = createServer((request, response) => {
    take(request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
