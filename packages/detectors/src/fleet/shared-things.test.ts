import { type Finding, newRecord, type Signal } from '@spanwise/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { accessed, told, waited } from './fact-cases.ts';
import type { ToldSignal } from './fleet-cases.ts';
import { FleetJudge } from './fleet-judge.ts';
import { fleetDetectorOf } from './registry.ts';

/** What holds of everything that judges things, stores and waits, whatever it is told. */

const VALUES = ['129.95', '192.95', '2026-03-04', 'qx48812', 'gold'];
const session = fc.constantFrom('a', 'b', 'c', 'd', 'e');

const fact = fc.record({
  field: fc.constantFrom('total_eur', 'contract_end', 'policy_number', 'id', 'customer_id'),
  value: fc.constantFrom(...VALUES),
  role: fc.constantFrom('observed', 'written', 'acted', 'asserted', 'remembered', 'used'),
  basis: fc.constantFrom('', 'result', 'user', 'context', 'computed', 'none', 'unknown'),
});

const toldOf = (key: string) =>
  fc
    .tuple(session, fc.integer({ min: 0, max: 200 }), fc.array(fact, { minLength: 1, maxLength: 4 }))
    .map(([name, hours, facts]) => told(key, `${name}${hours}`, hours, ...facts));

const version = fc.constantFrom('', '6', '7', '8', 'etag-1');
const access = fc.record({
  operation: fc.constantFrom('read' as const, 'write' as const),
  at: fc.integer({ min: 0, max: 60 }),
  ms: fc.integer({ min: 1, max: 20_000 }),
  version,
  baseVersion: version,
  fields: fc.dictionary(fc.constantFrom('phone', 'plan'), fc.constantFrom('1', '2', '3')),
});

const names = fc.uniqueArray(fc.constantFrom('stock', 'ledger', 'printer', 'a0', 'b1'), { maxLength: 2 });
const wait = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 50 }), names, names, fc.boolean())
  .map(([from, ms, waitsFor, holds, inVain]) => ({ from, to: from + ms, waitsFor, holds, inVain }));

const numbered = fc.tuple(session, fc.integer({ min: 0, max: 20 })).map(([name, i]) => `${name}${i}`);

const signalsOf: Record<string, fc.Arbitrary<ToldSignal>> = {
  fact_contradiction: toldOf('order:w7'),
  identity_drift: toldOf('reference:order@conv-1'),
  lost_update: fc
    .tuple(numbered, fc.array(access, { minLength: 1, maxLength: 3 }))
    .map(([name, accesses]) => accessed(name, ...accesses)),
  cross_session_deadlock: fc
    .tuple(numbered, fc.array(wait, { minLength: 1, maxLength: 3 }))
    .map(([name, waits]) => waited(name, ...waits)),
};

const signalOf = ({ atMs: _, keyKind, key, body }: ToldSignal): Signal =>
  newRecord('Signal', { tenant: 'default', keyKind, key, emittedTime: 1, body: signalBody(body) });

/** Every revision; `restartAt`: goes on from the JSON of its state before that signal. */
function emitted(pattern: string, told: readonly ToldSignal[], restartAt = -1): { findings: Finding[]; state: number } {
  const judge = new FleetJudge([fleetDetectorOf(pattern)]);
  let slots = new MemorySlots();
  const findings: Finding[] = [];
  told.forEach((one, i) => {
    if (i === restartAt) slots = MemorySlots.restore(slots.snapshot());
    const output = judge.onSignal(slots, signalOf(one), 1_000 + i);
    expect(output.faults).toEqual([]);
    findings.push(...output.findings);
  });
  const own = [...slots.keys()].filter((slot) => !slot.startsWith('f/'));
  return { findings, state: own.reduce((sum, slot) => sum + JSON.stringify(slots.get(slot)).length, 0) };
}

function standing(findings: readonly Finding[]): string[] {
  const last = new Map(findings.map((finding) => [finding.findingId, finding]));
  return [...last.values()]
    .flatMap(({ withdrawn, pattern, spanId }) => (withdrawn ? [] : [`${pattern} ${spanId}`]))
    .sort();
}

describe.each(Object.keys(signalsOf))('what judges %s', (pattern) => {
  const some = fc.array(signalsOf[pattern] as fc.Arbitrary<ToldSignal>, { minLength: 1, maxLength: 12 });

  test('goes on from its restored state as if nothing had happened', () => {
    fc.assert(
      fc.property(some, fc.nat({ max: 12 }), (told, at) => {
        expect(emitted(pattern, told, at).findings).toEqual(emitted(pattern, told).findings);
      }),
      { numRuns: 60 },
    );
  });

  test('says the same whichever run is told of first', () => {
    const few = fc.array(signalsOf[pattern] as fc.Arbitrary<ToldSignal>, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(few, (signals) => {
        const told = [
          ...new Map(signals.map((one) => [JSON.stringify(Object.values(one.body)[0]).slice(0, 40), one])).values(),
        ];
        expect(standing(emitted(pattern, told.toReversed()).findings)).toEqual(
          standing(emitted(pattern, told).findings),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('remembers a bounded amount, whatever it is told', () => {
    fc.assert(
      fc.property(
        fc.array(signalsOf[pattern] as fc.Arbitrary<ToldSignal>, { minLength: 150, maxLength: 200 }),
        (told) => {
          expect(emitted(pattern, told).state).toBeLessThan(128 * 1_024);
        },
      ),
      { numRuns: 2 },
    );
  });
});
