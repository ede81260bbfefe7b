import type { Span } from '@spanwise/schemas';
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

interface Chosen {
  agent?: string;
  release?: string;
  tool?: string;
  args?: unknown;
  result?: unknown;
  error?: string;
  tools?: string[];
  answer?: string;
}

const ROOM = { room: '4-117', guest: 'G-20481', floor: 'fourth', view: 'harbour' };

/** A run of a hotel's agent: an inference (span 0), the call that it asked for (1), get_room (2, 3), and an answer (4). */
const hotel = ({
  agent = 'porter',
  release = '1.0',
  tool = 'park_car',
  args = { plate: 'GR-17-KX' },
  ...chosen
}: Chosen) => {
  const { result = { spot: 'B-12' }, error, tools, answer = 'It is done.' } = chosen;
  const offer = tools ? { tools: tools.map((name) => ({ name })) } : {};
  return trace({ agent, release })
    .llm({ calls: [{ name: tool, arguments: args, id: 'c1' }], ...offer, span: { release } })
    .tool(tool, args, { callId: 'c1', ...(error ? { error } : { result }), span: { release } })
    .llm({ calls: [{ name: 'get_room', arguments: { room: '4-117' }, id: 'c2' }], ...offer, span: { release } })
    .tool('get_room', { room: '4-117' }, { callId: 'c2', result: ROOM, span: { release } })
    .llm({ text: answer, ...offer, span: { release } });
};

const OVERVIEW = { kind: 'double room', season: 'low season', rooms: 12 };

/** An overview of rooms instead of the room. */
const overview = (chosen: Chosen = {}) =>
  hotel({ tool: 'room_overview', args: { room: '4-117' }, result: OVERVIEW, ...chosen });

/** One agent within another's run, whose spans name it or do not. */
const nested = (agent: string) =>
  trace({ agent: 'concierge' })
    .agent(
      agent,
      (run) =>
        run
          .llm({ calls: [{ name: 'park_car', arguments: { plate: 'GR-17-KX' }, id: 'c1' }] })
          .tool('park_car', { plate: 'GR-17-KX' }, { callId: 'c1', result: { spot: 'B-12' } }),
      { release: '1.0' },
    )
    .end();

/** A porter parks a car, which is the valet's. */
export const misroutedRun = (): Span[] => nested('porter');

/** A porter looks at an overview of rooms, and drops it for the room. */
export const droppingRun = (): Span[] => overview().end();

