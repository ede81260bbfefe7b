import { trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const DOWN = { error: 'HTTP 503 Service Unavailable' };
const OK = { result: { ok: 1 } };

export const cases: DetectorCase[] = [
  {
    name: 'a fallback that fails, and a fallback for that which fails, is found at the third',
    run: trace()
      .call('pay_by_card', { id: 1 }, DOWN)
      .call('pay_by_bank', { iban: 'x' }, DOWN)
      .call('open_ticket', { text: 'help' }, DOWN)
      .llm({ text: 'Sorry, nothing worked.' })
      .end(),
    finds: [{ at: 5, began: 1, severity: 'high', type: 'chain' }],
  },
  {
    name: 'retries on the way count once, and a good end weighs less',
    run: trace()
      .call('pay_by_card', { id: 1 }, DOWN)
      .call('pay_by_card', { id: 1 }, DOWN)
      .call('pay_by_bank', { iban: 'x' }, DOWN)
      .call('open_ticket', { text: 'help' }, DOWN)
      .call('open_ticket', { text: 'help' }, OK)
      .end(),
    finds: [{ at: 7, began: 1, severity: 'medium' }],
  },
  {
    name: 'failures within attempts nest',
    run: trace()
      .call('load_page', { url: 1 }, DOWN)
      .within(
        'execute_tool browse',
        (inner) => {
          inner
            .call('open_browser', { profile: 1 }, { error: 'crash' })
            .call('install_browser', { version: 2 }, { error: 'disk full, crash' });
        },
        { kind: 'tool', tool: 'browse', failed: true, status: 'error', errorMessage: 'gave up' },
      )
      .call('fetch_cache', { key: 1 }, DOWN)
      .end(),
    finds: [{ at: 5, began: 1 }],
  },
  {
    name: 'the chain is the same when its first failure comes last',
    run: trace()
      .call('pay_by_card', { id: 1 }, DOWN)
      .call('pay_by_bank', { iban: 'x' }, DOWN)
      .call('open_ticket', { text: 'help' }, DOWN)
      .end(),
    arrival: [2, 3, 4, 5, 0, 1, 6],
    finds: [{ at: 5, began: 1 }],
  },
  {
    name: 'a run that mostly tries to put things right is found',
    run: ['a', 'b', 'c', 'd']
      .reduce(
        (run, id) =>
          run.call(`get_${id}x`, { id }, DOWN).call(`get_${id}x`, { id }, DOWN).call(`get_${id}x`, { id }, OK),
        trace(),
      )
      .end(),
    finds: [{ at: 13, began: 1, severity: 'medium', type: 'share' }],
  },
  {
    name: 'single retries far apart are none',
    run: ['a', 'b', 'c', 'd']
      .reduce(
        (run, id) =>
          run
            .call(`get_${id}x`, { id }, DOWN)
            .call(`get_${id}x`, { id }, OK)
            .call('list_y', { page: id }, OK)
            .call('list_z', { page: id }, OK),
        trace(),
      )
      .end(),
    finds: [],
  },
  {
    name: 'failures with successful work between them are their own',
    run: ['a', 'b', 'c', 'd']
      .reduce(
        (run, id) =>
          run.call(`get_${id}x`, { id }, DOWN).call('list_y', { page: id }, OK).call('list_z', { page: id }, OK),
        trace(),
      )
      .end(),
    finds: [],
  },
  {
    name: 'calls that failed side by side are no recovery of each other',
    run: trace()
      .llm({
        calls: [
          { name: 'get_a', arguments: { id: 1 }, id: 'a' },
          { name: 'get_b', arguments: { id: 2 }, id: 'b' },
          { name: 'get_c', arguments: { id: 3 }, id: 'c' },
        ],
      })
      .tool('get_a', { id: 1 }, { callId: 'a', ...DOWN })
      .tool('get_b', { id: 2 }, { callId: 'b', ...DOWN })
      .tool('get_c', { id: 3 }, { callId: 'c', ...DOWN })
      .end(),
    finds: [],
  },
  {
    name: 'one call that fails over and over is a storm, no recovery of a recovery',
    run: Array.from({ length: 6 })
      .reduce<ReturnType<typeof trace>>((run) => run.call('get_a', { id: 1 }, DOWN), trace())
      .end(),
    finds: [],
  },
];
