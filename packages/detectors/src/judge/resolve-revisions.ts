import type { SpanRevision } from '@spanwise/schemas';
import type { Step } from '../detector/step.ts';
import type { RunModel } from '../run-model/run-model.ts';
import type { Slots } from '../slots.ts';

/** What was last told about the stored rows of a run: slot `r`. */
interface Told {
  /** Distinct [session, agent, release], as revisions carried them; null: nothing. */
  values: [string | null, string | null, string | null][];
  /** Per step index: position in `values` plus revision × 65,536; absent: none told. */
  bySteps: Record<number, number>;
  /** Steps below this index are forgotten here as well. */
  from?: number;
}

const REVISION = 0x10000;

/** A name that the row lacks, or holds otherwise; null where the row is right. */
const missing = (own: string, resolved: string): string | null =>
  resolved === '' || own === resolved ? null : resolved;

/** What was told of steps that the run remembers no longer is never asked for again. */
function forget(told: Told, oldest: number): Told {
  const kept: Told = { values: [], bySteps: {}, from: oldest };
  const places = new Map<number, number>();
  for (const [index, entry] of Object.entries(told.bySteps)) {
    const value = told.values[entry % REVISION];
    if (Number(index) < oldest || !value) continue;
    let place = places.get(entry % REVISION);
    if (place === undefined) {
      place = kept.values.push(value) - 1;
      places.set(entry % REVISION, place);
    }
    kept.bySteps[Number(index)] = place + entry - (entry % REVISION);
  }
  return kept;
}

/**
 * Revisions of stored rows that lack a session, agent or release which the run now knows: each only when it says something
 * that was not yet said. A run without any conversation id has none for the session: its trace id stands for it.
 *
 * @param steps the steps to look at: all once the root came, a single late one after that
 */
export function resolveRevisions(run: RunModel, slots: Slots, steps: readonly Step[]): SpanRevision[] {
  let told = slots.get<Told>('r');
  if (told && (told.from ?? 0) < run.droppedSteps) {
    told = forget(told, run.droppedSteps);
    slots.put('r', told);
  }
  const revisions: SpanRevision[] = [];
  const session = run.sessionId === run.traceId ? '' : run.sessionId;
  for (const step of steps) {
    if (!step.unresolved && step.conversation === session) continue;
    const resolvedSessionId = missing(step.conversation, session);
    const resolvedAgent = step.agent === '' ? missing('', run.agentOf(step)) : null;
    const resolvedRelease = step.release === '' ? missing('', run.releaseOf(step)) : null;
    const before = told?.bySteps[step.index];
    const last = before === undefined ? undefined : told?.values[before % REVISION];
    if (!last && resolvedSessionId === null && resolvedAgent === null && resolvedRelease === null) continue;
    if (last && last[0] === resolvedSessionId && last[1] === resolvedAgent && last[2] === resolvedRelease) continue;
    told ??= { values: [], bySteps: {} };
    let value = told.values.findIndex(
      (v) => v[0] === resolvedSessionId && v[1] === resolvedAgent && v[2] === resolvedRelease,
    );
    if (value < 0) value = told.values.push([resolvedSessionId, resolvedAgent, resolvedRelease]) - 1;
    const revision = before === undefined ? 1 : Math.floor(before / REVISION) + 1;
    told.bySteps[step.index] = value + revision * REVISION;
    revisions.push({
      tenant: run.tenant,
      traceId: run.traceId,
      spanId: step.spanId,
      receivedTime: step.receivedTime,
      resolvedSessionId,
      resolvedAgent,
      resolvedRelease,
      revision,
    });
  }
  if (revisions.length > 0 && told) slots.put('r', told);
  return revisions;
}
