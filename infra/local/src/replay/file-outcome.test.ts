import { expect, test } from 'vitest';
import { outcomeOf, unsettled } from './file-outcome.ts';
import type { Judgements } from './judgements.ts';
import { RecordedFile } from './recorded-file.ts';

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

const traceOf = (spanIds: string[], isRun: boolean, duplicated = 0) => ({
  spanIds: new Set(spanIds),
  isRun,
  duplicated,
});
const none: Judgements = { runs: [], sessions: [], findings: [] };

function fileWith(...spans: [traceId: string, spanId: string][]): RecordedFile {
  const file = new RecordedFile('f');
  file.note(spans.map(([traceId, spanId]) => ({ traceId, spanId })));
  return file;
}

test('spans of other files in the same trace do not count, and a span read twice is stored once', () => {
  const traces = new Map([['a', traceOf(['1', '2', '3'], false, 4)]]);
  const outcome = outcomeOf(fileWith(['a', '1'], ['a', '1'], ['a', '9']), traces, none);
  expect(outcome).toMatchObject({ stored: 1, duplicated: 4, missing: '1 spans not stored' });
});

test('only traces in which something works for an agent are awaited as runs', () => {
  const traces = new Map([
    ['a', traceOf(['1'], false)],
    ['b', traceOf(['2'], true)],
  ]);
  expect(outcomeOf(fileWith(['a', '1'], ['b', '2']), traces, none).missing).toBe('1 runs not judged');
});

test('a file gets the judgements of its own runs and their sessions only', () => {
  const finding = (findingId: string, scope: string, traceId: string, sessionId: string) => ({
    findingId,
    scope,
    traceId,
    sessionId,
    pattern: 'p',
  });
  const outcome = outcomeOf(fileWith(['a', '1']), new Map([['a', traceOf(['1'], true)]]), {
    runs: [run('a', 's', 5), run('b', 't', 5)],
    sessions: [session('s', true, 7), session('t', true, 7)],
    findings: [
      finding('1', 'run', 'a', 's'),
      finding('2', 'session', '', 's'),
      finding('3', 'run', 'b', 's'),
      finding('4', 'session', '', 't'),
    ],
  });
  expect(outcome.missing).toBe('');
  expect(outcome.judgements.runs.map(({ traceId }) => traceId)).toEqual(['a']);
  expect(outcome.judgements.sessions.map(({ sessionId }) => sessionId)).toEqual(['s']);
  expect(outcome.judgements.findings.map(({ findingId }) => findingId)).toEqual(['1', '2']);
});
