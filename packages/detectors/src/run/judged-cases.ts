import type { Finding, Span } from '@spanwise/schemas';
import type { RunDetector, RunEnd } from '../detector/detector.ts';
import type { Needs } from '../detector/normals.ts';
import { RunJudge } from '../judge/run-judge.ts';
import type { RunOutput } from '../judge/run-output.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { instructionsIn } from '../reading/instructions.ts';
import { MemorySlots } from '../slots.ts';
import type { DetectorCase } from './detector-cases.ts';
import type { RunDetectorSettings } from './registry.ts';

/** What is declared and known where a pattern judges by what is declared or learned: contracts of two made-up agents. */
export const caseSettings = {
  context_contract_violation: {
    contracts: [
      {
        to: 'refunds-agent',
        schema: {
          type: 'object',
          properties: {
            order_id: { type: 'string' },
            amount: { type: 'number', minimum: 0 },
            reason: { type: 'string' },
            note: { type: 'string' },
          },
          required: ['order_id', 'amount', 'reason'],
        },
      },
    ],
  },
  context_decay: {
    criticalKeys: ['consent'],
  },
} satisfies RunDetectorSettings;

const LEDGER = { account: 'string', amount: 'number', currency: 'string' } as const;

/** What is normal for made-up agents, as the cases of patterns that learn have it. */
export const caseNormals = new LearnedNormals(new MemorySlots());

function teach(agent: string, runs: number, needs: Partial<Needs>, service = ''): void {
  for (let i = 0; i < runs; i++) {
    const of = [{ role: 'leads', name: agent, workflow: '' } as const];
    const services = service === '' ? [] : [{ role: 'serves', name: service, workflow: '' } as const];
    caseNormals.learn('default', [{ about: 'needs', of: [...of, ...services], needs, isBeyond: false }], i);
  }
}

for (let i = 0; i < 80; i++) {
  caseNormals.learn(
    'default',
    [
      { about: 'handoff', from: 'triage', to: 'ledger', shapes: [LEDGER], isBeyond: false },
      { about: 'retention', from: 'known', to: 'billing', share: 0.9, isBeyond: false },
      { about: 'retention', from: 'lax', to: 'billing', share: i % 20 === 0 ? 0.2 : 1, isBeyond: false },
      { about: 'retention', from: 'brief', to: 'billing', share: i % 5 === 0 ? 0.2 : 1, isBeyond: false },
    ],
    i,
  );
}

const INVOICE = { invoice_id: 'string', total: 'number', due: 'string' } as const;

/** What readers of documents answered; of letters too few were read. */
function teachAnswers(agent: string, answers: number): void {
  for (let i = 0; i < answers; i++) {
    const shape = i % 3 === 0 ? INVOICE : { ...INVOICE, note: 'string' as const };
    caseNormals.learn('default', [{ about: 'answer', agent, release: '1.0', shape, isBeyond: false }], i);
  }
}
teachAnswers('invoice_reader', 80);
teachAnswers('letter_reader', 12);
teachAnswers('card_reader', 8);

for (let i = 0; i < 150; i++) {
  const use = (agent: string, tool: string, isUsed = false) =>
    ({ about: 'use', agent, tool, isUsed, isBeyond: false }) as const;
  const both = (tool: string, isUsed: boolean) => [use('guide', tool, isUsed), use('', tool, isUsed)];
  caseNormals.learn('default', [use('guide', ''), use('', ''), ...both('get_guest', false)], i);
  // Every fifth run asks for hints, and hardly one uses them; as many ask for opening hours, and some do.
  if (i % 5 === 0)
    caseNormals.learn(
      'default',
      [...both('get_weather_hint', i % 75 === 0), ...both('get_opening_hours', i % 4 === 0)],
      i,
    );
  if (i === 0) caseNormals.learn('default', [use('skipper', ''), use('skipper', 'get_weather_hint', true)], i);
}

