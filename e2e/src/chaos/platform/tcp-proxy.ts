import { connect, createServer, type Server, type Socket } from 'node:net';
import { portOf } from './free-ports.ts';

/** What becomes of the next bytes of each connection. */
export type Cut =
  /** A part of the request arrives. */
  | 'mid-request'
  /** The request arrives whole, the answer does not. */
  | 'before-answer'
  | undefined;

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  cut: Cut;
}

/** A proxy on loopback that can do to connections what networks do. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  /** Where new connections lead */
  targetPort: number;
  /** New connections are refused as long as this is true. */
  refusing = false;
  /** Answers are held back for so long, milliseconds. */
  delayMs = 0;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.targetPort = targetPort;
    this.port = portOf(server);
  }

  static async start(targetPort = 0): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: 0, host: '127.0.0.1' }, resolve);
    });
    const proxy = new TcpProxy(server, targetPort);
    server.on('connection', (client) => proxy.#connect(client));
    return proxy;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Cuts every connection there is: at once, or as soon as something passes it. */
  cut(how: Cut | 'now'): void {
    for (const connection of this.#connections) {
      if (how === 'now') this.#end(connection);
      else connection.cut = how;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut('now');
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(client: Socket): void {
    if (this.refusing) {
      reset(client);
      return;
    }
    const server = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const connection: Connection = { client, server, cut: undefined };
    this.#connections.add(connection);
    for (const socket of [client, server]) {
      socket.on('error', () => this.#end(connection));
      socket.on('close', () => this.#end(connection));
    }
    client.on('data', (bytes) => {
      if (connection.cut === 'mid-request') {
        server.write(bytes.subarray(0, bytes.length >> 1), () => this.#end(connection));
        client.pause();
      } else pass(bytes, client, server);
    });
    server.on('data', (bytes) => {
      if (connection.cut === 'before-answer') this.#end(connection);
      else if (this.delayMs === 0) pass(bytes, server, client);
      else setTimeout(() => pass(bytes, server, client), this.delayMs);
    });
    client.on('end', () => server.end());
    server.on('end', () => client.end());
  }

  #end(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    reset(connection.client);
    connection.server.destroy();
  }
}

function pass(bytes: Buffer, from: Socket, to: Socket): void {
  if (to.destroyed || to.writableEnded) return;
  if (to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

/** By itself a reset waits for what is still to be written, which somebody who is frozen never reads. */
function reset(socket: Socket): void {
  socket.resetAndDestroy();
  socket.destroy();
}
