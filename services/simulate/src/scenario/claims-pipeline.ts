import { changeLatency, searchLatency } from '../distributions.ts';
import { Script, transferTool } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { amount, listOf, oneOfWords, type Scenario, textArgument, toolSpec } from './scenario.ts';
import { request } from './voices.ts';

const claimFields = {
  claim_id: textArgument('like C-123456'),
  policy_id: textArgument('like P99-12345'),
  incident_date: textArgument('YYYY-MM-DD'),
  claimed_eur: amount('EUR'),
  constraints: listOf('what the customer demanded'),
  photos: listOf('links, if any'),
  contact: textArgument('how to reach the customer, if said'),
};
const optional = ['photos', 'contact'];

const payout: AgentProfile = {
  name: 'payout-agent',
  model: 'gpt-5',
  provider: 'openai',
  system: 'You pay approved claims out to the account on file and confirm to the customer in writing.',
  service: 'claims-payout',
  tools: [
    toolSpec(
      'get_bank_account',
      'Gives the account on file.',
      { policy_id: textArgument('policy') },
      { backend: 'policy-db' },
    ),
    toolSpec(
      'issue_payment',
      'Pays money out.',
      { claim_id: textArgument('claim'), amount_eur: amount('EUR'), account: textArgument('masked account') },
      { backend: 'payment-api', mutates: true },
    ),
    toolSpec('send_letter', 'Writes to the customer.', {
      claim_id: textArgument('claim'),
      text: textArgument('letter'),
    }),
  ],
};

const assessor: AgentProfile = {
  name: 'assessor-agent',
  model: 'claude-sonnet-4-5',
  provider: 'anthropic',
  system:
    'You assess claims: coverage, plausibility, amount. Hand approved claims over for payment with all that was demanded.',
  service: 'claims-assessor',
  tools: [
    toolSpec('check_coverage', 'Says what a policy covers.', {
      policy_id: textArgument('policy'),
      kind: oneOfWords('water', 'fire', 'theft', 'glass'),
    }),
    toolSpec('estimate_damage', 'Estimates a damage.', { claim_id: textArgument('claim') }, { backend: 'estimator' }),
    toolSpec(
      transferTool(payout.name),
      'Hands over for payment.',
      { ...claimFields, approved_eur: amount('EUR') },
      { optional },
    ),
  ],
};

const intake: AgentProfile = {
  name: 'intake-agent',
  model: 'gpt-5-mini',
  provider: 'openai',
  system:
    'You take insurance claims in: find the policy, open the claim, hand it over to the assessor with every demand.',
  service: 'claims-intake',
  tools: [
    toolSpec('find_policy', 'Finds a policy.', { policy_id: textArgument('like P99-12345') }, { backend: 'policy-db' }),
    toolSpec(
      'open_claim',
      'Opens a claim.',
      {
        policy_id: textArgument('policy'),
        kind: oneOfWords('water', 'fire', 'theft', 'glass'),
        incident_date: textArgument('day'),
      },
      { backend: 'claims-api', mutates: true },
    ),
    toolSpec(transferTool(assessor.name), 'Hands over to the assessor.', claimFields, { optional }),
  ],
};

const kinds = ['water', 'fire', 'theft', 'glass'];
const german: Record<string, string> = {
  water: 'Wasserschaden',
  fire: 'Brand',
  theft: 'Diebstahl',
  glass: 'Glasbruch',
};

