import type { Span } from '@spanwise/schemas';
import { span as spanOf } from '@spanwise/testkit';
import { describe, expect, it } from 'vitest';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { measureSpan, measuresOf, noMeasures } from './run-measures.ts';

const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const says = (input: string, output: string, given: Partial<Span> = {}): Partial<Span> => ({
  kind: 'llm',
  inputMessages: input === '' ? '' : JSON.stringify([text('user', input)]),
  outputMessages: output === '' ? '[{"role":"assistant","parts":[]}]' : JSON.stringify([text('assistant', output)]),
  ...given,
});
const calls = (tool: string, given: Partial<Span> = {}): Partial<Span> => ({
  kind: 'tool',
  tool,
  toolArguments: '{"id":"A-1"}',
  toolArgumentsDigest: 'a',
  ...given,
});

/** The measures of a run of these spans, by name. */
function measured(...spans: Partial<Span>[]): Record<string, number> {
  const state = noMeasures();
  const steps: Step[] = [];
  const view = {
    sameArguments: (step: Step) => steps.filter(({ argumentsDigest }) => argumentsDigest === step.argumentsDigest),
  } as unknown as RunView;
  for (const given of spans) {
    const span = spanOf(given);
    const { kind, tool, failed, finishReason } = span;
    const step = { kind, tool, failed, finishReason, outcome: '', argumentsDigest: span.toolArgumentsDigest };
    steps.push(step as unknown as Step);
    measureSpan(step as unknown as Step, span, view, state);
  }
  return Object.fromEntries(measuresOf(state).map(({ name, value }) => [name, value]));
}

describe('what a run is measured by', () => {
  it('is nothing where nothing was captured', () => {
    expect(measured()).toEqual({});
    expect(measured({ kind: 'llm', inputMessages: '', outputMessages: '' })).toEqual({});
  });

  it('grows with what was asked, given, answered and used, and is 0 for an ordinary amount', () => {
    const little = measured(says('Hi', 'Hello'), calls('find'));
    const much = measured(
      says('x'.repeat(5_000), 'y'.repeat(9_000)),
      ...['a', 'b', 'c', 'd', 'e'].map((tool) => calls(tool)),
    );
    for (const name of ['request_size', 'answer_size', 'tools_used', 'arguments_size'])
      expect(much[name]).toBeGreaterThan(little[name] as number);
    expect(measured(says('x'.repeat(400), 'y'))).not.toHaveProperty('request_size');
  });

  it('counts what a user says once, however often it is sent', () => {
    const once = measured(says('Please find my order', 'one'));
    const again = measured(says('Please find my order', 'one'), says('Please find my order', ''));
    expect(again.request_size).toBe(once.request_size);
  });

  it('counts corrections of later turns, not what the first asks for', () => {
    expect(measured(says('This is wrong, cancel it', 'Done.')).user_corrections).toBeUndefined();
    expect(
      measured(says('Cancel it', 'Done.'), says('That is not what I asked for', '?')).user_corrections,
    ).toBeCloseTo(Math.log(2), 3);
  });

  it.each([
    ['failed calls', [calls('find', { failed: true })], 'tool_failures', Math.log(2)],
    ['identical calls', [calls('find'), calls('find')], 'repeated_calls', Math.log(2)],
    ['calls that change something', [calls('cancel_order'), calls('get_order')], 'changes', Math.log(2)],
    ['what the agent says it cannot', [says('?', 'I am unable to do that.')], 'refusals', Math.log(2)],
    ['a run that ends without an answer', [says('?', '')], 'no_answer', 1],
    ['a hedged answer', [says('?', 'It seems that it worked.')], 'hedged_answer', 1],
    ['an answer that was cut off', [says('?', 'And then', { finishReason: 'length' })], 'cut_answer', 1],
  ] as [string, Partial<Span>[], string, number][])('counts %s', (_, spans, name, value) => {
    expect(measured(...spans)[name]).toBeCloseTo(value, 3);
  });

  it('stays bounded in a run that goes on for ever', () => {
    const state = noMeasures();
    const view = { sameArguments: () => [] } as unknown as RunView;
    for (let i = 0; i < 5_000; i++) {
      const span = spanOf(i % 2 ? says(`turn ${i}`, `answer ${i}`) : calls(`tool_${i}`));
      measureSpan({ kind: span.kind, tool: span.tool, argumentsDigest: 'a' } as Step, span, view, state);
    }
    expect(JSON.stringify(state).length).toBeLessThan(1_500);
    expect(measuresOf(state).length).toBeLessThanOrEqual(12);
  });
});
