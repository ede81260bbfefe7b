import { describe, expect, test } from 'vitest';
import { generateRuns } from '../generate.ts';
import { Random } from '../random.ts';
import { departuresOf } from './departures.ts';
import { Outbox } from './outbox.ts';
import { requestsOf, resourceSpansOf } from './requests.ts';

const REORDER_DELAY_MS = 1_000;

const runs = [...generateRuns({ seed: 5, count: 120, faultShare: 0.2 })];
const random = new Random(1);
const departures = runs.map((run) => departuresOf(run, random));

describe('departures', () => {
  test('come after the end of the span, within the reorder delay', () => {
    for (const { dueMs, span, run } of departures.flat()) {
      expect(dueMs).toBeGreaterThan(span.endMs);
      // the root waits for its children, of which one may have been held back as long
      expect(dueMs - span.endMs).toBeLessThan(REORDER_DELAY_MS);
      expect(run.spans).toContain(span);
    }
  });

  test('of the root come after those of all spans that ended before it', () => {
    for (const ofRun of departures) {
      const root = ofRun.find(({ run, span }) => span.span.spanId === run.rootSpanId);
      if (!root) continue;
      const before = ofRun.filter(({ span }) => span.endMs < root.span.endMs);
      expect(before.every(({ dueMs }) => dueMs < root.dueMs)).toBe(true);
    }
  });

  test('overtake each other now and then', () => {
    const overtaken = departures.filter((ofRun) => ofRun.some(({ dueMs }, i) => dueMs < (ofRun[i - 1]?.dueMs ?? 0)));
    expect(overtaken.length).toBeGreaterThan(10);
  });
});

describe('an outbox', () => {
  test('gives everything that is due, once, in the order of time', () => {
    const outbox = new Outbox();
    for (const departure of departures.flat()) outbox.add(departure);
    const all = departures
      .flat()
      .map(({ dueMs }) => dueMs)
      .toSorted((a, b) => a - b);
    const middle = all[Math.floor(all.length / 2)] ?? 0;
    const first = outbox.take(middle).map(({ dueMs }) => dueMs);
    expect(outbox.size).toBe(all.length - first.length);
    const rest = outbox.take(Number.POSITIVE_INFINITY).map(({ dueMs }) => dueMs);
    expect(first.every((dueMs) => dueMs <= middle)).toBe(true);
    expect([...first, ...rest]).toEqual(all);
    expect(outbox.take(Number.POSITIVE_INFINITY)).toEqual([]);
  });
});

describe('requests', () => {
  const all = departures.flat();

  test('hold every span once, and not too many', () => {
    const requests = requestsOf(all);
    expect(requests.flat().length).toBe(all.length);
    expect(new Set(requests.flat()).size).toBe(all.length);
    expect(Math.max(...requests.map((request) => request.length))).toBeLessThanOrEqual(256);
  });

  test('put spans under the resource and scope that made them', () => {
    const spans = all.map(({ span }) => span);
    let count = 0;
    for (const { resource, scopeSpans } of resourceSpansOf(spans)) {
      for (const scoped of scopeSpans) {
        for (const span of scoped.spans) {
          const { source } = spans.find((each) => each.span === span) ?? {};
          expect(resource.attributes['service.name']).toBe(source?.service);
          expect(resource.attributes['service.version']).toBe(source?.release);
          expect(scoped.scope.name).toBe(source?.scope.name);
          count += 1;
        }
      }
    }
    expect(count).toBe(spans.length);
  });
});