/** A claim goes through three agents, each handing it on with all that was demanded. */
export const claimsPipeline: Scenario = {
  name: 'claims-pipeline',
  tenant: 'initech',
  plan(random, earlier) {
    const policyId = `P${random.integer(10, 99)}-${random.integer(10_000, 99_999)}`;
    const claimId = `C-${random.integer(100_000, 999_999)}`;
    const day = `2025-${random.integer(10, 12)}-${random.integer(10, 28)}`;
    const kind = random.pick(kinds);
    const claimed = random.integer(200, 4_000);
    const approved = claimed - random.integer(1, 9) * 10;
    const ceiling = claimed + random.integer(1, 5) * 100;
    const account = `DE** **** ${random.integer(1_000, 9_999)}`;
    const said = demand({ policyId, day, kind, claimed, ceiling }, random);
    const constraints = [`do not call, write only`, `repair must not exceed ${ceiling} EUR`];
    const claim = {
      claim_id: claimId,
      policy_id: policyId,
      incident_date: day,
      claimed_eur: claimed,
      constraints,
      ...(random.chance(0.5) ? { photos: [`https://files.example/${random.hex(8)}.jpg`] } : {}),
      ...(random.chance(0.6) ? { contact: 'letter' } : {}),
    };

    const paid = new Script(payout, random)
      .call(`I look up the account for policy ${policyId}.`, {
        tool: 'get_bank_account',
        arguments: { policy_id: policyId },
        result: { policy_id: policyId, account, holder_verified: true },
      })
      .call(`Claim ${claimId} is approved: I pay ${approved} EUR.`, {
        tool: 'issue_payment',
        arguments: { claim_id: claimId, amount_eur: approved, account },
        result: { payment_id: `pm_${random.hex(8)}`, claim_id: claimId, amount_eur: approved, state: 'executed' },
        latency: changeLatency,
        extras: { 'spanwise.idempotency_key': `claim-${claimId}` },
      })
      .call('I confirm this in writing, as demanded.', {
        tool: 'send_letter',
        arguments: { claim_id: claimId, text: `We pay ${approved} EUR for claim ${claimId} of ${day}.` },
        result: { letter_id: `L${random.integer(10_000, 99_999)}`, queued: true },
      });
    const answer = `Claim ${claimId} (${kind}, ${day}) is approved: ${approved} EUR go to ${account}. We will only write, not call.`;
    const assessed = new Script(assessor, random)
      .call(`Is ${kind} damage covered by ${policyId}?`, {
        tool: 'check_coverage',
        arguments: { policy_id: policyId, kind },
        result: { policy_id: policyId, kind, covered: true, deductible_eur: 0 },
      })
      .call(`I estimate the damage of claim ${claimId}.`, {
        tool: 'estimate_damage',
        arguments: { claim_id: claimId },
        result: { claim_id: claimId, estimate_eur: approved, confidence: random.integer(70, 98) / 100 },
        latency: searchLatency,
      })
      .handOver(
        'Covered and plausible, this can be paid.',
        { ...claim, approved_eur: approved },
        paid.answer(handoffText(claimId, { ...claim, approved_eur: approved }, random), answer),
      );
    const taken = new Script(intake, random)
      .call(`I look up policy ${policyId}.`, {
        tool: 'find_policy',
        arguments: { policy_id: policyId },
        result: { policy_id: policyId, state: 'active', since: `20${random.integer(12, 23)}` },
      })
      .call(`I open a claim for the ${kind} damage of ${day}.`, {
        tool: 'open_claim',
        arguments: { policy_id: policyId, kind, incident_date: day },
        result: { claim_id: claimId, policy_id: policyId, state: 'open' },
        latency: changeLatency,
      })
      .handOver('The assessor goes on from here.', claim, assessed.answer(handoffText(claimId, claim, random), answer));
    const root = taken.answer(said, answer, earlier);
    return { scenario: 'claims-pipeline', root, clockOffsetsUs: new Map(), taken: new Set() };
  },
};

function handoffText(claimId: string, payload: unknown, random: Random): string {
  const json = JSON.stringify(payload, null, random.chance(0.3) ? 2 : 0);
  return random.pick([`Claim ${claimId}: ${json}`, `Please take over.\n\`\`\`json\n${json}\n\`\`\``, json]);
}

function demand(
  {
    policyId,
    day,
    kind,
    claimed,
    ceiling,
  }: { policyId: string; day: string; kind: string; claimed: number; ceiling: number },
  random: Random,
): string {
  return request(
    {
      en: `I report a ${kind} damage of ${day} under policy ${policyId}, about ${claimed} EUR. Do not call me, write only. The repair must not exceed ${ceiling} EUR.`,
      de: `Ich melde einen ${german[kind]} vom ${day} zu Police ${policyId}, etwa ${claimed} EUR. Nicht anrufen, nur schreiben. Die Reparatur darf nicht über ${ceiling} EUR kosten.`,
      es: `Quiero declarar un siniestro (${kind}) del ${day}, póliza ${policyId}, unos ${claimed} EUR. No me llamen, solo por escrito. La reparación no debe superar ${ceiling} EUR.`,
      fr: `Je déclare un sinistre (${kind}) du ${day}, police ${policyId}, environ ${claimed} EUR. Ne pas appeler, écrire seulement. La réparation ne doit pas dépasser ${ceiling} EUR.`,
    },
    random,
  );
}
