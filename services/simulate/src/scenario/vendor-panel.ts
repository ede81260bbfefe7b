import { changeLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile, AgentStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { oneOfWords, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';
import { request } from './voices.ts';

const reviewers: readonly AgentProfile[] = ['cost', 'security', 'delivery'].map((view) => ({
  name: `${view}-reviewer`,
  model: view === 'security' ? 'claude-sonnet-4-5' : 'gpt-5',
  provider: view === 'security' ? 'anthropic' : 'openai',
  system: `You judge vendors by ${view}. State your position as JSON: vendor, limit_eur, risk. Change it when others convince you.`,
  service: 'vendor-panel',
  tools: [],
}));

const chair: AgentProfile = {
  name: 'panel-chair',
  model: 'gpt-5',
  provider: 'openai',
  system:
    'You chair a panel that chooses a vendor. Let everyone speak in rounds until they agree, then record the decision.',
  service: 'vendor-panel',
  tools: [
    toolSpec(
      'list_offers',
      'Lists the offers for a tender.',
      { tender_id: textArgument('like T-2026-123') },
      { backend: 'tender-db' },
    ),
    toolSpec(
      'record_decision',
      'Records what was decided.',
      {
        tender_id: textArgument('tender'),
        vendor: textArgument('name'),
        limit_eur: wholeNumber('EUR'),
        risk: oneOfWords('low', 'medium', 'high'),
      },
      { backend: 'tender-db', mutates: true },
    ),
  ],
};

export interface Position {
  readonly vendor: string;
  readonly limit_eur: number;
  readonly risk: string;
}

const vendors = ['Nordlicht GmbH', 'Calisto Systems', 'Ardent & Sons', 'Miravia', 'Polder BV', 'Tanaka Works'];

/** A panel debates in rounds until its members agree; the chair records what was decided. */
export const vendorPanel: Scenario = {
  name: 'vendor-panel',
  tenant: 'initech',
  plan(random, earlier) {
    const tender = `T-2026-${random.integer(100, 999)}`;
    const offered = random.sample(vendors, 3);
    const agreed: Position = { vendor: offered[0] ?? '', limit_eur: random.integer(10, 90) * 1_000, risk: 'low' };
    const said = request(
      {
        en: `Choose a vendor for tender ${tender}. All three reviewers must agree. Do not exceed ${agreed.limit_eur + 5_000} EUR.`,
        de: `Wählt einen Lieferanten für Ausschreibung ${tender}. Alle drei müssen zustimmen. Nicht mehr als ${agreed.limit_eur + 5_000} EUR.`,
        es: `Elegid un proveedor para la licitación ${tender}. Los tres deben estar de acuerdo. No superar ${agreed.limit_eur + 5_000} EUR.`,
        fr: `Choisissez un fournisseur pour l’appel d’offres ${tender}. Les trois doivent être d’accord. Ne pas dépasser ${agreed.limit_eur + 5_000} EUR.`,
      },
      random,
    );
    const isDeclared = random.chance(0.6);
    const rounds = random.pick([1, 2, 2, 3, 3, 4]);
    const script = new Script(chair, random).call(`I list the offers for ${tender}.`, {
      tool: 'list_offers',
      arguments: { tender_id: tender },
      result: {
        tender_id: tender,
        offers: offered.map((vendor, i) => ({ vendor, price_eur: agreed.limit_eur - 1_000 * i })),
      },
    });
    for (let round = 1; round <= rounds; round += 1) {
      for (const step of speakers(
        tender,
        round,
        isDeclared,
        convergingOn(agreed, offered, rounds - round, random),
        random,
      ))
        script.delegate(step);
    }
    script.call(`All agree on ${agreed.vendor}: I record the decision for ${tender}.`, {
      tool: 'record_decision',
      arguments: { tender_id: tender, ...agreed },
      result: { tender_id: tender, decision_id: `dec-${random.hex(6)}`, recorded: true },
      latency: changeLatency,
    });
    const answer = `The panel chose ${agreed.vendor} for tender ${tender}, at most ${agreed.limit_eur} EUR, risk ${agreed.risk}.`;
    return {
      scenario: 'vendor-panel',
      root: script.answer(said, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

/** Positions of one round: with `left` rounds to go, so many of the members still differ. */
function convergingOn(agreed: Position, offered: readonly string[], left: number, random: Random): Position[] {
  return reviewers.map((_, i) =>
    i < Math.min(left, 2)
      ? { ...agreed, vendor: offered[i + 1] ?? '', limit_eur: agreed.limit_eur - random.integer(1, 4) * 500 * left }
      : agreed,
  );
}

/** The members of the panel speak one after the other. */
export function speakers(
  tender: string,
  round: number,
  isDeclared: boolean,
  positions: readonly Position[],
  random: Random,
): AgentStep[] {
  return reviewers.map((reviewer, i) => {
    const position = positions[i] as Position;
    const step = new Script(reviewer, random).answer(
      `Round ${round} for tender ${tender}: what is your position?`,
      JSON.stringify({ ...position, tender }),
    );
    return isDeclared ? { ...step, extras: { 'spanwise.consensus.round': round } } : step;
  });
}
