import { newRecord } from '@spanwise/schemas';
import { expect, test } from 'vitest';
import type { FileOutcome } from './file-outcome.ts';
import { RecordedFile } from './recorded-file.ts';
import { fileReport, replayReport, replaySummary } from './report.ts';

const traceA = 'a'.repeat(32);
const traceB = 'b'.repeat(32);

function outcome(change: Partial<FileOutcome> = {}): FileOutcome {
  const recorded = new RecordedFile('runs.jsonl');
  recorded.note([
    { traceId: traceA, spanId: '1' },
    { traceId: traceA, spanId: '1' },
    { traceId: traceB, spanId: '2' },
  ]);
  return {
    recorded,
    stored: 2,
    duplicated: 0,
    judgements: {
      runs: [
        { traceId: traceA, sessionId: 'one', closedTime: 1, failureProbability: 0.5 },
        { traceId: traceB, sessionId: 'two', closedTime: 1, failureProbability: 0.1 },
      ],
      sessions: [
        { sessionId: 'one', final: true, verdict: 'failed', judgedTime: 2, failureProbability: 0.9 },
        { sessionId: 'two', final: true, verdict: 'correct', judgedTime: 2, failureProbability: 0.2 },
      ],
      findings: [{ findingId: 'f', scope: 'run', pattern: 'retry_storm', traceId: traceA, sessionId: 'one' }],
    },
    missing: '',
    ...change,
  };
}

test('a span that stands in the file twice is read twice, stored once, and not lost', () => {
  expect(fileReport(outcome(), undefined, [])).toMatchObject({
    spansRead: 3,
    spansStored: 2,
    spansLost: 0,
    spansDuplicated: 0,
    sessions: 2,
    finalVerdicts: 2,
    sessionsByVerdict: { correct: 1, failed: 1 },
    findingsByPattern: { retry_storm: 1 },
    auc: null,
    problems: [],
  });
});

test('with labels, the curve is of the sessions’ or else the runs’ probability; labels of other files do not count', () => {
  const labels = [
    { sessionId: 'one', traceId: traceA, failed: false },
    { sessionId: undefined, traceId: traceB, failed: true },
    { sessionId: 'elsewhere', traceId: 'c'.repeat(32), failed: true },
  ];
  expect(fileReport(outcome(), labels, []).auc).toBe(0);
});

test('a dead letter belongs to the file whose trace its bytes mention', () => {
  const place = {
    service: 'detect',
    topic: 'spans',
    partition: 0,
    offset: 5,
    reason: 'undecodable',
    detail: '',
    time: 0,
  } as const;
  const letter = newRecord('DeadLetter', { ...place, value: Buffer.from(`@${traceB} 0123`) });
  const stranger = newRecord('DeadLetter', { ...place, value: Buffer.from('c'.repeat(32)) });
  const file = fileReport(outcome(), undefined, [letter, stranger]);
  expect(file.deadLetters).toBe(1);
  const report = replayReport([file], [letter, stranger]);
  expect(report).toMatchObject({ ok: false, deadLetters: 2 });
});

test.each([
  ['a lost span', { stored: 1, duplicated: 0 }, '1 spans lost'],
  ['a duplicate', { stored: 2, duplicated: 1 }, '1 spans duplicated'],
  ['a verdict that did not come', { missing: '1 runs not judged' }, 'gave up waiting: 1 runs not judged'],
])('%s makes the report not ok, and the summary names the file', (_name, change, problem) => {
  const report = replayReport([fileReport(outcome(change), undefined, [])], []);
  expect(report.ok).toBe(false);
  expect(replaySummary(report)).toContain(`runs.jsonl: ${problem}`);
});
