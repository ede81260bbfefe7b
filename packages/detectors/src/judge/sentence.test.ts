import { says, trace } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import { AGENT } from '../detector/wording.ts';
import { retryStorm } from '../run/retry-storm.ts';
import { MemorySlots } from '../slots.ts';
import { RunJudge } from './run-judge.ts';
import { sentenceOf } from './sentence.ts';

test.each([
  ['names the agent', `${AGENT} called pay, and ${AGENT} failed`, 'refunds called pay, and refunds failed'],
  ['is one line', 'a\n  b\tc ', 'a b c'],
])('a sentence %s', (_, draft, told) => expect(sentenceOf(draft, 'refunds')).toBe(told));

test('an agent without a name is the agent', () => expect(sentenceOf(`${AGENT} failed`, '')).toBe('the agent failed'));

test('a name that looks like a replacement is taken as it is', () =>
  expect(sentenceOf(`${AGENT} failed`, '$&$1')).toBe('$&$1 failed'));

test('a long sentence ends before a character that it would cut in two', () => {
  const told = sentenceOf(`${'x'.repeat(398)}😀😀`, '');
  expect(told.length).toBeLessThanOrEqual(400);
  expect(told.isWellFormed()).toBe(true);
  expect(told.endsWith('…')).toBe(true);
});

test('an agent that is named after the finding was told of is named by a revision', () => {
  const run = trace().agent('payments', (agent) => {
    for (let i = 0; i < 4; i++) agent.call('pay', { id: 1 }, { error: 'HTTP 503', span: { agent: '' } });
    agent.llm({ input: [says('user', 'pay')], text: 'It cannot be paid.' });
  });
  const judge = new RunJudge({ detectors: [retryStorm()] });
  const slots = new MemorySlots();
  const told = run.end().flatMap((span, i) => judge.onSpan(slots, span, 1_000_000 + i).findings);
  told.push(...judge.onEnd(slots, 'closed', 2_000_000).findings);
  const sentences = told.map(({ summary }) => summary.split(' within ')[0]);
  expect(sentences[0]).toBe('the agent called pay 4 times');
  expect(sentences.at(-1)).toBe('payments called pay 4 times');
});
