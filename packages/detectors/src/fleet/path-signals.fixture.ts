import type { PathProgress } from '@spanwise/schemas';
import type { ToldSignal } from './fleet-cases.ts';

/** A path of these acts, an inference before each and an answer after them; and that its run ended. */
export function pathOf(n: number, acts: readonly string[], more: Partial<PathProgress> = {}): ToldSignal[] {
  const atMs = n * 1_000;
  let endTime = atMs * 1_000;
  const points = [...acts.flatMap((act) => ['llm', `tool/${act}`]), 'llm'];
  const steps = points.map((point, i) => {
    endTime += 10;
    return { spanId: `${n}.${i}`, point, endTime, receivedTime: endTime, failed: false, durationNs: 5_000 };
  });
  const path = {
    ...{ traceId: `run-${n}`, sessionId: `s-${n}`, agent: 'a', release: '1', environment: '', workflow: '' },
    ...{ firstIndex: 0, steps, endedAs: '', pathId: `p-${n}`, isDone: true, isWhole: true, explainedBy: '', ...more },
  };
  const told = (body: PathProgress): ToldSignal => ({ atMs, keyKind: 'agent', key: 'a', body: { path: body } });
  return [
    told({ ...path, endedAs: '' }),
    told({ ...path, firstIndex: steps.length, steps: [], endedAs: more.endedAs ?? 'correct' }),
  ];
}
