import type { EngineObserver } from '@spanwise/stream';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { batchBuckets, latencyBuckets } from './metrics.ts';

/** The health of a stream processing service as metrics `spanwise_<service>_…`. Labels: `partition`, and `reason` from a closed list. */
export function engineMetrics(registry: Registry, service: string): EngineObserver {
  const registers = [registry];
  const prefix = `spanwise_${service}_`;
  const commitDuration = new Histogram({
    name: `${prefix}commit_duration_seconds`,
    help: 'Time from the begin of a transaction to its end',
    buckets: latencyBuckets,
    registers,
  });
  const commitRecords = new Histogram({
    name: `${prefix}commit_records`,
    help: 'Records read per transaction',
    buckets: batchBuckets,
    registers,
  });
  const restoreDuration = new Histogram({
    name: `${prefix}restore_duration_seconds`,
    help: 'Time to restore the state of a partition',
    buckets: latencyBuckets,
    registers,
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: prefix + name, help, labelNames: ['partition'], registers });
  const keys = gauge('state_keys', 'Keys with state');
  const stateBytes = gauge('state_bytes', 'State as a snapshot of it would be, about');
  const restoreBytes = gauge('restore_bytes', 'Changelog that a restore would read');
  const standing = new Map<number, 'restoring' | 'unrestorable'>();
  const standingStill = (why: 'restoring' | 'unrestorable', help: string) =>
    new Gauge({
      name: `${prefix}${why}_partitions`,
      help,
      registers,
      collect() {
        this.set([...standing.values()].filter((each) => each === why).length);
      },
    });
  standingStill('restoring', 'Partitions whose state is being read from the changelog');
  standingStill(
    'unrestorable',
    'Partitions that stand still since their state cannot be restored, or their input ends before what was read',
  );
  const held = gauge('held_records', 'Records held for reordering');
  const lag = gauge('lag_messages', 'Messages not yet processed');
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: prefix + name, help, labelNames, registers });
  const changelogBytes = counter('changelog_bytes_total', 'Bytes of state written to the changelog', []);
  const deadLetters = counter('dead_letters_total', 'Records that could not be processed', ['reason']);
  const recoveries = counter('recoveries_total', 'Restarts of a partition after an infrastructure error', []);
  const lostInput = counter('lost_input_messages_total', 'Messages that retention deleted before they were read', []);
  const owned = new Gauge({ name: `${prefix}partitions`, help: 'Partitions owned by this process', registers });

  return {
    onAssignment: (partitions) => {
      owned.set(partitions.length);
      // what another process owns now is that process' to report
      for (const each of [keys, stateBytes, restoreBytes, held, lag]) each.reset();
      for (const partition of standing.keys()) if (!partitions.includes(partition)) standing.delete(partition);
    },
    onCommit: (event) => {
      commitDuration.observe(event.durationMs / 1000);
      commitRecords.observe(event.records);
      changelogBytes.inc(event.changelogBytes);
      keys.set({ partition: event.partition }, event.keys);
      stateBytes.set({ partition: event.partition }, event.stateBytes);
      restoreBytes.set({ partition: event.partition }, event.restoreBytes);
      held.set({ partition: event.partition }, event.held);
    },
    onDeadLetter: ({ reason }) => deadLetters.inc({ reason }),
    onLag: ({ partition, messages }) => lag.set({ partition }, messages),
    onRestoring: ({ partition }) => void standing.set(partition, 'restoring'),
    onRestore: ({ partition, durationMs }) => {
      restoreDuration.observe(durationMs / 1000);
      standing.delete(partition);
    },
    onUnrestorable: ({ partition }) => void standing.set(partition, 'unrestorable'),
    onRecovery: ({ partition }) => {
      recoveries.inc();
      if (partition !== undefined) standing.delete(partition);
    },
    onLostInput: ({ from, to }) => lostInput.inc(to - from),
  };
}
