import { randomBytes } from 'node:crypto';
import type { TemplateRun } from '../load/corpus.ts';

const LONG_TEXT = 'all work and no play makes Jack a dull boy '.repeat(8_000);
const NESTED = 24;

/** A run whose spans are lawful OTLP and made to do harm: every one of them has to be stored, and to stop nothing. */
export function hostileRun(nowMs: number): { body: string; run: TemplateRun; traceId: string } {
  const traceId = randomBytes(16).toString('hex');
  const ids = Array.from({ length: 8 }, () => randomBytes(8).toString('hex'));
  const [root, self, one, other, old, future, deep, long] = ids as [string, ...string[]];
  const at = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`;
  const span = (spanId: string | undefined, more: object, attributes: object[] = []) => ({
    traceId,
    spanId,
    parentSpanId: root,
    name: 'execute_tool __proto__',
    startTimeUnixNano: at(nowMs - 50),
    endTimeUnixNano: at(nowMs),
    attributes: [
      text('gen_ai.operation.name', 'execute_tool'),
      text('gen_ai.tool.name', 'constructor'),
      text('__proto__', '{"polluted":true}'),
      ...attributes,
    ],
    ...more,
  });
  const spans = [
    span(self, { parentSpanId: self }),
    span(one, { parentSpanId: other }),
    span(other, { parentSpanId: one }),
    span(old, { startTimeUnixNano: '0', endTimeUnixNano: '1' }),
    span(future, { startTimeUnixNano: at(Date.UTC(2100, 0)), endTimeUnixNano: at(Date.UTC(2100, 1)) }),
    span(deep, {}, [text('gen_ai.tool.call.arguments', `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`), nested(NESTED)]),
    span(long, {}, [text('gen_ai.tool.call.result', LONG_TEXT), text('note', '\ud800 lone surrogate \u0000')]),
    span(root, { parentSpanId: '', name: 'invoke_agent hostile' }, [
      text('gen_ai.operation.name', 'invoke_agent'),
      text('gen_ai.agent.name', 'toString'),
    ]),
  ];
  const resource = { attributes: [text('service.name', 'hasOwnProperty')] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'hostile' }, spans }] }] });
  return { body, traceId, run: { traceId, spanIds: ids, sessionId: traceId, findings: undefined } };
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

function nested(depth: number): object {
  let value: object = { stringValue: 'down here' };
  for (let level = 0; level < depth; level += 1) value = { kvlistValue: { values: [{ key: '__proto__', value }] } };
  return { key: 'tree', value };
}
