import { expect, test } from 'vitest';
import { type Judgements, unsettled } from './judgements.ts';

const run = (traceId: string, sessionId: string, closedTime: number) => ({
  traceId,
  sessionId,
  closedTime,
  failureProbability: 0,
});
const session = (sessionId: string, final: boolean, judgedTime: number) => ({
  sessionId,
  final,
  judgedTime,
  verdict: 'correct',
  failureProbability: 0,
});

const cases: [string, Partial<Judgements>, string][] = [
  ['a run that is not there yet', {}, '2 runs not judged'],
  [
    'a session with a provisional verdict',
    { runs: [run('a', 's', 5), run('b', 's', 6)], sessions: [session('s', false, 7)] },
    '1 sessions without a final verdict',
  ],
  [
    'a final verdict from before the last run',
    { runs: [run('a', 's', 5), run('b', 's', 9)], sessions: [session('s', true, 7)] },
    '1 sessions without a final verdict',
  ],
  [
    'a session that is not there while its run is',
    { runs: [run('a', 's', 5), run('b', 't', 5)], sessions: [session('s', true, 7)] },
    '1 sessions without a final verdict',
  ],
  [
    'nothing, when each run is in a session judged after it',
    { runs: [run('a', 's', 5), run('b', 't', 5)], sessions: [session('s', true, 7), session('t', true, 5)] },
    '',
  ],
];

test.each(cases)('what is missing is %s', (_name, judgements, expected) => {
  expect(unsettled({ runs: [], sessions: [], findings: [], ...judgements }, ['a', 'b'])).toBe(expected);
});
