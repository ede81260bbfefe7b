import { type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const ORDER = { order_id: 'A-1042' };
const FOUND = { order_id: 'A-1042', total: 45 };

const by = (run: TraceBuilder, agent: string, build: (run: TraceBuilder) => unknown) =>
  run.agent(agent, (inner) => build(inner) as undefined);
const reads =
  (ms = 10, result: unknown = FOUND) =>
  (run: TraceBuilder) =>
    run.call('get_order', ORDER, { result, ms });

const POLICY = { policy_id: 'P-1' };
const HELD = { policy_id: 'P-1', state: 'active', since: '2015' };

/** An agent looks something up and makes something; another looks it up again, and sees the same. */
const afterMaking = (tool: string, made: object, seen: object = HELD) =>
  by(
    by(trace(), 'intake', (run) =>
      run.call('find_policy', POLICY, { result: seen }).call(tool, POLICY, { result: { ...made, ...POLICY } }),
    ),
    'assessor',
    (run) => run.call('find_policy', POLICY, { result: seen }),
  );

export const cases: DetectorCase[] = [
  {
    name: 'a quick lookup that another agent repeats is an observation',
    run: by(by(trace(), 'triage', reads()), 'refunds', reads()).end(),
    finds: [{ at: 4, began: 3, severity: 'info', type: 'same_lookup' }],
  },
  {
    name: 'work of seconds that another agent repeats is more than that',
    example: true,
    run: by(by(trace(), 'triage', reads(4_000)), 'refunds', reads(4_000)).end(),
    finds: [{ at: 4, began: 3, severity: 'low' }],
  },
  {
    name: 'several lookups that another agent repeats weigh more, each',
    run: by(by(trace(), 'triage', several), 'refunds', several).end(),
    finds: [
      { at: 8, severity: 'low' },
      { at: 10, severity: 'low' },
      { at: 12, severity: 'low' },
    ],
  },
  {
    name: 'the first lookup may come after its repetition',
    run: by(by(trace(), 'triage', reads()), 'refunds', reads()).end(),
    arrival: [3, 4, 5, 0, 1, 2, 6],
    finds: [{ at: 4, began: 3 }],
  },
  {
    name: 'what is worked out, and what has no verb, is read-only work',
    run: by(by(trace(), 'a', worksOut), 'b', worksOut).end(),
    finds: [{ at: 6 }, { at: 8 }],
  },
  {
    name: 'a lookup after a write is a refresh',
    run: by(
      by(trace(), 'triage', (run) => reads()(run).call('update_order', ORDER, { result: { ok: 1 } })),
      'refunds',
      reads(),
    ).end(),
    finds: [],
  },
  {
    name: 'a write that comes late makes it a refresh after all',
    run: by(
      by(trace(), 'triage', (run) => reads()(run).call('update_order', ORDER, { result: { ok: 1 } })),
      'refunds',
      reads(),
    ).end(),
    arrival: [0, 1, 2, 4, 5, 6, 7, 3, 8],
    finds: [],
  },
  {
    name: 'a lookup whose result had changed was needed',
    run: by(by(trace(), 'triage', reads()), 'refunds', reads(10, { ...FOUND, total: 50 })).end(),
    finds: [],
  },
  {
    name: 'what one agent repeats is no work of two',
    run: by(trace(), 'triage', (run) => reads()(reads()(run))).end(),
    finds: [],
  },
  {
    name: 'a lookup that had failed was not done yet',
    run: by(
      by(trace(), 'triage', (run) => run.call('get_order', ORDER, { error: 'HTTP 503' })),
      'refunds',
      reads(),
    ).end(),
    finds: [],
  },
  {
    name: 'lookups without arguments are of what is now',
    run: by(
      by(trace(), 'a', (run) => run.call('get_time', {}, { result: '12:00' })),
      'b',
      (run) => run.call('get_time', {}, { result: '12:00' }),
    ).end(),
    finds: [],
  },
  {
    name: 'actions of two agents are no read-only work',
    run: by(
      by(trace(), 'a', (run) => run.call('approve_order', ORDER, { result: 1 })),
      'b',
      (run) => run.call('approve_order', ORDER, { result: 1 }),
    ).end(),
    finds: [],
  },
  {
    name: 'that something new was made between them, of which the lookup says nothing, is no reason to look again',
    run: afterMaking('open_claim', { claim_id: 'C-1' }).end(),
    finds: [{ at: 6, began: 5 }],
  },
  {
    name: 'new things change how much there is',
    run: afterMaking('create_order', { order_id: 'O-1' }, { policy_id: 'P-1', available: 3 }).end(),
    finds: [],
  },
  {
    name: 'new things change what speaks of them',
    run: afterMaking('open_claim', { claim_id: 'C-1' }, { policy_id: 'P-1', open_claims: 0 }).end(),
    finds: [],
  },
  {
    name: 'what is paid for is not as it was',
    run: afterMaking('create_payment', { payment_id: 'M-1' }).end(),
    finds: [],
  },
  {
    name: 'who has made something itself may look what came of it',
    run: by(
      by(trace(), 'intake', (run) => run.call('find_policy', POLICY, { result: HELD })),
      'assessor',
      (run) =>
        run.call('open_claim', POLICY, { result: { claim_id: 'C-1' } }).call('find_policy', POLICY, { result: HELD }),
    ).end(),
    finds: [],
  },
];

function several(run: TraceBuilder) {
  for (const order_id of ['A-1', 'A-2', 'A-3']) run.call('get_order', { order_id }, { result: { order_id } });
}

function worksOut(run: TraceBuilder) {
  run
    .call('estimate_damage', { claim: 'C-1' }, { result: { eur: 10 } })
    .call('flight_details', { flight: 'F-1' }, { result: { eur: 20 } });
}
