import { brokerKill, brokerRestart } from './broker.ts';
import { clickhouseAway, clickhouseFrozen, clickhouseSlow, fullDisk } from './clickhouse.ts';
import { cutClickhouse, cutGroup, cutIngest } from './connections.ts';
import type { Fault } from './fault.ts';
import { zombie } from './freeze.ts';
import { kill, terminate } from './kill.ts';
import { poison } from './poison.ts';
import { rebalance } from './rebalance.ts';

/** Every fault that is drawn by default. */
export const faults: readonly Fault[] = [
  kill,
  terminate,
  zombie,
  rebalance,
  clickhouseAway,
  clickhouseFrozen,
  clickhouseSlow,
  fullDisk,
  cutIngest,
  cutGroup,
  cutClickhouse,
  brokerRestart,
  poison,
];

/** Only when asked for, and not judged. */
export const brokerKills: Fault = brokerKill;
