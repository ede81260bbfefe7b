import { type Finding, newRecord } from '@spanwise/schemas';
import type { CampaignTruth } from '@spanwise/simulate';
import { expect, it } from 'vitest';
import { campaignRows, campaignsReport, scoreCampaigns } from './campaigns.ts';

const WEEK_MS = 7 * 86_400_000;

const campaign = (change: Partial<CampaignTruth>): CampaignTruth => ({
  ...{ type: 'campaign', name: 'nothing', pattern: '', alsoSeen: [], agent: 'support' },
  ...{ tool: '', release: '', environment: '', fromMs: 0, untilMs: null },
  details: { baseRisk: 0.05, risk: 0.5, conditions: [] },
  ...change,
});

const regression = campaign({
  ...{ name: 'release_regression', pattern: 'reliability_regression', release: '2', fromMs: WEEK_MS / 2 },
});
const condition = campaign({
  ...{
    name: 'condition_pair',
    pattern: 'failure_condition',
    tool: 'search',
    agent: 'shop',
    alsoSeen: ['brittle_step'],
  },
  details: {
    ...{ baseRisk: 0.05, risk: 0.5 },
    conditions: [
      ['length', 'long'],
      ['language', 'de'],
    ],
  },
});

const finding = (change: Partial<Finding> & { type: string; seen?: string; rank?: number }): Finding => {
  const { type, seen, rank, ...rest } = change;
  return newRecord('Finding', {
    ...{ tenant: 'default', findingId: 'f', revision: 1, withdrawn: false, pattern: 'reliability_regression' },
    ...{ scope: 'fleet', severity: 'medium', confidence: 1, traceId: '', spanId: '', rootCauseTraceId: '' },
    ...{ rootCauseSpanId: '', agent: 'support', summary: '', eventTime: 0, receivedTime: 0 },
    ...{ detectedTime: 0.75 * WEEK_MS * 1_000, evidence: JSON.stringify({ type, seen, numbers: { rank } }) },
    ...rest,
  });
};

const sessions = Array.from({ length: 101 }, (_, i) => ({
  ...{ agent: i % 2 ? 'shop' : 'support', release: i >= 50 ? '2' : '1', endMs: (i / 100) * WEEK_MS },
}));

const worse = finding({ type: 'worse', release: '2' });
const right = 'input.language=de and input.length=over 2000';

it('counts the sessions of a campaign until it is found', () => {
  const [score] = scoreCampaigns([regression], [worse], sessions).campaigns;
  expect(score).toMatchObject({ foundMs: 0.75 * WEEK_MS, sessionsUntilFound: 13, stands: true, firstRanked: null });
});

it('takes what is better for no regression, nor what is found of another release or agent: these are false', () => {
  const others = [
    finding({ findingId: 'a', type: 'better', release: '2' }),
    finding({ findingId: 'b', type: 'worse', release: '1' }),
    finding({ findingId: 'c', type: 'worse', release: '2', agent: 'shop' }),
  ];
  const { campaigns, falseAnnouncements, weeks } = scoreCampaigns([regression], others, sessions);
  expect(campaigns).toMatchObject([{ foundMs: null, sessionsUntilFound: null, stands: false }]);
  expect(falseAnnouncements).toHaveLength(3);
  expect(weeks).toBeCloseTo(1, 6);
});

it('holds a withdrawn announcement for found, but not for standing; a false one stays false', () => {
  const withdrawn = { ...worse, revision: 2, withdrawn: true };
  const wrong = finding({ findingId: 'w', type: 'worse', release: '1' });
  const { campaigns, falseAnnouncements } = scoreCampaigns(
    [regression],
    [worse, withdrawn, wrong, { ...wrong, withdrawn: true }],
    sessions,
  );
  expect(campaigns).toMatchObject([{ foundMs: 0.75 * WEEK_MS, stands: false }]);
  expect(falseAnnouncements).toHaveLength(1);
});

it('asks of a condition that the planted one ranks first, and lets its tool be brittle', () => {
  const about = { pattern: 'failure_condition', agent: 'shop', tool: 'search', step: 'shop/tool/search', type: 'pair' };
  const planted = finding({ ...about, findingId: 'p', seen: right, rank: 1 });
  const other = finding({ ...about, findingId: 'o', seen: 'model=m', rank: 1 });
  const brittle = finding({
    pattern: 'brittle_step',
    agent: 'shop',
    tool: 'search',
    findingId: 'b',
    type: 'contribution',
  });
  const score = (findings: Finding[]) => scoreCampaigns([condition], findings, sessions);
  expect(score([planted, brittle])).toMatchObject({ campaigns: [{ firstRanked: true }], falseAnnouncements: [] });
  expect(score([other]).campaigns).toMatchObject([{ firstRanked: false, stands: true }]);
  expect(score([{ ...planted, evidence: other.evidence }]).campaigns).toMatchObject([{ firstRanked: false }]);
});

it('reports shares of what was planted, and leaves out what was not', () => {
  const score = scoreCampaigns([regression, condition, campaign({})], [worse], sessions);
  expect(campaignsReport(score)).toMatchObject({
    planted: 2,
    found: 1,
    conditions: 1,
    firstRanked: 0,
    falseAnnouncementsPerWeek: 0,
  });
  expect(campaignRows(score)).toHaveLength(3);
});
