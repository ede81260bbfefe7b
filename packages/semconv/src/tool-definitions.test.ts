import { describe, expect, it } from 'vitest';
import { ofAttributes } from './spans.fixture.ts';
import { toolDefinitions } from './tool-definitions.ts';

const schema = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] };
const expected = [{ name: 'get_order', description: 'Look it up', parameters: schema }];
const plain = { name: 'get_order', description: 'Look it up', parameters: schema };

describe('offered tools are read', () => {
  it.each([
    ['as OpenTelemetry has them', [{ type: 'function', ...plain }]],
    ['as OpenAI has them', [{ type: 'function', function: plain }]],
    ['as MCP and the Vercel SDK have them', [{ name: 'get_order', description: 'Look it up', inputSchema: schema }]],
    ['as Anthropic has them', [{ name: 'get_order', description: 'Look it up', input_schema: schema }]],
    [
      'as Bedrock has them',
      { tools: [{ toolSpec: { name: 'get_order', description: 'Look it up', inputSchema: { json: schema } } }] },
    ],
    ['as Gemini has them', [{ function_declarations: [plain] }]],
    ['as a list of JSON texts', [JSON.stringify(plain)]],
    [
      'as OpenInference spells them out',
      [{ tool: { json_schema: JSON.stringify({ type: 'function', function: plain }) } }],
    ],
    [
      'as Traceloop spells them out',
      [{ name: 'get_order', description: 'Look it up', parameters: JSON.stringify(schema) }],
    ],
    ['by name', { get_order: { description: 'Look it up', parameters: schema } }],
    [
      'as pydantic-ai has them',
      { function_tools: [{ name: 'get_order', description: 'Look it up', parameters_json_schema: schema }] },
    ],
  ])('%s', (_, sent) => {
    expect(JSON.parse(toolDefinitions(sent).text)).toEqual(expected);
    expect(toolDefinitions(JSON.stringify(sent))).toEqual(toolDefinitions(sent));
  });

  it.each([
    [['get_order', 'issue_refund'], '[{"name":"get_order"},{"name":"issue_refund"}]'],
    ['get_order, issue_refund', '[{"name":"get_order"},{"name":"issue_refund"}]'],
    [[], ''],
    ['[]', ''],
    [{ type: 'auto' }, ''],
    [undefined, ''],
  ])('%j as %j', (sent, text) => expect(toolDefinitions(sent).text).toBe(text));
});

describe('they stand', () => {
  it.each([
    ['in one attribute', { 'gen_ai.tool.definitions': JSON.stringify([plain]) }],
    [
      'in the Vercel SDK’s list of JSON texts',
      {
        'ai.prompt.tools': [
          JSON.stringify({ type: 'function', name: 'get_order', description: 'Look it up', inputSchema: schema }),
        ],
      },
    ],
    [
      'spelt out by OpenInference',
      { 'llm.tools.0.tool.json_schema': JSON.stringify({ type: 'function', function: plain }) },
    ],
    [
      'spelt out by Traceloop',
      {
        'llm.request.functions.0.name': 'get_order',
        'llm.request.functions.0.description': 'Look it up',
        'llm.request.functions.0.parameters': JSON.stringify(schema),
      },
    ],
    [
      'among the parameters of the request',
      {
        'llm.invocation_parameters': JSON.stringify({ temperature: 0, tools: [{ type: 'function', function: plain }] }),
      },
    ],
  ])('%s', (_, attributes) => {
    const span = ofAttributes({ 'gen_ai.operation.name': 'chat', ...attributes });
    expect(JSON.parse(span.toolDefinitions)).toEqual(expected);
    expect(span.toolDefinitionsDigest).toMatch(/^[0-9a-f]{16}$/);
  });
});
