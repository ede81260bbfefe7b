import { encodeBlock } from '@spanwise/schemas';
import { span } from '@spanwise/testkit/spans';
import { expect, it } from 'vitest';
import { LATE_GRACE_MS } from '../config.ts';
import { Ledger } from '../load/ledger.ts';
import type { Route } from '../load/route.ts';
import { LateCopies } from './late-copies.ts';

const template = { traceId: '0', spanIds: ['s1', 's2'], sessionId: '0', findings: [] };
const block = (traceId: string, ...spanIds: string[]) =>
  encodeBlock(
    'Span',
    spanIds.map((spanId) => span({ traceId, spanId })),
  );

function copiesIn(
  messages: readonly (readonly [time: number, value: Buffer | null])[],
  { delayedMs = LATE_GRACE_MS, route = 'block' as Route } = {},
): LateCopies {
  const ledger = new Ledger();
  ledger.acknowledged('a', { template, route, sessionId: 'a', delayedMs });
  const late = new LateCopies(ledger);
  for (const [time, value] of messages) late.see({ time, value });
  return late;
}

it('a span that comes again after the grace is one, each time', () => {
  const late = copiesIn([
    [1_000, block('a', 's1', 's2')],
    [1_000 + LATE_GRACE_MS, block('a', 's1')],
    [2_000 + LATE_GRACE_MS, block('a', 's1')],
  ]);
  expect(late.bySpan).toEqual([{ traceId: 'a', spanId: 's1', copies: 2 }]);
  expect(late.count).toBe(2);
  expect([...late.traceIds]).toEqual(['a']);
});

it.each<[string, LateCopies]>([
  [
    'comes again within the grace',
    copiesIn([
      [1_000, block('a', 's1', 's1')],
      [999 + LATE_GRACE_MS, block('a', 's1')],
    ]),
  ],
  [
    'comes late for the first time',
    copiesIn([
      [1_000, block('a', 's1')],
      [90_000, block('a', 's2')],
    ]),
  ],
  [
    'was acknowledged in time, so that only the harness could have sent it so late',
    copiesIn(
      [
        [1_000, block('a', 's1')],
        [90_000, block('a', 's1')],
      ],
      { delayedMs: LATE_GRACE_MS / 2 - 1 },
    ),
  ],
  [
    'is of a run that was never sent',
    copiesIn([
      [1_000, block('b', 's1')],
      [90_000, block('b', 's1')],
    ]),
  ],
  [
    'cannot be read',
    copiesIn([
      [1_000, Buffer.from('poison')],
      [90_000, Buffer.from('poison')],
      [90_001, null],
    ]),
  ],
])('a span that %s is none', (_, late) => {
  expect(late.count).toBe(0);
  expect(late.bySpan).toEqual([]);
});

it("what went through the Collector's topic may be, however soon it was acknowledged", () => {
  const messages = [
    [1_000, block('a', 's1')],
    [90_000, block('a', 's1')],
  ] as const;
  expect(copiesIn(messages, { delayedMs: 0, route: 'collector' }).count).toBe(1);
});
