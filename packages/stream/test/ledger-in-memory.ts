import type { MemoryBroker } from '../src/broker/memory.ts';
import { MemoryCluster } from '../src/broker/memory-cluster.ts';
import type { EngineOptions } from '../src/engine-options.ts';
import { partitionForKey } from '../src/partition.ts';
import { StreamEngine } from '../src/stream-engine.ts';
import { ledger } from './ledger.ts';
import { LedgerAudit } from './ledger-audit.ts';

export const PARTITIONS = 4;
export const FAST: EngineOptions = {
  commitIntervalMs: 5,
  commitIntervalPerPartitionMs: 0,
  idleCommitIntervalMs: 20,
  tickAfterMs: 5,
  unrestorableRetryMs: 30,
  backoffMs: { first: 2, most: 10 },
  snapshots: { intervalMs: 40, floorBytes: 1_000 },
};

/** The ledger's topics in memory, and what a test does with them. */
export function ledgerInMemory() {
  const cluster = new MemoryCluster();
  cluster.createTopic('entries', PARTITIONS);
  cluster.createTopic('ledger-changelog', PARTITIONS);
  cluster.createTopic('bookings', 2);
  cluster.createTopic('totals', 1);
  cluster.createTopic('dead-letters', 1);
  const audit = new LedgerAudit(12);
  return {
    cluster,
    audit,
    engine: (broker: MemoryBroker, options: EngineOptions = {}, topology = ledger()) =>
      new StreamEngine(topology, broker, { ...FAST, ...options }),
    send: (blocks: number, size = 3) => {
      for (const [account, value] of audit.blocks(blocks, size)) {
        cluster.append({ topic: 'entries', partition: partitionForKey(account, PARTITIONS), value });
      }
    },
    outputs: (topic: string) =>
      cluster.partitions(topic).flatMap((log) => log.read(0, 1_000_000).messages.map(({ value }) => value as Buffer)),
  };
}
