import type { Span } from '@spanwise/schemas';
import { trace } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { MemorySlots } from '../slots.ts';
import { describeCases } from './detector-cases.ts';
import { cases } from './malformed-output.cases.ts';
import { malformedOutput } from './malformed-output.ts';

describeCases('malformed_output', malformedOutput, cases);

const attributes = JSON.stringify({ 'gen_ai.output.type': 'json' });

/** Where `isNamed` is false the root alone says which agent answered. */
const reading = (i: number, answer: object, isNamed = true): Span[] =>
  trace({ seed: `${i}`, agent: 'reader' })
    .llm({ text: JSON.stringify(answer), span: { attributes, ...(isNamed && { agent: 'reader' }) } })
    .end();

/** Lets runs happen one after the other, each judged by what the ones before it have taught; the findings of each. */
function afterEachOther(runs: readonly (readonly Span[])[]) {
  const normals = new LearnedNormals(new MemorySlots());
  const judge = new RunJudge({ detectors: [malformedOutput()] });
  return runs.map((run, i) => {
    const slots = new MemorySlots();
    const outputs = run.map((span) => judge.onSpan(slots, span, i, normals));
    outputs.push(judge.onEnd(slots, 'closed', i, normals));
    for (const { run, observations } of outputs) if (run) normals.learn(run.tenant, observations, i);
    return outputs.flatMap(({ findings }) => findings);
  });
}

test.each([true, false])(
  'what an agent answered in runs that ended well is what it has to answer; named: %j',
  (named) => {
    const runs = Array.from({ length: 40 }, (_, i) => reading(i, { id: `R-${i}`, total: i }, named));
    const found = afterEachOther([...runs, reading(40, { id: 'R-40' }, named)]);
    expect(found.slice(0, 40).flat()).toEqual([]);
    expect(found[40]).toMatchObject([
      {
        severity: 'low',
        summary: expect.stringContaining('the answer of reader lacks "total", unlike the 40 before it'),
      },
    ]);
  },
);

test('an agent that was changed is found some times, and then no more', () => {
  const runs = Array.from({ length: 112 }, (_, i) => reading(i, i < 100 ? { id: `R-${i}`, total: i } : { id: 'R' }));
  const found = afterEachOther(runs).map(({ length }) => length);
  expect(found.slice(100)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
});
