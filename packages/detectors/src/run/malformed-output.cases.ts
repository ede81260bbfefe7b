import { type InferenceOptions, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const answer = (text: string, options: InferenceOptions = {}) =>
  trace()
    .llm({ text, ...options })
    .end();
const asked = (args: unknown) =>
  trace()
    .llm({ calls: [{ name: 'get_order', arguments: args }] })
    .end();
const promising = (attributes: Record<string, unknown>): InferenceOptions => ({
  span: { attributes: JSON.stringify(attributes) },
});
const jsonMode = promising({ 'gen_ai.output.type': 'json' });
const invoice = { invoice_id: 'R-7', total: 12.5, due: '2026-01-02' };
/** JSON mode without a schema. Spans: 0 inference. */
const reading = (text: unknown, agent = 'invoice-reader', release = '1.0', options: InferenceOptions = jsonMode) =>
  trace({ agent, release })
    .llm({ text: typeof text === 'string' ? text : JSON.stringify(text), ...options })
    .end();
const total = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };
const withSchema = promising({
  'llm.invocation_parameters': JSON.stringify({
    response_format: { type: 'json_schema', json_schema: { name: 'total', schema: total } },
  }),
});

/** As pydantic-ai records what it asked for. */
const pydantic = (mode: string) =>
  promising({ model_request_parameters: JSON.stringify({ output_mode: mode, output_object: { json_schema: total } }) });

