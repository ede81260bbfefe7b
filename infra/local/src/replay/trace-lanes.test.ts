import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TraceLanes } from './trace-lanes.ts';

interface Request {
  readonly number: number;
  readonly spans: { readonly traceId: string }[];
}

const traceId = (n: number) => n.toString(16).padStart(32, '0');

test('requests of one trace are sent in their order, however long each takes', async () => {
  const requests = fc.array(fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(requests, fc.infiniteStream(fc.nat({ max: 3 })), async (traces, delays) => {
      const started: Request[] = [];
      const open = new Set<Request>();
      const lanes = new TraceLanes<Request>(3, async (request) => {
        const mine = new Set(request.spans.map((span) => span.traceId));
        for (const other of open) expect(other.spans.some((span) => mine.has(span.traceId))).toBe(false);
        open.add(request);
        started.push(request);
        for (let turns = delays.next().value; turns > 0; turns -= 1) await Promise.resolve();
        open.delete(request);
      });
      const all = traces.map((ids, number) => ({ number, spans: ids.map((id) => ({ traceId: traceId(id) })) }));
      for (const request of all) await lanes.push(request);
      await lanes.drain();
      expect(started).toHaveLength(all.length);
      for (let id = 0; id <= 5; id += 1) {
        const order = started.filter(({ spans }) => spans.some((span) => span.traceId === traceId(id)));
        expect(order.map(({ number }) => number)).toEqual(order.map(({ number }) => number).sort((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

test('requests of different lanes are under way at the same time', async () => {
  let underWay = 0;
  let most = 0;
  const lanes = new TraceLanes<Request>(4, async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 10));
    underWay -= 1;
  });
  for (let number = 0; number < 4; number += 1) await lanes.push({ number, spans: [{ traceId: traceId(number) }] });
  await lanes.drain();
  expect(most).toBe(4);
});

test('a failure comes out, and nothing is sent on its lane any more', async () => {
  const sent: number[] = [];
  const lanes = new TraceLanes<Request>(1, async ({ number }) => {
    if (number === 1) throw new Error('broken');
    sent.push(number);
  });
  const push = async () => {
    for (const number of [0, 1, 2, 3]) await lanes.push({ number, spans: [{ traceId: traceId(0) }] });
    await lanes.drain();
  };
  await expect(push()).rejects.toThrow('broken');
  await expect(lanes.drain()).rejects.toThrow('broken');
  expect(sent).toEqual([0]);
});
