import { META, type PackedMeta, packMeta, unpackMeta } from '../run-model/packed-meta.ts';
import type { RunModel } from '../run-model/run-model.ts';
import type { Slots } from '../slots.ts';

/**
 * Gives up the state of a run that was judged, save its meta: a few hundred bytes, from which a span that comes later
 * continues the run under its session and root, with all counts. Steps, findings and what detectors knew are gone: a
 * continuation cannot tell a resent span from a new one, nor take a finding back. A run that was never judged is deleted.
 *
 * @param open reads the whole run; asked only where spans came after its judgement
 * @returns whether anything is left in the slots
 */
export function giveUp(slots: Slots, open: () => RunModel): boolean {
  let meta = unpackMeta(slots.get<PackedMeta>(META) ?? []);
  let session = meta.judged?.sessionId;
  if (meta.judged && (meta.reopened || session === undefined)) {
    const model = open();
    meta = model.meta;
    session = model.sessionId;
  }
  for (const slot of [...slots.keys()]) slots.delete(slot);
  if (!meta.judged) return false;
  // Where sub-agents have ids of their own, the root's must still prevail without the root.
  if (session !== undefined && session !== meta.traceId)
    meta.conversations = { names: [session], counts: [meta.released] };
  meta.dropped = meta.released;
  meta.continuation++;
  slots.put(META, packMeta(meta));
  return true;
}
