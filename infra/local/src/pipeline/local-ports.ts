import { createServer } from 'node:net';

export interface PortWish {
  /** What listens there, in words */
  readonly what: string;
  /** Taken if free; 0 for any free one */
  readonly preferred: number;
  /** Asked for by name: if it is taken, that is an error. */
  readonly insist?: boolean;
}

/** A port that was asked for is taken. The message says what to do. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * A free loopback port: the preferred one, or any other with a notice.
 *
 * @throws PortTakenError if it is taken and was insisted on.
 */
export async function choosePort(wish: PortWish, notice: (line: string) => void): Promise<number> {
  const port = await listenOnce(wish.preferred);
  if (port !== undefined) return port;
  if (wish.insist) {
    throw new PortTakenError(`Port ${wish.preferred} for ${wish.what} is taken: stop what uses it or choose another.`);
  }
  const other = (await listenOnce(0)) as number;
  notice(`Port ${wish.preferred} is taken; ${wish.what} uses ${other} instead.`);
  return other;
}

function listenOnce(wanted: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}
