import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedData } from '@spanwise/testkit';

/** A span as the file has it: what the tests expect is read from here, not through our own decoding. */
export interface RecordedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  attributes: ReadonlyMap<string, unknown>;
}

export interface Recording {
  framework: string;
  scenario: string;
  file: string;
  spans: RecordedSpan[];
}

interface JsonSpan extends Omit<RecordedSpan, 'attributes'> {
  attributes?: { key: string; value: Record<string, unknown> }[];
}

/** Text of a recorded file, gzipped or not. */
export function readRecordedText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** Spans of a file with one OTLP/JSON request a line. */
export function readRecordedSpans(file: string): RecordedSpan[] {
  const lines = readRecordedText(file).split('\n').filter(Boolean);
  return lines
    .flatMap((line) => JSON.parse(line).resourceSpans)
    .flatMap((resource) => resource.scopeSpans)
    .flatMap((scope) => scope.spans)
    .map(({ traceId, spanId, parentSpanId, name, attributes }: JsonSpan) => ({
      traceId,
      spanId,
      parentSpanId: parentSpanId ?? '',
      name,
      attributes: new Map((attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]])),
    }));
}

/** Every recorded run of every framework; empty where this machine has none. */
export function frameworkRecordings(): Recording[] {
  const data = sharedData();
  if (data === undefined) return [];
  const root = join(data, 'otlp/frameworks');
  return readdirSync(root)
    .sort()
    .flatMap((framework) =>
      readdirSync(join(root, framework))
        .sort()
        .map((name) => {
          const file = join(root, framework, name);
          return { framework, scenario: name.replace('.otlp.jsonl', ''), file, spans: readRecordedSpans(file) };
        }),
    );
}

/** Where instrumentations put the id of a conversation, the strongest first. */
const CONVERSATION = ['gen_ai.conversation.id', 'session.id', 'ai.settings.context.conversationId'];

/** The session of each trace: the conversation id of its root, else of any span, else the trace id. */
export function sessionsByTrace(spans: readonly RecordedSpan[]): Map<string, string> {
  const rootsFirst = [...spans].sort((a, b) => Number(a.parentSpanId !== '') - Number(b.parentSpanId !== ''));
  const sessions = new Map<string, string>();
  for (const { traceId, attributes } of rootsFirst) {
    const id = CONVERSATION.map((key) => attributes.get(key)).find((value) => value !== undefined);
    if (id !== undefined && !sessions.has(traceId)) sessions.set(traceId, String(id));
  }
  for (const { traceId } of spans) if (!sessions.has(traceId)) sessions.set(traceId, traceId);
  return sessions;
}

/** A trace in which an agent was only made, or a graph drawn, is no run. */
export function runTraces(spans: readonly RecordedSpan[]): string[] {
  const runs = spans.filter(({ attributes }) => attributes.get('gen_ai.operation.name') !== 'create_agent');
  return [...new Set(runs.map(({ traceId }) => traceId))];
}
