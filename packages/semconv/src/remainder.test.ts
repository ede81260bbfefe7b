import { describe, expect, it } from 'vitest';
import { convert, event, ofAttributes } from './spans.fixture.ts';

const left = (attributes: Record<string, unknown>) => {
  const text = ofAttributes(attributes).attributes;
  return text === '' ? {} : JSON.parse(text);
};

describe('attributes', () => {
  it.each<[name: string, sent: Record<string, unknown>, kept: Record<string, unknown>]>([
    [
      'that a field represents leave',
      { 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': 'c', 'gen_ai.request.model': 'm' },
      {},
    ],
    [
      'that nobody knows stay',
      { 'spanwise.queue.name': 'q', 'app.x': 1.5, ok: true, list: ['a', 1], map: { a: null } },
      { 'spanwise.queue.name': 'q', 'app.x': 1.5, ok: true, list: ['a', 1], map: { a: null } },
    ],
    [
      'that lost against a better name stay',
      { 'gen_ai.response.model': 'm-2', 'gen_ai.request.model': 'm' },
      { 'gen_ai.request.model': 'm' },
    ],
    [
      'that say the same as a better name leave',
      { 'gen_ai.tool.name': 't', 'gen_ai.tool.call.arguments': '{}', 'traceloop.entity.input': '{}' },
      {},
    ],
    ['that repeat a value under one concept leave', { 'gen_ai.conversation.id': 'c', 'session.id': 'c' }, {}],
    [
      'whose kind says less than they do stay',
      { 'gen_ai.operation.name': 'text_completion' },
      { 'gen_ai.operation.name': 'text_completion' },
    ],
    ['that are no model stay', { 'gen_ai.request.model': 'unknown' }, { 'gen_ai.request.model': 'unknown' }],
    [
      'that JSON cannot say become text',
      { big: 1n << 60n, bytes: new Uint8Array([104, 105]), nan: Number.NaN },
      { big: '1152921504606846976', bytes: 'aGk=', nan: 'NaN' },
    ],
    [
      'of tokens stay on spans that are not counted',
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 3 },
      { 'gen_ai.usage.input_tokens': 3 },
    ],
  ])('%s', (_, sent, kept) => expect(left(sent)).toEqual(kept));

  it('beyond the cap: the longest go, and the cut is noted', () => {
    const span = ofAttributes({ page: 'x'.repeat(20_000), small: 1 });
    expect(JSON.parse(span.attributes)).toEqual({ small: 1 });
    expect(span.cut).toMatchObject([{ field: 'attributes', length: 20_021 }]);
  });

  it('of inherited names are attributes like others', () => {
    expect(left({ toString: 'a', constructor: 'b' })).toEqual({ toString: 'a', constructor: 'b' });
  });
});

it('a raw request leaves where its messages are represented', () => {
  expect(
    left({
      'openinference.span.kind': 'LLM',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Hi',
      'input.value': '{"messages":[{"role":"user","content":"Hi"}]}',
      'input.mime_type': 'application/json',
    }),
  ).toEqual({});
});

it('retrieved documents are the result of a retrieval', () => {
  const span = ofAttributes({
    'openinference.span.kind': 'RETRIEVER',
    'input.value': 'revenue',
    'output.value': '{"documents":["page_content=…"]}',
    'retrieval.documents.0.document.content': 'revenue was 40.1 billion',
    'retrieval.documents.0.document.score': 0.9,
  });
  expect(span.toolArguments).toBe('"revenue"');
  expect(JSON.parse(span.toolResult)).toEqual([{ content: 'revenue was 40.1 billion', score: 0.9 }]);
  expect(span.attributes).toBe('');
});

it('what a memory was searched for is its result, what is written to it its arguments', () => {
  const memory = (operation: string, attributes: Record<string, string>) =>
    ofAttributes({ 'gen_ai.operation.name': operation, 'gen_ai.memory.store.id': 'notes', ...attributes });
  const found = memory('search_memory', { 'gen_ai.memory.records': '[{"id":"a","content":{"plan":"gold"}}]' });
  expect(JSON.parse(found.toolResult)).toEqual({ plan: 'gold' });
  expect(found.toolArguments).toBe('');
  expect(found.attributes).not.toContain('gold');
  const written = memory('upsert_memory', { 'gen_ai.memory.record.content': '{"plan":"gold"}' });
  expect(JSON.parse(written.toolArguments)).toEqual({ plan: 'gold' });
  expect(written.toolResult).toBe('');
  expect(written.attributes).not.toContain('gold');
});

it('events that nobody represents stay, with their time in nanoseconds', () => {
  const span = convert({ events: [event('cache.miss', { key: 'k' })] });
  expect(JSON.parse(span.events)).toEqual([
    { name: 'cache.miss', timeUnixNano: '1794999999999000007', attributes: { key: 'k' } },
  ]);
});

it('the last events survive the cap', () => {
  const span = convert({ events: Array.from({ length: 200 }, (_, i) => event('e', { i, text: 'x'.repeat(200) })) });
  expect(JSON.parse(span.events).at(-1).attributes.i).toBe(199);
  expect(span.cut[0]?.field).toBe('events');
});

it('links keep their two ids, the first ones where there are too many', () => {
  const link = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceState: '', attributes: {} };
  expect(JSON.parse(convert({ links: [link] }).links)).toEqual([{ traceId: link.traceId, spanId: link.spanId }]);
  const many = convert({ links: Array.from({ length: 500 }, () => link) });
  expect(JSON.parse(many.links).length).toBeGreaterThan(40);
  expect(many.links.length).toBeLessThanOrEqual(4096);
  expect(many.cut[0]?.field).toBe('links');
});