/** A front desk whose runs had one of two personas; its night shift has been seen too seldom. */
export const deskPersonas = [
  'You are the front desk of a hotel. Be courteous, look up bookings, and never quote rates.',
  'Sie sind der Hausmeister eines Hotels. Nehmen Sie Schäden auf und nennen Sie dem Gast einen Termin.',
] as const;

function teachPersona(agent: string, release: string, runs: number): void {
  for (let i = 0; i < runs; i++) {
    const persona = { ...instructionsIn(deskPersonas[i % 2] as string), labels: '' };
    caseNormals.learn('default', [{ about: 'persona', agent, release, persona, isBeyond: false }], i);
  }
}
teachPersona('desk', '3.1', 12);
teachPersona('night_desk', '3.1', 9);

const LIGHT = { steps: 12, tokens: 3_000, seconds: 6 };
teach('researcher', 40, LIGHT, 'research');
teach('beginner', 29, LIGHT);
// One task in ten is heavy by right.
teach('analyst', 54, LIGHT);
teach('analyst', 6, { steps: 60, tokens: 15_000, seconds: 30 });
teach('priced', 40, { ...LIGHT, costUsd: 0.1 });
teach('archivist', 40, { steps: 1_500, tokens: 200_000 });

/** Runs of a hotel's agents: what they call and, where that is seen, what they are offered. */
function teachTools(agent: string, runs: number, called: (i: number) => string[], offered?: string[], release = '1.0') {
  for (let i = 0; i < runs; i++) {
    const seen = { agent, release: `agents ${release}`, called: called(i), ...(offered && { offered }) };
    caseNormals.learn('default', [{ about: 'tools', ...seen, isBeyond: false }], i);
  }
}

const PORTER = ['get_room', 'carry_bags'];
teachTools('porter', 40, () => PORTER, [...PORTER, 'call_taxi']);
teachTools('valet', 40, () => ['park_car', 'fetch_car', 'ask_desk', 'park'], [
  'park_car',
  'fetch_car',
  'ask_desk',
  'park',
]);
// What these are offered is not seen.
teachTools('page', 40, (i) =>
  i % 4 === 0 ? ['get_room', 'find_guest', 'find_room'] : ['get_room', 'carry_bags', 'ask_desk'],
);
teachTools('maid', 40, () => ['get_room', 'ask_desk']);
teachTools('waiter', 40, () => ['get_room', 'ask_desk']);
teachTools('handyman', 40, (i) => (i % 9 === 8 ? ['get_room', `get_tool_${i}`] : ['get_room']));
teachTools('trainee', 29, () => PORTER, PORTER);
teachTools('collector', 40, (i) => [`get_item_${2 * i}`, `get_item_${2 * i + 1}`]);

/** The findings that stand after the spans arrived in this order and the run ended. Throws an Error where a detector does. */
export function standingFindings(
  detectors: readonly RunDetector[],
  spans: readonly Span[],
  end: RunEnd | null = 'closed',
): Finding[] {
  const judge = new RunJudge({ detectors });
  const slots = new MemorySlots();
  const standing = new Map<string, Finding>();
  let now = 1_000_000;
  const take = ({ findings, faults }: RunOutput) => {
    for (const { pattern, message } of faults) throw new Error(`${pattern} failed: ${message}`);
    for (const finding of findings) {
      if (finding.withdrawn) standing.delete(finding.findingId);
      else standing.set(finding.findingId, finding);
    }
  };
  for (const span of spans) {
    now += 10;
    take(judge.onSpan(slots, span, now, caseNormals));
  }
  if (end) take(judge.onEnd(slots, end, now + 60_000, caseNormals));
  return [...standing.values()];
}

/** The findings that stand after a case, its spans in the order of arrival given. */
export function caseFindings(detector: RunDetector, { run, arrival, end }: DetectorCase): Finding[] {
  const spans = arrival ? arrival.map((i) => run[i] as Span) : run;
  return standingFindings([detector], spans, end);
}
