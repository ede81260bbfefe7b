import { searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile } from '../plan/step.ts';
import { oneOfWords, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';
import { request } from './voices.ts';

const agent: AgentProfile = {
  name: 'market-analyst',
  model: 'claude-opus-4-5',
  provider: 'anthropic',
  system:
    'You study markets. Gather figures by country, note each with its source, sum up. Depth as demanded: brief, standard or full.',
  service: 'market-analyst',
  tools: [
    toolSpec(
      'market_figures',
      'Gives figures of a market.',
      { country: textArgument('ISO code'), product: textArgument('what'), year: wholeNumber('year') },
      { backend: 'figures-api' },
    ),
    toolSpec(
      'read_report',
      'Gives a passage of a report.',
      { report_id: textArgument('like MR-123456') },
      { backend: 'library' },
    ),
    toolSpec(
      'search_reports',
      'Finds reports.',
      {
        product: textArgument('what'),
        country: textArgument('ISO code'),
        kind: oneOfWords('news', 'study', 'statistics'),
      },
      { optional: ['kind'] },
    ),
    toolSpec('note_figure', 'Keeps a figure.', {
      country: textArgument('ISO code'),
      meur: wholeNumber('million EUR'),
      source: textArgument('report'),
    }),
  ],
};

const products = ['heat pumps', 'oat milk', 'cargo bikes', 'board games', 'solar film', 'hearing aids'];
const countries = ['DE', 'FR', 'IT', 'ES', 'PL', 'NL', 'AT', 'SE', 'DK', 'PT', 'IE', 'FI', 'CZ', 'GR', 'RO', 'HU'];
/** Countries by the depth that is asked for; few studies are full ones. */
const depths = { brief: [1, 1], standard: [2, 3], full: [9, 14] } as const;

/** Work of three classes: a full study costs many times what a brief one does, and that is as it should be. */
export const marketStudy: Scenario = {
  name: 'market-study',
  tenant: 'initech',
  plan(random, earlier) {
    const product = random.pick(products);
    const year = random.integer(2020, 2025);
    const depth = random.chance(0.12) ? 'full' : random.pick(['brief', 'standard', 'standard'] as const);
    const [least, most] = depths[depth];
    const chosen = random.sample(countries, random.integer(least, most));
    const said = request(
      {
        en: `A ${depth} study of the market for ${product} in ${chosen.join(', ')} in ${year}. Do not extrapolate.`,
        de: `Eine Studie (${depth}) zum Markt für ${product} in ${chosen.join(', ')} im Jahr ${year}. Nicht hochrechnen.`,
        es: `Un estudio (${depth}) del mercado de ${product} en ${chosen.join(', ')} en ${year}. No extrapolar.`,
        fr: `Une étude (${depth}) du marché de ${product} en ${chosen.join(', ')} en ${year}. Ne pas extrapoler.`,
      },
      random,
    );
    const script = new Script(agent, random);
    const found: { country: string; meur: number }[] = [];
    for (const country of chosen) {
      const reportId = `MR-${random.integer(100_000, 999_999)}`;
      const meur = random.integer(20, 900);
      script
        .call(`Figures for ${product} in ${country}, ${year}.`, {
          tool: 'market_figures',
          arguments: { country, product, year },
          result: { country, product, year, meur, unit: 'MEUR', report_id: reportId },
          latency: searchLatency,
        })
        .call(`What does ${reportId} say about ${country}?`, {
          tool: 'read_report',
          arguments: { report_id: reportId },
          result: {
            report_id: reportId,
            country,
            text: `${product} in ${country}, ${year}: ${meur} MEUR, ${random.integer(3, 40)} suppliers, demand ${random.pick(['steady', 'growing', 'seasonal'])}.`,
          },
        });
      if (depth !== 'brief') {
        script.call(`I note ${meur} MEUR for ${country}.`, {
          tool: 'note_figure',
          arguments: { country, meur, source: reportId },
          result: { noted: true, country, meur },
        });
      }
      found.push({ country, meur });
    }
    const sum = found.reduce((total, { meur }) => total + meur, 0);
    const answer = `${product} in ${year}: ${found.map(({ country, meur }) => `${country} ${meur}`).join(', ')} MEUR, together ${sum}. Nothing was extrapolated.`;
    return {
      scenario: 'market-study',
      root: script.answer(said, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};
