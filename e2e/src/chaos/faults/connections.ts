import type { ServiceName } from '@spanwise/local';
import type { Random } from '@spanwise/simulate';
import type { Cut, TcpProxy } from '../platform/tcp-proxy.ts';
import type { Fault } from './fault.ts';
import { pause } from './pause.ts';

const CUTS: readonly (Cut | 'now')[] = ['mid-request', 'before-answer', 'now'];
const CUT_EVERY_MS = 700;

/** Connections of ingest to the broker are cut: requests arrive in part, or whole and without an answer. */
export const cutIngest: Fault = {
  kind: 'cut_ingest',
  leastMs: 1_000,
  mostMs: 4_000,
  weight: 3,
  async inject({ platform }, { durationMs, random, signal }) {
    return await cutting(platform.brokerProxies.ingest, 'ingest and the broker', durationMs, random, signal);
  },
};

const ENGINES: readonly ServiceName[] = ['detect', 'correlate', 'store'];

/** The same between a group and the broker: whether a transaction was committed is not known to who asked for it. */
export const cutGroup: Fault = {
  kind: 'cut_group',
  leastMs: 1_000,
  mostMs: 4_000,
  weight: 3,
  async inject({ platform }, { durationMs, random, signal }) {
    const service = random.pick(ENGINES);
    return await cutting(platform.brokerProxies[service], `${service} and the broker`, durationMs, random, signal);
  },
};

/** The same between store and ClickHouse: whether an insert is in is not known to who asked for it. */
export const cutClickhouse: Fault = {
  kind: 'cut_clickhouse',
  leastMs: 1_000,
  mostMs: 4_000,
  weight: 2,
  async inject({ platform }, { durationMs, random, signal }) {
    return await cutting(platform.clickhouseProxy, 'store and ClickHouse', durationMs, random, signal);
  },
};

async function cutting(
  proxy: TcpProxy,
  between: string,
  durationMs: number,
  random: Random,
  signal: AbortSignal,
): Promise<string> {
  const end = performance.now() + durationMs;
  let cuts = 0;
  proxy.refusing = random.chance(0.3);
  const refused = proxy.refusing ? ', new ones refused' : '';
  while (performance.now() < end && !signal.aborted) {
    proxy.cut(random.pick(CUTS));
    cuts += 1;
    await pause(CUT_EVERY_MS, signal);
  }
  proxy.refusing = false;
  return `cut connections between ${between} ${cuts} times in ${durationMs} ms${refused}`;
}
