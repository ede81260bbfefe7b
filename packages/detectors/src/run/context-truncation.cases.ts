import { says, type TestMessage, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const REQUEST = says('user', 'Refund order #W1234567 by 2024-05-20, but do not cancel the subscription.');
const turn = (i: number): TestMessage[] => [
  { role: 'assistant', parts: [{ type: 'tool_call', id: `call_abc_${i}`, name: 'read', arguments: { page: i } }] },
  {
    role: 'tool',
    parts: [{ type: 'tool_call_response', id: `call_abc_${i}`, response: `page ${i} ${'text '.repeat(40)}` }],
  },
];
const turns = (from: number, to: number): TestMessage[] =>
  Array.from({ length: to - from }, (_, i) => turn(from + i)).flat();

/** A run whose inferences get these inputs in turn (spans 0, 2, 4, …), each but the last asking for a page. */
function conversation(inputs: TestMessage[][], last = {}, tokens: number[] = []) {
  const run = trace();
  inputs.forEach((input, i) => {
    const inputTokens = tokens[i] ?? Math.ceil(JSON.stringify(input).length / 4);
    if (i === inputs.length - 1)
      run.llm({ input, text: 'All is done, thank you for waiting.', inputTokens, span: last });
    else {
      run.llm({ input, inputTokens, calls: [{ name: 'read', arguments: { page: i }, id: `call_abc_${i}` }] });
      run.tool('read', { page: i }, { callId: `call_abc_${i}`, result: 'text' });
    }
  });
  return run.end();
}

const growing = [[REQUEST], [REQUEST, ...turns(0, 1)], [REQUEST, ...turns(0, 2)], [REQUEST, ...turns(0, 3)]];
const summary = (text: string) => [says('user', text), ...turns(3, 4)];

export const cases: DetectorCase[] = [
  {
    name: 'finds what the user stated and the window no longer holds',
    example: true,
    run: conversation([...growing, turns(2, 4)]),
    finds: [{ at: 8, began: 8, severity: 'medium', type: 'constraint_lost' }],
  },
  {
    name: 'finds what a compaction lost',
    run: conversation([...growing, summary('Summary: the order was looked up.')], { contextCompacted: true }),
    finds: [{ at: 8, type: 'constraint_lost' }],
  },
  {
    name: 'finds a loss at the second inference by its tokens',
    run: conversation([[REQUEST, ...turns(7, 9)], turns(0, 1)]),
    finds: [{ at: 2, type: 'constraint_lost' }],
  },
  {
    name: 'finds an answer that was cut and was the last',
    run: trace().llm({ text: 'The lamp is', finishReason: 'length' }).end(),
    finds: [{ at: 0, severity: 'medium', type: 'output_limit' }],
  },
  {
    name: 'gives a cut answer little weight that the agent goes on from',
    run: trace().llm({ text: 'The lamp is', finishReason: 'length' }).llm({ text: 'red.' }).end(),
    finds: [{ at: 0, severity: 'low', type: 'output_limit' }],
  },
  {
    name: 'finds an input that the model refuses as too long',
    run: trace().llm({ error: "This model's maximum context length is 8192 tokens" }).end(),
    finds: [{ at: 0, severity: 'medium', type: 'context_overflow' }],
  },
  { name: 'finds nothing while the history grows', run: conversation(growing), finds: [] },
  {
    name: 'finds nothing where a compaction keeps what was stated',
    run: conversation(
      [...growing, summary('The user wants a refund of #W1234567 until 2024-05-20, keeping the subscription.')],
      { contextCompacted: true },
    ),
    finds: [],
  },
  {
    name: 'does not take an input that holds only what is new for a loss',
    run: conversation([[REQUEST], turns(0, 1), turns(1, 2), turns(2, 3)], {}, [100, 200, 300, 400]),
    finds: [],
  },
  {
    name: 'does not take a second conversation for a loss in the first',
    run: trace()
      .agent('reader', (run) =>
        run.llm({ input: [REQUEST, ...turns(0, 6)], inputTokens: 900, text: 'I have read all of the six pages.' }).llm({
          input: [says('user', 'Describe the second document in a few words.')],
          inputTokens: 20,
          text: 'A lamp.',
        }),
      )
      .end(),
    finds: [],
  },
  {
    name: 'says nothing where ingest cut the input',
    run: conversation([...growing, turns(2, 4)], { cut: [{ field: 'inputMessages', length: 90_000, digest: '00' }] }),
    finds: [],
  },
  {
    name: 'lets a classification be one token long',
    run: trace().llm({ text: 'yes', finishReason: 'length', outputTokens: 1 }).end(),
    finds: [],
  },
  {
    name: 'does not take another failure of the model for an overflow',
    run: trace().llm({ error: '429 Too Many Requests' }).end(),
    finds: [],
  },
  {
    name: 'finds the same loss when tools arrive before what asked for them',
    run: conversation([...growing, turns(2, 4)]),
    arrival: [1, 0, 3, 2, 5, 4, 7, 6, 8, 9],
    finds: [{ at: 8, type: 'constraint_lost' }],
  },
];
