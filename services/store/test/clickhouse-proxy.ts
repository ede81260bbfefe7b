import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What happens to inserts that go through the proxy. */
export type Fault =
  /** nothing */
  | 'none'
  /** the insert never reaches the server, and no answer comes */
  | 'lose_request'
  /** the insert is done, and its answer never comes */
  | 'lose_answer'
  /** every connection is refused */
  | 'away';

/** Stands between a store and ClickHouse, and loses at will what passes. */
export class ClickHouseProxy implements AsyncDisposable {
  fault: Fault = 'none';
  /** Inserts that were lost so far */
  lost = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(upstream: URL) {
    this.#server = createServer((incoming, outgoing) => {
      if (this.fault === 'away') return incoming.socket.destroy();
      const isInsert = decodeURIComponent(incoming.url ?? '')
        .replaceAll('+', ' ')
        .includes('FORMAT Avro');
      const fault = isInsert ? this.fault : 'none';
      if (fault === 'lose_request') {
        this.lost++;
        return incoming.resume();
      }
      const forwarded = request(
        {
          host: upstream.hostname,
          port: upstream.port,
          method: incoming.method,
          path: incoming.url,
          headers: incoming.headers,
        },
        (answer) => {
          if (fault === 'lose_answer') {
            answer.resume().on('end', () => this.lost++);
            return;
          }
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => incoming.socket.destroy());
      return incoming.pipe(forwarded);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(upstream: string): Promise<ClickHouseProxy> {
    const proxy = new ClickHouseProxy(new URL(upstream));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
