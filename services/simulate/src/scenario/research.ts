import { searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile, Document } from '../plan/step.ts';
import { oneOfWords, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';

const agent: AgentProfile = {
  name: 'researcher',
  model: 'claude-sonnet-4-5',
  provider: 'anthropic',
  system:
    'You answer questions about companies from sources. Cite each source by its id. Say so where sources disagree.',
  service: 'researcher',
  tools: [
    toolSpec(
      'web_search',
      'Searches the web.',
      { query: textArgument('words'), freshness: oneOfWords('day', 'month', 'year') },
      { optional: ['freshness'], backend: 'search-api' },
    ),
    toolSpec('read_page', 'Gives the text of a page.', { url: textArgument('address') }, { backend: 'fetcher' }),
    toolSpec('calculate', 'Evaluates arithmetic.', { expression: textArgument('arithmetic') }),
    toolSpec(
      'financial_facts',
      'Gives reported figures.',
      { company: textArgument('name'), year: wholeNumber('fiscal year') },
      { backend: 'figures-api', fallback: 'registry_figures' },
    ),
    toolSpec('registry_figures', 'Gives figures from the public register.', {
      company: textArgument('name'),
      year: wholeNumber('fiscal year'),
    }),
    toolSpec('save_note', 'Keeps a note for the report.', { text: textArgument('note') }),
  ],
};

const companies = ['Northwind', 'Halden Energy', 'Corvia', 'Lumen Foods', 'Atlas Robotics', 'Mirage Media'];

/** A question about a company: retrieval, search, pages and figures, cited in the answer. */
export const research: Scenario = {
  name: 'research',
  plan(random, earlier) {
    const company = random.pick(companies);
    const year = random.integer(2019, 2025);
    const slug = company.toLowerCase().replaceAll(' ', '-');
    const [revenue, before] = [random.integer(120, 900), random.integer(120, 900)];
    const request = `How did the revenue of ${company} develop in ${year}? Do not use sources older than ${year - 1}.`;
    const documents: Document[] = Array.from({ length: random.integer(2, 4) }, (_, i) => ({
      id: `doc-${random.hex(6)}`,
      content: `${company} annual report ${year - (i % 2)}, page ${random.integer(3, 90)}: segments, outlook and staff.`,
      score: Math.round((0.9 - i * 0.1) * 100) / 100,
    }));
    const pages = random.sample(['news', 'investors', 'press', 'blog', 'results'], random.integer(1, 3));

    const script = new Script(agent, random);
    script.retrieve(`${company} revenue ${year}`, documents).call('I search for the newest reports.', {
      tool: 'web_search',
      arguments: { query: `${company} revenue ${year}`, freshness: 'year' },
      result: {
        results: pages.map((page) => ({ url: `https://${slug}.example/${page}`, title: `${company}: ${page}` })),
      },
      latency: searchLatency,
    });
    const reads = pages.map((page) => ({
      tool: 'read_page',
      arguments: { url: `https://${slug}.example/${page}` },
      result: {
        url: `https://${slug}.example/${page}`,
        text: `${company} on ${page}: demand grew and ${random.integer(2, 40)} sites opened in ${year}.`,
      },
      latency: searchLatency,
    }));
    if (reads.length > 1 && random.chance(0.4)) script.callAll('I read the pages that I found.', reads);
    else for (const read of reads) script.call(`I read ${read.arguments.url}.`, read);
    for (const [of, value] of [
      [year, revenue],
      [year - 1, before],
    ] as const) {
      script.call(`I need the figures of ${of}.`, {
        tool: 'financial_facts',
        arguments: { company, year: of },
        result: { company, year: of, revenue_meur: value },
      });
    }
    const growth = Math.round(((revenue - before) / before) * 1_000) / 10;
    script.call('I work out the growth.', {
      tool: 'calculate',
      arguments: { expression: `(${revenue} - ${before}) / ${before} * 100` },
      result: { value: growth },
    });
    if (random.chance(0.4)) {
      script.call('I keep this for the report.', {
        tool: 'save_note',
        arguments: { text: `${company} ${year}: ${revenue} MEUR (${growth} %)` },
        result: { saved: true, note_id: `n-${random.hex(5)}` },
      });
    }
    const answer = `In ${year} ${company} had a revenue of ${revenue} MEUR after ${before} MEUR the year before, a change of ${growth} % [${documents[0]?.id}].`;
    return {
      scenario: 'research',
      root: script.answer(request, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};
