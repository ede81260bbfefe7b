import { META, packMeta } from '../run-model/packed-meta.ts';
import type { RunModel } from '../run-model/run-model.ts';
import type { Slots } from '../slots.ts';

/**
 * Gives up the state of a run that was judged, save its meta: a few hundred bytes, from which a span that comes later
 * continues the run under its session and root, with all counts. Steps, findings and what detectors knew are gone: a
 * continuation cannot tell a resent span from a new one, nor take a finding back. A run that was never judged is deleted.
 *
 * @returns whether anything is left in the slots
 */
export function giveUp(slots: Slots, model: RunModel): boolean {
  const { meta } = model;
  // Where sub-agents have ids of their own, the root's must still prevail without the root.
  const { sessionId, traceId } = model;
  for (const slot of [...slots.keys()]) slots.delete(slot);
  if (!meta.judged) return false;
  if (sessionId !== traceId) meta.conversations = { names: [sessionId], counts: [meta.released] };
  meta.dropped = meta.released;
  meta.continuation++;
  slots.put(META, packMeta(meta));
  return true;
}
