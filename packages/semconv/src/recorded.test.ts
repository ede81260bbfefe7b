import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeTracesJson } from '@spanwise/otlp';
import { encodeBlock, type Span } from '@spanwise/schemas';
import { describeWithSharedData } from '@spanwise/testkit';
import { describe, expect, it } from 'vitest';
import { convertResourceSpans } from './convert.ts';
import { ofAttributes } from './spans.fixture.ts';

/** After everything was recorded. */
const RECEIVED_US = 1_900_000_000_000_000;

function spansOf(file: string): Span[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split('\n')
    .flatMap((line) =>
      convertResourceSpans(decodeTracesJson(line).resourceSpans, { tenant: 'default', receivedTimeUs: RECEIVED_US }),
    );
}

describeWithSharedData('the same call in both conventions', (data) => {
  const folder = join(data, 'otlp/attributes-openinference-vs-genai');
  const read = (name: string) => ofAttributes(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  const same = ({ inputMessages, outputMessages, ...span }: Span) => ({
    kind: span.kind,
    model: span.model,
    provider: span.provider,
    inputTokens: span.inputTokens,
    outputTokens: span.outputTokens,
    finishReason: span.finishReason,
    systemInstructions: span.systemInstructions,
    inputMessages: JSON.parse(inputMessages),
    outputMessages: JSON.parse(outputMessages),
  });

  it.each([
    'openinference_client_span_tool_calls',
    'openinference_client_span_input_output_only',
    'otel_genai_deprecated_client_span_tool_calls',
  ])('%s is what OpenTelemetry’s is', (name) =>
    expect(same(read(name))).toEqual(same(read('otel_genai_client_span_tool_calls'))),
  );

  it('a tool’s execution has arguments and result of plain names', () => {
    expect(read('otel_genai_tool_execution_span')).toMatchObject({
      kind: 'tool',
      tool: 'get_weather',
      toolCallId: '1234',
      toolArguments: '{"city":"New York"}',
      toolResult: expect.stringContaining('"status": "success"'),
    });
  });
});

describeWithSharedData('what eight instrumentations really emit', (data) => {
  const folder = join(data, 'otlp/genai-emitted-attributes');
  const kinds: Record<string, Span['kind']> = {
    'gen_ai.inference.client': 'llm',
    'gen_ai.execute_tool.internal': 'tool',
    'gen_ai.embeddings.client': 'retrieval',
    'gen_ai.invoke_agent.internal': 'agent',
    'gen_ai.invoke_workflow.internal': 'step',
  };
  const operations: Record<string, string> = {
    llm: 'chat',
    tool: 'execute_tool',
    retrieval: 'embeddings',
    agent: 'invoke_agent',
    step: 'invoke_workflow',
  };
  const cases = readdirSync(folder).flatMap((file) => {
    const { spans } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { spans: Record<string, string[]> };
    return Object.entries(spans).map(([type, names]) => [file, type, names] as const);
  });

  it.each(cases)('%s: %s', (_, type, names) => {
    const kind = kinds[type] as Span['kind'];
    const values = Object.fromEntries(names.map((name) => [name, name.includes('tokens') ? 7 : `value of ${name}`]));
    const span = ofAttributes({ ...values, 'gen_ai.operation.name': operations[kind] });
    expect(span.kind).toBe(kind);
    const represented: Partial<Record<string, keyof Span>> = {
      'gen_ai.input.messages': 'inputMessages',
      'gen_ai.output.messages': 'outputMessages',
      'gen_ai.system_instructions': 'systemInstructions',
      'gen_ai.tool.definitions': 'toolDefinitions',
      'gen_ai.tool.call.arguments': 'toolArguments',
      'gen_ai.tool.call.result': 'toolResult',
      'gen_ai.usage.input_tokens': 'inputTokens',
      'gen_ai.usage.cache_read.input_tokens': 'cacheReadTokens',
      'gen_ai.response.finish_reasons': 'finishReason',
      'gen_ai.provider.name': 'provider',
    };
    for (const name of names.filter((each) => each !== 'gen_ai.operation.name')) {
      const field = represented[name];
      if (field) expect(span[field], name).toBeTruthy();
      else if (!span.attributes.includes(name)) expect(Object.values(span), name).toContain(values[name]);
    }
  });
});

describeWithSharedData('recorded runs of six frameworks', (data) => {
  const root = join(data, 'otlp/frameworks');
  const frameworks = existsSync(root) ? readdirSync(root) : [];

  describe.each(frameworks)('%s', (framework) => {
    const scenario = (name: string): Span[] => {
      const file = join(root, framework, `${name}.otlp.jsonl`);
      return existsSync(file) ? spansOf(file) : [];
    };
    const all = readdirSync(join(root, framework)).map((file) => [file, spansOf(join(root, framework, file))] as const);

    it.each(all)('%s: tool calls are whole, inferences are counted, the rest is counted nowhere', (_, spans) => {
      encodeBlock('Span', spans);
      for (const span of spans) {
        expect(span.originalTimes).toBe('');
        expect(span.release).not.toBe('');
        expect(span.environment).not.toBe('');
        if (span.kind === 'tool') {
          expect(span.tool).not.toBe('');
          expect(span.toolArgumentsDigest).toMatch(/^[0-9a-f]{16}$/);
          if (!span.failed) expect(span.toolResult).not.toBe('');
          expect(`${span.toolArguments}${span.toolResult}`).not.toMatch(/tool_call_id|langgraph_step|"kwargs"/);
        }
        if (span.kind === 'llm' && !span.failed) {
          expect(span.inputTokens).toBeGreaterThan(0);
          expect(span.provider).not.toMatch(/langchain|langgraph/);
          expect(JSON.parse(span.inputMessages)[0].role).toBe('user');
          expect(JSON.parse(span.outputMessages)[0].role).toBe('assistant');
          expect(span.systemInstructions).not.toBe('');
        }
        if (span.kind !== 'llm') expect(span.inputTokens).toBeNull();
      }
    });

    it('a loop is five calls with one digest and one result', () => {
      const calls = scenario('loop').filter((span) => span.kind === 'tool');
      expect(calls).toHaveLength(5);
      expect(new Set(calls.map((span) => span.toolArgumentsDigest)).size).toBe(1);
      expect(new Set(calls.map((span) => span.toolResultDigest)).size).toBe(1);
    });

    it('nothing fails where nothing failed', () => {
      for (const name of ['normal', 'conversation', 'handoff_ok', 'handoff_missing', 'loop']) {
        expect(scenario(name).filter((span) => span.failed || span.errorType !== '')).toEqual([]);
      }
    });

    it('a tool that raises is a failed call of that tool', () => {
      for (const name of ['tool_error_retry', 'tool_error_unhandled']) {
        const spans = scenario(name);
        if (spans.length === 0) continue;
        const failed = spans.filter((span) => span.failed && span.kind === 'tool');
        expect(failed.length).toBeGreaterThan(0);
        expect(failed.every((span) => span.tool === 'get_order')).toBe(true);
      }
    });

    it('a refused refund stays readable in the result', () => {
      const refund = scenario('masked_error').find((span) => span.tool === 'issue_refund');
      expect(JSON.parse(refund?.toolResult ?? '')).toMatchObject({ success: false, order_id: 'A-1042' });
    });

    it('a handover is one handover to the refunds agent', () => {
      const handovers = scenario('handoff_ok').filter((span) => span.kind === 'handoff');
      expect(handovers.map((span) => span.handoffTo)).toEqual(['refunds_agent']);
    });
  });
});

describeWithSharedData('two agents of the wild', (data) => {
  it.each([
    ['rag_earnings_agent', { llm: 1, retrieval: 1 }],
    ['smol_deep_research_agent', { llm: 1 }],
  ])('%s', (name, atLeast) => {
    const spans = spansOf(join(data, `otlp/agent-prism/spec-form/${name}.otlp.jsonl`));
    encodeBlock('Span', spans);
    for (const [kind, count] of Object.entries(atLeast)) {
      expect(spans.filter((span) => span.kind === kind).length).toBeGreaterThanOrEqual(count);
    }
    for (const span of spans.filter(({ kind }) => kind === 'llm')) {
      expect(JSON.parse(span.inputMessages).length).toBeGreaterThan(0);
      expect(JSON.parse(span.outputMessages).length).toBeGreaterThan(0);
      expect(span.finishReason).not.toBe('');
    }
  });
});

describeWithSharedData('recorded runs with outcomes', (data) => {
  it.each(['tau1', 'tau1-503injected', 'agentrx-retail', 'tau2'])('%s is read whole', (name) => {
    const spans = spansOf(join(data, `agent-runs/${name}.otlp.jsonl.gz`));
    encodeBlock('Span', spans);
    expect(spans.every((span) => span.kind === 'agent' || span.kind === 'llm' || span.kind === 'tool')).toBe(true);
    expect(spans.every((span) => span.agent !== '' && span.conversationId !== '')).toBe(true);
    expect(spans.every((span) => span.failed === (span.status === 'error'))).toBe(true);
    const tools = spans.filter((span) => span.kind === 'tool');
    expect(tools.every((span) => span.toolCallId !== '' && JSON.parse(span.toolArguments) !== null)).toBe(true);
    expect(spans.flatMap((span) => span.cut)).toEqual([]);
  });
});
