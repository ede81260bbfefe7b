import { request } from 'node:http';
import { type ContainerEngineAddress, loadTestkitConfig } from './config.ts';

const pingTimeoutMs = 1_000;
let answer: Promise<boolean> | undefined;

/** Whether a container engine really answers (a socket file alone proves nothing). Asked once per process. */
export function containerEngineAnswers(): Promise<boolean> {
  answer ??= Promise.all(loadTestkitConfig().containerEngines.map(ping)).then((results) => results.includes(true));
  return answer;
}

/** Asks one address the Docker API's own health question. */
export function ping(address: ContainerEngineAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ ...address, path: '/_ping', timeout: pingTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('close', () => resolve(false));
    call.on('error', () => resolve(false));
    call.end();
  });
}