export const cases: DetectorCase[] = [
  {
    name: 'finds arguments that do not parse',
    run: asked('{"id": "A-1042"'),
    finds: [{ at: 0, began: 0, severity: 'medium', type: 'unparsable_arguments' }],
  },
  {
    name: 'finds two objects in place of one as arguments',
    run: asked('{"id": 1}{"id": 2}'),
    finds: [{ at: 0, type: 'unparsable_arguments' }],
  },
  {
    name: 'finds an answer that begins as JSON and breaks',
    run: answer('{"total": 12, "items": [1, 2,]}'),
    finds: [{ at: 0, type: 'unparsable_answer', severity: 'medium' }],
  },
  {
    name: 'finds it in a fence too',
    run: answer('```json\n{"total": 12 "items": []}\n```'),
    finds: [{ at: 0, type: 'unparsable_answer' }],
  },
  {
    name: 'finds an answer that the output limit cut',
    run: answer('{"items": [{"name": "lamp", "pri', { finishReason: 'length' }),
    finds: [{ at: 0, type: 'cut_answer', severity: 'medium' }],
  },
  {
    name: 'finds prose where the request promised JSON',
    run: answer('The total is twelve.', jsonMode),
    finds: [{ at: 0, type: 'not_the_promised_format' }],
  },
  {
    name: 'finds an answer that breaks the promised schema',
    example: true,
    run: answer('{"sum": 12}', withSchema),
    finds: [{ at: 0, type: 'answer_breaks_schema', severity: 'medium' }],
  },
  {
    name: 'finds an answer in single quotes where the request promised JSON',
    run: answer("{'total': 12, 'paid': True}", withSchema),
    finds: [{ at: 0, began: 0, severity: 'medium', type: 'unparsable_answer' }],
  },
  {
    name: 'finds a list in single quotes where the request promised JSON',
    run: answer("[{'total': 12}]", jsonMode),
    finds: [{ at: 0, type: 'unparsable_answer' }],
  },
  {
    name: 'finds an answer that breaks the schema among the parameters of pydantic-ai',
    run: answer('{"sum": 12}', pydantic('native')),
    finds: [{ at: 0, type: 'answer_breaks_schema' }],
  },
  {
    name: 'lets an answer be of any form where the schema is that of a tool',
    run: answer('The total is twelve.', pydantic('tool')),
    finds: [],
  },
  { name: 'lets an answer be in single quotes where nobody promised JSON', run: answer("{'total': 12}"), finds: [] },
  {
    name: 'lets prose introduce JSON though the request promised it alone: parsers look for it',
    run: answer('Here it is: {"total": 12}', jsonMode),
    finds: [],
  },
  {
    name: 'finds a field missing that the other answers had, where no schema was recorded',
    run: reading({ total: 12.5, due: '2026-01-02' }),
    finds: [{ at: 0, began: 0, severity: 'low', type: 'unlike_other_answers' }],
  },
  {
    name: 'finds a field of another type than in the other answers, in a fence too',
    run: reading(`\`\`\`json\n${JSON.stringify({ ...invoice, total: '12.50 EUR' })}\n\`\`\``),
    finds: [{ at: 0, severity: 'low', type: 'unlike_other_answers' }],
  },
  {
    name: 'takes few other answers for a hint',
    run: reading({ total: 12.5, due: '2026-01-02' }, 'letter-reader'),
    finds: [{ at: 0, severity: 'info', type: 'unlike_other_answers' }],
  },
  { name: 'says nothing after fewer', run: reading({ total: 12.5, due: '2026-01-02' }, 'card-reader'), finds: [] },
  { name: 'finds nothing in an answer like the others', run: reading(invoice), finds: [] },
  { name: 'lets an answer leave out what others left out', run: reading({ ...invoice, note: 'paid' }), finds: [] },
  {
    name: 'lets a field be null or empty: JSON modes have every key there',
    run: reading({ ...invoice, invoice_id: null, due: '' }),
    finds: [],
  },
  {
    name: 'lets an answer be of another form, as a refusal',
    run: reading({ error: 'this is no invoice', invoice_id: null }),
    finds: [],
  },
  {
    name: 'has learned nothing of another release',
    run: reading({ total: 12.5, due: 'x' }, undefined, '2.0'),
    finds: [],
  },
  {
    name: 'lets the recorded schema decide, not the other answers',
    run: reading({ total: 12.5, due: '2026-01-02' }, undefined, undefined, withSchema),
    finds: [],
  },
  {
    name: 'holds JSON against others only where it was promised',
    run: reading({ total: 12.5, due: '2026-01-02' }, undefined, undefined, {}),
    finds: [],
  },
  {
    name: 'lets a remark beside a tool call be of any form',
    run: reading({ total: 12.5, due: 'x' }, undefined, undefined, {
      ...jsonMode,
      calls: [{ name: 'get_order', arguments: '{"id": 1}' }],
    }),
    finds: [],
  },
  { name: 'finds nothing in arguments that parse', run: asked('{"id": "A-1042"}'), finds: [] },
  { name: 'lets a call have no arguments', run: asked(''), finds: [] },
  { name: 'lets a tool take plain text', run: asked('SELECT * FROM orders'), finds: [] },
  { name: "does not take an SDK's rendering for the model's text", run: asked("{'id': 'A-1042'}"), finds: [] },
  { name: 'finds nothing in an answer that keeps its promise', run: answer('{"total": 12}', withSchema), finds: [] },
  { name: 'finds nothing in JSON', run: answer('```json\n{"total": 12}\n```'), finds: [] },
  { name: 'lets prose follow JSON', run: answer('{"total": 12}\n\nThat is the sum of both orders.'), finds: [] },
  { name: 'lets lines of JSON follow each other', run: answer('{"n": 1}\n{"n": 2}'), finds: [] },
  {
    name: 'does not take prose with braces for JSON',
    run: answer('{name}, your order [A-1042] {shipped} is here'),
    finds: [],
  },
  {
    name: 'does not take a citation or a link for JSON',
    run: answer('[1] says so, as does ["this"](https://x.y).'),
    finds: [],
  },
  {
    name: 'does not take an example with an ellipsis for an answer',
    run: answer('```json\n{"total": 12, ...}\n```'),
    finds: [],
  },
  {
    name: 'does not take a fence at the beginning of an explanation for an answer',
    run: answer(`\`\`\`json\n{total: 12}\n\`\`\`\n${'This is how such an object looks in JavaScript. '.repeat(8)}`),
    finds: [],
  },
  { name: 'does not take code for JSON', run: answer('```python\n{"a": undefined}\n```'), finds: [] },
  {
    name: 'says nothing about what ingest cut',
    run: answer('{"items": [1, 2', { span: { cut: [{ field: 'outputMessages', length: 90_000, digest: '00' }] } }),
    finds: [],
  },
  { name: 'says nothing about what an SDK cut', run: answer('{"items": ["a lamp and then ...'), finds: [] },
  { name: 'says nothing about a length at which SDKs cut', run: answer(`{"text": "${'x'.repeat(246)}`), finds: [] },
  { name: 'says nothing about an inference that failed', run: answer('{"a', { error: 'timeout' }), finds: [] },
];
