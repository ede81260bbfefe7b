import { type TestToolDefinition, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const TOOLS: TestToolDefinition[] = [
  {
    name: 'get_order',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string' }, count: { type: 'integer' }, note: { type: 'string' } },
      required: ['id'],
      additionalProperties: false,
    },
  },
  { name: 'mcp__docs__search' },
];

interface Asked {
  name?: string;
  args: unknown;
  tools?: TestToolDefinition[];
  error?: string;
}

/** A model asks for one call (span 0), and the call is made (span 1). */
const asked = ({ name = 'get_order', args, tools = TOOLS, error }: Asked) =>
  trace()
    .llm({ calls: [{ name, arguments: args, id: 'c1' }], tools })
    .tool(name, args, { callId: 'c1', ...(error ? { error } : { result: { total: 1 } }) });

const unoffered = asked({ name: 'delete_order', args: { id: '1' }, error: 'no such tool' });

export const cases: DetectorCase[] = [
  {
    name: 'finds a call to a tool that was not offered, at the call, begun where the model asked',
    example: true,
    run: unoffered.end(),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'unoffered_tool' }],
  },
  {
    name: 'finds it at the inference while there is no span of the call',
    run: unoffered.open().slice(0, 1),
    end: null,
    finds: [{ at: 0, began: 0, type: 'unoffered_tool' }],
  },
  {
    name: 'tells of two calls by their arguments where spans of calls have no ids, as in OpenAI Agents, and once of the broken one',
    run: trace()
      .llm({
        calls: [
          { name: 'get_order', arguments: { id: '1' }, id: 'c1' },
          { name: 'get_order', arguments: { count: 2 }, id: 'c2' },
        ],
        tools: TOOLS,
      })
      .tool('get_order', { id: '1' }, { result: { total: 1 } })
      .tool('get_order', { count: 2 }, { error: 'tool get_order: Invalid arguments: id is required' })
      .end(),
    finds: [{ at: 2, began: 0, type: 'schema_mismatch' }],
  },
  {
    name: 'finds arguments that lack what the schema requires',
    run: asked({ args: { count: 2 } }).end(),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'schema_mismatch' }],
  },
  {
    name: 'finds arguments of another type that were written as text',
    run: asked({ args: '{"id":{"nested":true}}' }).end(),
    finds: [{ at: 1, severity: 'medium', type: 'schema_mismatch' }],
  },
  {
    name: 'gives a number as text little weight',
    run: asked({ args: { id: '1', count: '2' } }).end(),
    finds: [{ at: 1, severity: 'low', type: 'schema_mismatch' }],
  },
  {
    name: 'takes the definitions of the agent where no inference carries any',
    run: trace()
      .llm({ calls: [{ name: 'delete_order', id: 'c1' }] })
      .tool('delete_order', {}, { callId: 'c1', result: 'ok' })
      .end({ toolDefinitions: JSON.stringify(TOOLS), toolDefinitionsDigest: '00000000000000bb' }),
    finds: [{ at: 1, began: 0, type: 'unoffered_tool' }],
  },
  {
    name: 'takes a framework at its word that refuses a tool, without definitions',
    run: trace()
      .call('get_ordr', { id: 1 }, { result: 'Error: get_ordr is not a valid tool, try one of [get_order].' })
      .end(),
    finds: [{ at: 1, began: 0, type: 'unoffered_tool' }],
  },
  { name: 'finds nothing in a lawful call', run: asked({ args: { id: '1', count: 2 } }).end(), finds: [] },
  { name: 'lets an optional argument be null', run: asked({ args: { id: '1', note: null } }).end(), finds: [] },
  { name: 'knows a tool by its bare name', run: asked({ name: 'search', args: { q: 'lamp' } }).end(), finds: [] },
  {
    name: 'does not miss handoffs and structured answers among the definitions',
    run: trace()
      .llm({ calls: [{ name: 'transfer_to_refunds' }], tools: TOOLS })
      .llm({ calls: [{ name: 'final_result', arguments: { answer: 1 } }], tools: TOOLS })
      .end(),
    finds: [],
  },
  {
    name: 'says nothing where a definition has no name: a provider offers tools of its own',
    run: asked({ name: 'web_search', args: {}, tools: [...TOOLS, { name: '' }] }).end(),
    finds: [],
  },
  { name: 'says nothing without definitions', run: trace().call('anything', { x: 1 }, { result: 1 }).end(), finds: [] },
  { name: 'says nothing where the list of definitions is empty', run: asked({ args: {}, tools: [] }).end(), finds: [] },
  {
    name: 'says nothing about a tool that failed by itself',
    run: asked({ args: { id: '1' }, error: 'order not found' }).end(),
    finds: [],
  },
  {
    name: 'says nothing where ingest cut the definitions or the arguments',
    run: asked({ name: 'delete_order', args: { no: 1 } })
      .end()
      .map((span) => ({ ...span, cut: [{ field: 'toolDefinitions', length: 1, digest: '00' }] })),
    finds: [],
  },
  {
    name: 'leaves arguments that do not parse to malformed output',
    run: asked({ args: '{"id": ' }).end(),
    finds: [],
  },
  {
    name: 'finds one thing once when the call arrives before the inference',
    run: asked({ name: 'delete_order', args: {}, error: 'delete_order is not a valid tool' }).end(),
    arrival: [1, 0, 2],
    finds: [{ at: 1, began: 0, type: 'unoffered_tool' }],
  },
];
