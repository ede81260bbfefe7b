import type { Span } from '@spanwise/schemas';
import { EPOCH_US, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

/** Work in a queue: priority, and seconds into the run at which it was queued and begun. It takes a second. */
type Work = [priority: unknown, enqueued: number | undefined, start: number, queue?: string, fields?: Partial<Span>];

const at = (seconds: number): number => EPOCH_US + seconds * 1e6;

/** Workers that take from a queue, in the order given. */
function works(...works: Work[]): Span[] {
  const run = trace();
  works.forEach(([priority, enqueued, start, queue = 'refunds', fields], i) => {
    const own = {
      'spanwise.queue.name': queue,
      'spanwise.queue.priority': priority,
      ...(enqueued === undefined ? {} : { 'spanwise.queue.enqueued_at': new Date(at(enqueued) / 1e3).toISOString() }),
    };
    run.step(`work ${i}`, {
      startTime: at(start),
      durationNs: 1e9,
      attributes: JSON.stringify(own),
      ...fields,
    });
  });
  return run.end();
}

const overtaken: Work[] = [
  [5, 0, 0],
  [1, 2, 3],
  [9, 1, 5],
];

export const cases: DetectorCase[] = [
  {
    name: 'finds urgent work that waits while lesser work that came later is done',
    example: true,
    run: works(...overtaken),
    finds: [{ at: 2, began: 1, severity: 'medium', type: 'overtaken' }],
  },
  {
    name: 'finds it once, and names the first of several that went before it',
    run: works([1, 2, 3], [2, 3, 4], [1, 4, 5], ['critical', 1, 16], [100, 0.9, 17]),
    finds: [
      { at: 3, began: 0, severity: 'high' },
      { at: 4, began: 0, severity: 'high' },
    ],
  },
  {
    name: 'finds it whatever comes first',
    run: works(...overtaken),
    arrival: [2, 3, 1, 0],
    finds: [{ at: 2, began: 1, severity: 'medium' }],
  },
  {
    name: 'reads priorities in words and ranks',
    run: works(['background', 2, 3], ['high', 1, 3.5], ['P2', 2, 7, 'mail'], ['P0', 1, 7.5, 'mail']),
    finds: [
      { at: 1, began: 0, severity: 'low' },
      { at: 3, began: 2, severity: 'low' },
    ],
  },
  {
    name: 'takes the start of the span that queued the work for the time of queueing',
    run: (() => {
      const run = trace();
      const queue = (start: number) => run.step('enqueue', { startTime: at(start), durationNs: 1_000 });
      queue(1);
      queue(2);
      const [first, second] = run.open() as [Span, Span];
      const work = (priority: number, start: number, from: Span) =>
        run.step('work', {
          startTime: at(start),
          durationNs: 1e9,
          attributes: JSON.stringify({ 'spanwise.queue.name': 'q', 'spanwise.queue.priority': priority }),
          links: JSON.stringify([{ traceId: from.traceId, spanId: from.spanId }]),
        });
      work(1, 3, second);
      work(9, 5, first);
      return run.end();
    })(),
    arrival: [2, 3, 0, 1, 4],
    finds: [{ at: 3, began: 2 }],
  },
  {
    name: 'lets equals be served in the order in which they came',
    run: works([5, 0, 1], [5, 1, 3], [5, 2, 5]),
    finds: [],
  },
  {
    name: 'lets equals be served out of order, which is no matter of priority',
    run: works([5, 2, 3], [5, 1, 5]),
    finds: [],
  },
  {
    name: 'lets lesser work go first that was queued first',
    run: works([1, 0, 3], [9, 1, 5]),
    finds: [],
  },
  {
    name: 'lets work go on that was running when the urgent came',
    run: works([1, 0, 0.5], [9, 1, 5]),
    finds: [],
  },
  {
    name: 'lets two workers take both at once',
    run: works([1, 2, 3], [9, 1, 3.03]),
    finds: [],
  },
  {
    name: 'compares within a queue only',
    run: works([1, 2, 3, 'reports'], [9, 1, 5, 'refunds']),
    finds: [],
  },
  {
    name: 'says nothing where it is not known when the work was queued, or how urgent it is',
    run: works([1, 2, 3], [9, undefined, 5], ['who knows', 1, 6]),
    finds: [],
  },
];
