import { describe, expect, it } from 'vitest';
import { ofAttributes } from './spans.fixture.ts';

const counts = { inputTokens: 360, outputTokens: 24, cacheReadTokens: 128, cacheWriteTokens: 16, costUsd: 0.002 };

describe('an inference is counted', () => {
  it.each([
    [
      'OpenTelemetry',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.input_tokens': 360,
        'gen_ai.usage.output_tokens': 24,
        'gen_ai.usage.cache_read.input_tokens': 128,
        'gen_ai.usage.cache_creation.input_tokens': 16,
        'gen_ai.usage.cost': 0.002,
      },
    ],
    [
      'its former names',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.prompt_tokens': 360,
        'gen_ai.usage.completion_tokens': 24,
        'gen_ai.usage.cache_read_input_tokens': 128,
        'gen_ai.usage.cache_creation_input_tokens': 16,
        'gen_ai.usage.total_cost': 0.002,
      },
    ],
    [
      'OpenInference',
      {
        'openinference.span.kind': 'LLM',
        'llm.token_count.prompt': 360,
        'llm.token_count.completion': 24,
        'llm.token_count.prompt_details.cache_read': 128,
        'llm.token_count.prompt_details.cache_write': 16,
        'llm.cost.total': 0.002,
      },
    ],
    [
      'Langfuse',
      {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details':
          '{"input":360,"output":24,"input_cached_tokens":128,"cache_creation_input_tokens":16}',
        'langfuse.observation.cost_details': '{"input":0.0015,"output":0.0005}',
      },
    ],
    [
      'numbers as text',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.input_tokens': '360',
        'gen_ai.usage.output_tokens': '24',
        'gen_ai.usage.cache_read.input_tokens': '128',
        'gen_ai.usage.cache_write.input_tokens': '16',
        'gen_ai.usage.cost': '0.002',
      },
    ],
  ])('by %s', (_, attributes) => expect(ofAttributes(attributes)).toMatchObject(counts));

  it('by the Vercel SDK before version 7', () => {
    expect(
      ofAttributes({
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.usage.promptTokens': 360,
        'ai.usage.cachedInputTokens': 128,
      }),
    ).toMatchObject({ inputTokens: 360, cacheReadTokens: 128, outputTokens: null });
  });
});

describe('whoever repeats its children’s usage is not counted', () => {
  it.each([
    ['an agent', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 900 }],
    ['smolagents’ step', { 'openinference.span.kind': 'CHAIN', 'llm.token_count.prompt': 900 }],
    ['the Vercel SDK’s outer call', { 'ai.operationId': 'ai.generateText', 'ai.usage.inputTokens': 900 }],
  ])('%s', (_, attributes) => {
    const span = ofAttributes(attributes);
    expect(span.inputTokens).toBeNull();
    expect(Object.values(JSON.parse(span.attributes))).toContain(900);
  });
});

it.each([-1, 'many', Number.NaN, null, [3], 2 ** 60])('no count is made of %j', (sent) => {
  expect(ofAttributes({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': sent }).inputTokens).toBeNull();
});

it.each([-1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300])('no cost is %j', (sent) => {
  const chat = { 'gen_ai.operation.name': 'chat' };
  expect(ofAttributes({ ...chat, 'gen_ai.usage.cost': sent }).costUsd).toBeNull();
  const details = `{"input": ${Number.isFinite(sent) ? sent : '1e999'}}`;
  expect(ofAttributes({ ...chat, 'langfuse.observation.cost_details': details }).costUsd).toBeNull();
});

it('a number that is no count stays among the attributes', () => {
  const span = ofAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.cost': -1,
    'gen_ai.usage.input_tokens': -1,
  });
  expect(JSON.parse(span.attributes)).toMatchObject({ 'gen_ai.usage.cost': -1, 'gen_ai.usage.input_tokens': -1 });
});

it('an embedding is an inference, a lookup is none', () => {
  expect(ofAttributes({ 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 5 }).inputTokens).toBe(5);
  expect(ofAttributes({ 'openinference.span.kind': 'RETRIEVER', 'llm.token_count.prompt': 5 }).inputTokens).toBeNull();
});
