import { createServer } from 'node:net';
import { PrerequisiteError } from './errors.ts';

/**
 * A TCP port for a loopback server: the wanted one, or any free one.
 *
 * @throws PrerequisiteError if the wanted port is taken; `option` names the setting that chooses another.
 */
export async function loopbackPort(wanted: number | undefined, what: string, option: string): Promise<number> {
  try {
    return await listenOnce(wanted ?? 0);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const reason = code === 'EACCES' ? 'may not be opened by this user' : 'is already in use';
    throw new PrerequisiteError(
      `Port ${wanted} on 127.0.0.1 ${reason}, so ${what} cannot listen there: stop what uses it, or choose another port (${option}).`,
    );
  }
}

/** Any free port that is none of those, which are chosen and not taken yet. */
export async function otherLoopbackPort(chosen: readonly number[]): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (!chosen.includes(port)) return port;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}
