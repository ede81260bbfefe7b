import { says, trace } from '@spanwise/testkit/spans';
import { expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { MemorySlots } from '../slots.ts';
import { describeCases } from './detector-cases.ts';
import { cases } from './unresolved-error.cases.ts';
import { unresolvedError } from './unresolved-error.ts';

describeCases('unresolved_error', unresolvedError, cases);

const PLACE = { place: 'Graz' };
const HINT = { place: 'Graz', sky: 'cloudy', station: 'LOWG-8051' };
const asked = [says('user', 'Is it a good day for a tour from Graz?')];

const guided = () => trace({ agent: 'guide' }).llm({ input: asked, text: 'Let me see.' });

/** What a run shows of whether its lookup's result was used. */
test.each([
  [
    'nothing repeats its result',
    guided().call('get_hint', PLACE, { result: HINT }).llm({ text: 'Graz is fine.' }),
    false,
  ],
  [
    'an answer repeats a word of it',
    guided().call('get_hint', PLACE, { result: HINT }).llm({ text: 'It is Cloudy.' }),
    true,
  ],
  [
    'the answer has a word of it that the user had said',
    trace({ agent: 'guide' })
      .llm({ input: [says('user', 'Have you cloudy glass?')], text: 'Let me see.' })
      .call('get_hint', PLACE, { result: HINT })
      .llm({ input: [says('user', 'Have you cloudy glass?')], text: 'We have cloudy glass.' }),
    false,
  ],
  [
    'the answer has a word of it that an earlier call was given',
    guided()
      .call('find_glass', { words: 'cloudy glass' }, { result: { found: 3 } })
      .call('get_hint', PLACE, { result: HINT })
      .llm({ text: 'We have cloudy glass.' }),
    false,
  ],
  [
    'the answer has a word of it within another',
    guided()
      .call('get_hint', PLACE, { result: { ...HINT, sky: 'rain' } })
      .llm({ text: 'The train is fine.' }),
    false,
  ],
  [
    'an answer repeats an identifier of it',
    guided().call('get_hint', PLACE, { result: HINT }).llm({ text: 'See LOWG-8051.' }),
    true,
  ],
  [
    'a later call takes a value of it',
    guided()
      .call('get_hint', PLACE, { result: HINT })
      .call('subscribe', { station: 'LOWG-8051' }, { result: { ok: 1 } })
      .llm({ text: 'Done.' }),
    true,
  ],
  [
    'it is a decision, which nobody repeats',
    guided()
      .call('check_hint', PLACE, { result: { ...HINT, suitable: true } })
      .llm({ text: 'Graz is fine.' }),
    true,
  ],
  ['it only changes something', guided().call('book_tour', PLACE, { result: HINT }).llm({ text: 'Done.' }), undefined],
  [
    'it has nothing that could be recognised',
    guided()
      .call('get_hint', PLACE, { result: { place: 'Graz', sky: 3 } })
      .llm({ text: 'Graz is fine.' }),
    undefined,
  ],
])('whether results are used is learned where %s', (_, run, isUsed) => {
  const slots = new MemorySlots();
  const judge = new RunJudge({ detectors: [unresolvedError()] });
  for (const span of run.end()) judge.onSpan(slots, span, 1);
  const seen = judge
    .onEnd(slots, 'closed', 2)
    .observations.filter((one) => one.about === 'use' && one.agent === 'guide');
  const ofTool = seen.filter((one) => one.about === 'use' && one.tool !== '');
  expect(seen).toHaveLength(ofTool.length + 1);
  expect(ofTool.map((one) => one.about === 'use' && one.isUsed)).toEqual(isUsed === undefined ? [] : [isUsed]);
});

test('that runs do without a lookup is learned from those in which it had a result, and unlearned when it comes to be used', () => {
  const normals = new LearnedNormals(new MemorySlots());
  const judge = new RunJudge({ detectors: [unresolvedError()] });
  let seed = 0;
  const play = (text: string, outcome?: { result?: unknown; error?: string }) => {
    const begun = trace({ seed: `${seed++}`, agent: 'guide' });
    const run = (outcome ? begun.call('get_hint', PLACE, outcome) : begun).llm({ text }).end();
    const slots = new MemorySlots();
    const outputs = run.map((span) => judge.onSpan(slots, span, seed, normals));
    outputs.push(judge.onEnd(slots, 'closed', seed, normals));
    for (const { observations } of outputs) normals.learn('default', observations, seed);
    return new Set(outputs.flatMap(({ findings }) => findings.map(({ findingId }) => findingId))).size;
  };
  const failing = () => play('Your tour is booked.', { error: 'timed out' });
  for (let i = 0; i < 48; i++) play('Your tour is booked.', i % 4 === 0 && i < 40 ? { result: HINT } : undefined);
  expect(failing()).toBe(1);
  play('Your tour is booked.', { result: HINT });
  expect(failing()).toBe(0);
  for (let i = 0; i < 4; i++) play('It is cloudy.', { result: HINT });
  expect(failing()).toBe(1);
});
