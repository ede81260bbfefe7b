import { trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const asked = trace()
  .call('get_order', { id: 1 }, { result: { id: 1 } })
  .llm({ calls: [{ name: 'issue_refund', arguments: { id: 1 } }] })
  .open();

export const cases: DetectorCase[] = [
  {
    name: 'finds a run that fell silent with a call open, begun at the inference that asked',
    example: true,
    run: asked,
    end: 'abandoned',
    finds: [{ at: 2, began: 2, severity: 'high', type: 'open_work' }],
  },
  {
    name: 'finds a run that fell silent with its agent open after a tool',
    run: trace()
      .call('get_order', { id: 1 }, { result: { id: 1 } })
      .open(),
    end: 'abandoned',
    finds: [{ at: 1, began: 1, type: 'open_work' }],
  },
  {
    name: 'says nothing before the gap has passed',
    run: asked,
    end: null,
    finds: [],
  },
  {
    name: 'says nothing of a run whose root ended',
    run: trace().llm({ text: 'Bye.' }).end(),
    end: 'closed',
    finds: [],
  },
  {
    name: 'says nothing where the root arrived late of all',
    run: trace().llm({ text: 'Bye.' }).end(),
    arrival: [1, 0],
    end: 'abandoned',
    finds: [],
  },
  {
    name: 'says nothing of a call that lawfully takes as long as the silence',
    run: trace()
      .call('train_model', { id: 1 }, { result: { ok: true }, ms: 7_200_000 })
      .llm({ calls: [{ name: 'train_model', arguments: { id: 2 } }] })
      .open(),
    end: 'abandoned',
    finds: [],
  },
  {
    name: 'says nothing of a request in which no agent has a part, though its caller is not seen',
    run: trace({ agent: '' }).step('GET /orders').open(),
    end: 'abandoned',
    finds: [],
  },
];
