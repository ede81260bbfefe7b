import type { RecordName } from '@spanwise/schemas';
import type { SlotChange } from './slot-store.ts';
import type { Topology } from './topology.ts';

/**
 * A changed slot as the present state version has it. Throws for state of a newer version, or of an older one from which no
 * migration leads here.
 */
export function migrateSlot<I extends RecordName>(
  topology: Topology<I>,
  stateVersion: number,
  change: SlotChange,
): SlotChange {
  if (stateVersion === topology.stateVersion) return change;
  if (stateVersion > topology.stateVersion) {
    throw new Error(
      `the state of ${topology.name} was written by version ${stateVersion}, this is version ${topology.stateVersion}: ` +
        'run the newer software, or delete the changelog and reset the offsets of the group to start without state',
    );
  }
  if (change.json === undefined) return change;
  let value: unknown = JSON.parse(change.json);
  for (let version = stateVersion; version < topology.stateVersion && value !== undefined; version++) {
    const migration = topology.migrate?.[version];
    if (!migration) throw new Error(`${topology.name} has no migration from state version ${version}`);
    value = migration(change.key, change.slot, value);
  }
  return { ...change, json: value === undefined ? undefined : JSON.stringify(value) };
}
