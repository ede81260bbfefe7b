import type { Attribute, Span } from '@spanwise/schemas';
import { trace } from '@spanwise/testkit/spans';
import { expect, it } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import { signalSources } from './registry.ts';

/** Attributes of a run whose spans come in this order. */
function attributesOf(spans: readonly Span[], crashes = false): Record<string, string> {
  const judge = new RunJudge({ detectors: [], sources: signalSources() });
  let slots = new MemorySlots();
  const restored = () => {
    if (crashes) slots = MemorySlots.restore(slots.snapshot());
    return slots;
  };
  for (const [i, span] of spans.entries()) expect(judge.onSpan(restored(), span, i).faults).toEqual([]);
  const { features, faults } = judge.onEnd(restored(), 'closed', 9_000);
  expect(faults).toEqual([]);
  return Object.fromEntries((features?.attributes ?? []).map(({ name, value }: Attribute) => [name, value]));
}

const user = (content: string) => JSON.stringify([{ role: 'user', parts: [{ type: 'text', content }] }]);
const spans = (change: (span: Span) => Partial<Span>): Span[] =>
  trace({ agent: 'support' })
    .llm({ text: 'I look.' })
    .call('get_order', { id: 'A-1' }, { result: { status: 'open' } })
    .llm({ text: 'It is open.' })
    .end()
    .map((span) => ({ ...span, ...change(span) }));

const GERMAN = 'Bitte sagen Sie mir, wo mein Paket ist und wann es bei uns ankommt. ';

it('tells what the user sent, by which model it was answered, and when', () => {
  const run = spans(({ kind }) =>
    kind === 'llm' ? { inputMessages: user(GERMAN.repeat(40)), model: 'm-1', provider: 'p' } : {},
  );
  const attributes = attributesOf(run);
  expect(attributes).toMatchObject({
    'input.form': 'plain',
    'input.language': 'de',
    'input.length': 'over 2000',
    'input.turns': 'up to 1',
    model: 'm-1',
    provider: 'p',
  });
  expect(attributes['time.hours']).toMatch(/^\d+–\d+$/);
  expect(attributes['time.weekday']).toMatch(/day$/);
  expect(attributesOf(run, true)).toEqual(attributes);
  // the earliest span with an input decides, whichever comes first
  expect(attributesOf(run.toReversed())).toEqual(attributes);
});

it('takes the input from the root rather than from what its agents tell each other', () => {
  const attributes = attributesOf(
    spans(({ kind }) =>
      kind === 'agent' ? { inputMessages: user('[1, 2]') } : kind === 'llm' ? { inputMessages: user(GERMAN) } : {},
    ),
  );
  expect(attributes).toMatchObject({ 'input.form': 'json', 'input.length': 'up to 100' });
});

it('tells versions of tools, and nothing of an input that was not captured', () => {
  const attributes = attributesOf(
    spans(({ kind }) => (kind === 'tool' ? { attributes: '{"mcp.tool.version":"2.1"}' } : { inputMessages: '' })),
  );
  expect(attributes['tool.version get_order']).toBe('2.1');
  expect(Object.keys(attributes).filter((name) => name.startsWith('input.'))).toEqual([]);
});

it('keeps to few and short values, whatever a client writes', () => {
  const run = spans(({ spanId }) => ({
    model: `__proto__`.repeat(40) + spanId,
    provider: 'x'.repeat(1_000),
    environment: 'e'.repeat(1_000),
    inputMessages: '[{"role":"user","parts":[null,{"type":7},{"type":"image"}]}]',
  }));
  const attributes = attributesOf(run);
  expect(attributes).toMatchObject({ 'input.form': 'empty', 'input.media': 'image', 'input.language': 'none' });
  for (const value of Object.values(attributes)) expect(value.length).toBeLessThanOrEqual(64);
  expect(attributesOf(spans(({ kind }) => (kind === 'llm' ? { model: 'constructor' } : {}))).model).toBe('constructor');
});
