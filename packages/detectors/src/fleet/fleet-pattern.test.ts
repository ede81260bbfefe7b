import { newRecord } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import { describePattern } from '../detector/pattern.ts';
import { count } from '../detector/setting.ts';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { describeFleetCases } from './fleet-cases.ts';
import { FleetJudge } from './fleet-judge.ts';
import { fleetPattern, fleetPatterns } from './fleet-pattern.ts';

const texts = {
  inShort: '',
  claims: '',
  doesNotClaim: [],
  needs: '',
  happened: '',
  began: '',
  evidence: {},
  severity: {},
  published: [],
};
const settings = { least: count(3, 'signals', 'two are a coincidence') };
const crowd = describePattern({ pattern: 'crowd', ...texts, settings });
const quiet = describePattern({ pattern: 'quiet', ...texts, settings });

/** Says once so many signals came, and takes it back when none came for a second. */
const crowded = fleetPattern(crowd, ({ least }) => ({
  keyKind: 'agent',
  onSignal: ({ path }, { key, now, slots, report, wakeAt }) => {
    const seen = (slots.get<number>('seen') ?? 0) + 1;
    slots.put('seen', seen);
    wakeAt(now + 1_000);
    if (seen < least || !path) return;
    const said = { severity: 'low', confidence: 1, summary: 'a crowd', evidence: { type: 'count' } } as const;
    report({ pattern: 'crowd', key: '', scope: 'fleet', at: { agent: key }, ...said, eventTime: 1, receivedTime: 1 });
  },
  onWake: ({ withdraw }) => withdraw('crowd', ''),
}));

const both = fleetPatterns('noise', [crowd, quiet], ({ crowd, quiet }) => ({
  keyKind: 'tenant',
  onSignal: (_, { slots }) => slots.put('bounds', [crowd.least, quiet.least]),
}));

const told = (atMs: number, key = 'planner') => ({
  atMs,
  keyKind: 'agent' as const,
  key,
  body: {
    path: {
      ...{ traceId: 't', sessionId: '', agent: key, release: '', environment: '', workflow: '' },
      ...{ firstIndex: 0, steps: [], endedAs: '', pathId: '', isDone: false, isWhole: true, explainedBy: '' },
    },
  },
});

describeFleetCases('a pattern across runs', () => crowded(), [
  { name: 'finds nothing in few', signals: [told(0), told(1)], finds: [] },
  {
    name: 'tells keys apart',
    signals: [told(0), told(1, 'other'), told(2), told(3), told(4, 'other')],
    finds: [{ pattern: 'crowd', agent: 'planner', type: 'count', severity: 'low' }],
  },
  { name: 'takes back what time refutes', signals: [told(0), told(1), told(2)], untilMs: 1_002, finds: [] },
]);

describeFleetCases('in other settings', () => crowded({ crowd: { least: 1 } }), [
  { name: 'finds it in one', signals: [told(0)], finds: [{ agent: 'planner' }] },
]);

test('several patterns on one state have one detector, and each its own settings', () => {
  const slots = new MemorySlots();
  const signal = newRecord('Signal', {
    tenant: 'default',
    keyKind: 'tenant',
    key: 'all',
    emittedTime: 1,
    body: signalBody({}),
  });
  new FleetJudge([both({ quiet: { least: 7 } })]).onSignal(slots, signal, 0);
  expect(slots.get('noise/bounds')).toEqual([3, 7]);
  expect(both.descriptions.map(({ pattern }) => pattern)).toEqual(['crowd', 'quiet']);
});
