/** A step of a path, as it is kept while the path is under way. */
export interface KeptStep {
  spanId: string;
  /** kind/tool, or kind/agent where it calls one; `llm` for an inference. */
  point: string;
  /** Microseconds by the clock of its own service, and the end. */
  start: number;
  end: number;
  receivedTime: number;
  failed: boolean;
}

/** What an agent did next, as its path is read. */
export interface PathEvent {
  point: string;
  /** It failed, at the last try. */
  failed: boolean;
  /** Its first span. */
  spanId: string;
  /** The inference before it, else its own. */
  causeSpanId: string;
  end: number;
  /** receivedTime of the step that shows that it is over. */
  receivedTime: number;
}

/** Point of an inference. */
export const INFERENCE = 'llm';

/** Stand for the start and the end of a path. */
export const START = '^';
export const END = '$';

/** An event as what comes next remembers it: what follows a failure is another matter. */
export const symbolOf = ({ point, failed }: Pick<PathEvent, 'point' | 'failed'>): string =>
  failed ? `${point}!` : point;

const inOrder = (a: KeptStep, b: KeptStep): number =>
  a.end - b.end || a.start - b.start || (a.spanId < b.spanId ? -1 : 1);

/**
 * Reads a path so that what means the same looks the same:
 *
 * - an inference that is followed by an act is part of it; one that is not is an event of its own: something was said;
 * - acts that overlap in time were asked for together: their order is chance, they stand in that of their names;
 * - the same act again and again (retries, pages, a batch) is one, failed if it failed at last.
 *
 * @param isDone nothing comes after these steps; else what may still be joined by others is left out
 */
export function eventsOf(steps: readonly KeptStep[], isDone: boolean): PathEvent[] {
  const sorted = [...steps].sort(inOrder);
  const events: PathEvent[] = [];
  let group: { step: KeptStep; cause: string }[] = [];
  let groupEnd = 0;
  let inference: KeptStep | undefined;
  const close = (receivedTime: number): void => {
    group.sort((a, b) => (a.step.point < b.step.point ? -1 : a.step.point > b.step.point ? 1 : 0));
    for (const { step, cause } of group) add(events, step, cause, receivedTime);
    group = [];
  };
  for (const step of sorted) {
    if (step.point === INFERENCE) {
      close(step.receivedTime);
      if (inference) add(events, inference, inference.spanId, step.receivedTime);
      inference = step;
      continue;
    }
    if (group.length > 0 && step.start >= groupEnd) close(step.receivedTime);
    const cause = inference?.spanId ?? group[0]?.cause ?? step.spanId;
    inference = undefined;
    groupEnd = group.length === 0 ? step.end : Math.max(groupEnd, step.end);
    group.push({ step, cause });
  }
  const last = sorted.at(-1);
  if (!isDone || !last) return events;
  close(last.receivedTime);
  if (inference) add(events, inference, inference.spanId, last.receivedTime);
  return events;
}

function add(events: PathEvent[], step: KeptStep, causeSpanId: string, receivedTime: number): void {
  const { spanId, point, failed, end } = step;
  const before = events.at(-1);
  if (before?.point !== point) {
    events.push({ point, failed, spanId, causeSpanId, end, receivedTime });
    return;
  }
  before.failed = failed;
  before.end = end;
  before.receivedTime = receivedTime;
}

/** A step with the one before it, as `transitionAt` names it. */
export const transitionsOf = (events: readonly Pick<PathEvent, 'point' | 'failed'>[]): Set<string> =>
  new Set(Array.from({ length: events.length + 1 }, (_, at) => transitionAt(events, at)));

/** Names what came, after what: the same for the same of another run. Behind the last event comes the end. */
export function transitionAt(events: readonly Pick<PathEvent, 'point' | 'failed'>[], at: number): string {
  const before = events[at - 1];
  return `${before ? symbolOf(before) : START}\n${events[at]?.point ?? END}`;
}