export const cases: DetectorCase[] = [
  {
    name: 'finds a tool that another agent often calls and none of its own runs had, at the call, begun where the model chose',
    run: hotel({ tools: ['get_room', 'carry_bags', 'park_car'] }).end(),
    finds: [{ at: 1, began: 0, severity: 'medium', type: 'foreign_tool' }],
  },
  {
    name: 'finds it while the run goes on, where a span above the call names its agent',
    run: nested('porter'),
    end: null,
    finds: [{ at: 1, began: 0, type: 'foreign_tool' }],
  },
  {
    name: 'finds it whatever came first',
    run: nested('porter'),
    arrival: [3, 2, 1, 0],
    finds: [{ at: 1, began: 0, type: 'foreign_tool' }],
  },
  {
    name: 'gives it little weight where it is only known what the agent called',
    run: hotel({ agent: 'maid', tool: 'carry_bags' }).end(),
    finds: [{ at: 1, severity: 'low', type: 'foreign_tool' }],
  },
  {
    name: 'finds another agent’s tool that was not offered as such, once',
    run: hotel({ tools: ['get_room', 'carry_bags'] }).end(),
    finds: [{ at: 1, began: 0, type: 'unoffered_tool' }],
  },
  {
    name: 'finds another agent’s tool that was refused as such, once',
    run: hotel({ error: 'park_car is not a valid tool' }).end(),
    finds: [{ at: 1, began: 0, type: 'unoffered_tool' }],
  },
  { name: 'lets an agent call its own tools', run: hotel({ agent: 'valet' }).end(), finds: [] },
  {
    name: 'lets it call for the first time what it was always offered',
    run: hotel({ tool: 'call_taxi' }).end(),
    finds: [],
  },
  { name: 'lets it call a tool that no agent is known to have', run: hotel({ tool: 'ring_bell' }).end(), finds: [] },
  {
    name: 'lets it call a tool that another one calls, but not often',
    run: hotel({ tool: 'find_guest', args: { name: 'Okafor' } }).end(),
    finds: [],
  },
  {
    name: 'lets it call what most agents call',
    run: hotel({ tool: 'ask_desk', args: { question: 'who is in 4-117' } }).end(),
    finds: [],
  },
  {
    name: 'lets it call a tool whose name may stand for many',
    run: hotel({ tool: 'park' }).end(),
    finds: [],
  },
  { name: 'lets a new release have new tools', run: hotel({ release: '1.1' }).end(), finds: [] },
  {
    name: 'says nothing of an agent of which too few runs are known',
    run: hotel({ agent: 'trainee' }).end(),
    finds: [],
  },
  {
    name: 'says nothing of an agent that keeps calling tools that came once',
    run: hotel({ agent: 'handyman', tool: 'carry_bags' }).end(),
    finds: [],
  },
  {
    name: 'says nothing of an agent that has more tools than are kept',
    run: hotel({ agent: 'collector' }).end(),
    finds: [],
  },
  { name: 'says nothing of an agent that is not named', run: hotel({ agent: '' }).end(), finds: [] },
  {
    name: 'says nothing of a call that code made, and no model asked for',
    run: trace({ agent: 'porter', release: '1.0' })
      .llm({ text: 'I park the car.', span: { release: '1.0' } })
      .tool('park_car', { plate: 'GR-17-KX' }, { result: { spot: 'B-12' }, span: { release: '1.0' } })
      .end({ release: '1.0' }),
    finds: [],
  },
  {
    name: 'says nothing of another agent’s call within its run',
    run: nested('valet'),
    finds: [],
  },
  {
    name: 'lets an agent look again at what another one of the run looked at',
    run: trace({ agent: 'porter', release: '1.0' })
      .agent('valet', (run) => run.call('park_car', { plate: 'GR-17-KX' }, { result: { spot: 'B-12' } }))
      .llm({ calls: [{ name: 'park_car', arguments: { plate: 'GR-17-KX' }, id: 'c1' }], span: { release: '1.0' } })
      .tool('park_car', { plate: 'GR-17-KX' }, { callId: 'c1', result: { spot: 'B-14' } })
      .end({ release: '1.0' }),
    finds: [],
  },
  {
    name: 'says nothing where the span that may name the agent of a call is not there',
    run: nested('valet').filter((_, i) => i !== 2),
    finds: [],
  },
  {
    name: 'finds a choice that was dropped for the usual one, with the same arguments, nothing of it used',
    run: overview().end(),
    finds: [{ at: 1, began: 0, severity: 'low', type: 'abandoned_choice' }],
  },
  {
    name: 'finds it though a limit was added',
    run: overview({ args: { room: '4-117', lang: 'english', wing: 'north', beds: 'single' } })
      .end()
      .map((span) =>
        span.tool === 'get_room'
          ? { ...span, toolArguments: '{"beds":"single","lang":"english","limit":3,"room":"4-117","wing":"north"}' }
          : span,
      ),
    finds: [{ at: 1, type: 'abandoned_choice' }],
  },
  {
    name: 'lets a first choice find nothing',
    run: overview({ result: { rooms: [], total: 0, note: 'nothing', wing: 'north wing' } }).end(),
    finds: [],
  },
  {
    name: 'lets a cache have missed',
    run: overview({ result: { cache: 'main cache', entry: 'miss' } }).end(),
    finds: [],
  },
  { name: 'lets a first choice fail', run: overview({ error: 'timed out' }).end(), finds: [] },
  {
    name: 'lets a first choice say that it knows too little',
    run: overview({ result: { ...OVERVIEW, complete: false } }).end(),
    finds: [],
  },
  { name: 'lets an answer use it', run: overview({ answer: 'It is low season, and all is quiet.' }).end(), finds: [] },
  {
    name: 'lets a later call use it',
    run: overview().call('note_down', { text: 'low season' }, { result: 'ok' }).llm({ text: 'It is done.' }).end(),
    finds: [],
  },
  {
    name: 'lets one look at another thing of the same guest',
    run: hotel({ tool: 'get_bill', args: { room: '4-117' }, result: OVERVIEW }).end(),
    finds: [],
  },
  {
    name: 'lets a small number be all that both calls have in common',
    run: overview({ args: { floor: 4 } })
      .end()
      .map((span) => (span.tool === 'get_room' ? { ...span, toolArguments: '{"wing":4}' } : span)),
    finds: [],
  },
  {
    name: 'lets one look up another room',
    run: overview({ args: { room: '4-118' } }).end(),
    finds: [],
  },
  {
    name: 'lets one check the room before it is looked up',
    run: overview({ tool: 'check_room', result: { room: '4-117', condition: 'clean room', by: 'housekeeping' } }).end(),
    finds: [],
  },
  {
    name: 'lets one look at what was changed',
    run: overview({ tool: 'update_room', result: OVERVIEW }).end(),
    finds: [],
  },
  {
    name: 'lets a name without a verb have changed it',
    run: overview({ result: { ...OVERVIEW, status: 'reserved' } }).end(),
    finds: [],
  },
  {
    name: 'lets two tools be asked at once',
    run: trace({ agent: 'porter', release: '1.0' })
      .llm({
        calls: [
          { name: 'room_overview', arguments: { room: '4-117' }, id: 'c1' },
          { name: 'get_room', arguments: { room: '4-117' }, id: 'c2' },
        ],
        span: { release: '1.0' },
      })
      .tool('room_overview', { room: '4-117' }, { callId: 'c1', result: OVERVIEW })
      .tool('get_room', { room: '4-117' }, { callId: 'c2', result: ROOM })
      .llm({ text: 'It is done.' })
      .end({ release: '1.0' }),
    finds: [],
  },
  {
    name: 'lets the user ask for more in between',
    run: trace({ agent: 'porter', release: '1.0' })
      .call('room_overview', { room: '4-117' }, { result: OVERVIEW })
      .llm({ text: 'Rooms are free.' })
      .call('get_room', { room: '4-117' }, { result: ROOM })
      .llm({ text: 'It is done.' })
      .end({ release: '1.0' }),
    finds: [],
  },
  {
    name: 'says nothing of a dropped choice that this agent makes often',
    run: overview({ tool: 'find_room', agent: 'page' }).end(),
    finds: [],
  },
  {
    name: 'says nothing of a dropped choice while no answer is seen',
    run: overview().open().slice(0, 4),
    finds: [],
  },
  {
    name: 'says nothing of a dropped choice that came after the answer',
    run: overview().end(),
    arrival: [0, 2, 3, 4, 1, 5],
    finds: [],
  },
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
