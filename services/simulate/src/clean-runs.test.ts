import { describe, expect, test } from 'vitest';
import { attribute, cleanRuns, isError, isTool, microsOf, operation, requestedCalls, toolOf } from './runs.fixture.ts';

const runs = cleanRuns(150);

interface Definition {
  name: string;
  parameters: { properties: Record<string, { type?: string; enum?: string[] }>; required: string[] };
}

describe('a clean run', () => {
  test('has no error anywhere', () => {
    for (const { spans } of runs) {
      expect(spans.filter(({ span }) => isError(span) || span.events.length > 0)).toEqual([]);
    }
  });

  test('is one tree whose root ends last', () => {
    for (const run of runs) {
      const ids = new Set(run.spans.map(({ span }) => span.spanId));
      const roots = run.spans.filter(({ span }) => span.parentSpanId === '');
      expect(roots.map(({ span }) => span.spanId)).toEqual([run.rootSpanId]);
      for (const { span } of run.spans) expect(span.parentSpanId === '' || ids.has(span.parentSpanId)).toBe(true);
      expect(run.spans.at(-1)?.span.spanId).toBe(run.rootSpanId);
    }
  });

  test('has children within their parents, whatever the clocks do', () => {
    for (const run of runs) {
      const byId = new Map(run.spans.map(({ span }) => [span.spanId, microsOf(span)]));
      for (const { span } of run.spans) {
        const [own, parent] = [microsOf(span), byId.get(span.parentSpanId)];
        // A consumer works when the producer has long gone on.
        if (parent && span.kind !== 5) expect(own.start >= parent.start && own.end <= parent.end).toBe(true);
      }
    }
  });

  test('makes every call that a model asked for, with the arguments that it asked for', () => {
    for (const { spans } of runs) {
      const asked = spans.flatMap(({ span }) => (operation(span) === 'chat' ? requestedCalls(span) : []));
      const made = spans.flatMap(({ span }) =>
        isTool(span)
          ? [
              {
                id: attribute(span, 'gen_ai.tool.call.id'),
                name: toolOf(span),
                arguments: JSON.parse(attribute(span, 'gen_ai.tool.call.arguments')),
              },
            ]
          : [],
      );
      const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
      expect(made.toSorted(byId)).toEqual(
        asked.map(({ id, name, arguments: given }) => ({ id, name, arguments: given })).toSorted(byId),
      );
    }
  });

  test('calls only what was offered, and as its schema demands', () => {
    for (const { spans } of runs) {
      for (const { span } of spans) {
        if (operation(span) !== 'chat') continue;
        const offered: Definition[] = JSON.parse(attribute(span, 'gen_ai.tool.definitions'));
        for (const call of requestedCalls(span)) {
          const schema = offered.find(({ name }) => name === call.name)?.parameters;
          const given = call.arguments as Record<string, unknown>;
          expect(Object.keys(given)).toEqual(expect.arrayContaining(schema?.required ?? ['no such tool']));
          for (const [key, value] of Object.entries(given)) {
            const { type = '', enum: words } = schema?.properties[key] ?? {};
            const seen = Array.isArray(value) ? 'array' : typeof value;
            expect(type).toBe(Number.isInteger(value) && type !== 'number' ? 'integer' : seen);
            if (words) expect(words).toContain(value);
          }
        }
      }
    }
  });

  test('tells the model everything that was said and found before', () => {
    for (const { spans } of runs) {
      const inferences = spans.filter(({ span }) => operation(span) === 'chat');
      for (const [i, { span }] of inferences.entries()) {
        const before = inferences[i - 1];
        if (!before || before.span.parentSpanId !== span.parentSpanId) continue;
        const [earlier, input] = [before.span, span].map((each) => attribute(each, 'gen_ai.input.messages'));
        expect(input?.startsWith(earlier?.slice(0, -1) ?? '')).toBe(true);
      }
    }
  });

  test('asks for an answer by schema of one agent only, which keeps to it', () => {
    let answers = 0;
    for (const { spans, turn } of runs) {
      if (!spans.some(({ span }) => attribute(span, 'gen_ai.output.type') === 'json')) continue;
      expect(Object.keys(JSON.parse(turn?.answer ?? ''))).toEqual(['invoice_id', 'supplier', 'total_eur', 'lines']);
      answers += 1;
    }
    expect(answers).toBeGreaterThan(3);
  });
});
