import type { Finding } from '@spanwise/schemas';
import type { CampaignTruth } from '@spanwise/simulate';

/** What holds over a fleet, against what was found across sessions. */
export interface CampaignScore {
  readonly campaign: CampaignTruth;
  /** When it was told first; null: never. Milliseconds since the epoch */
  readonly foundMs: number | null;
  /** Sessions of its agent from its beginning until it was told, of the release or environment where it is about one */
  readonly sessionsUntilFound: number | null;
  /** It still stands in the end. */
  readonly stands: boolean;
  /** Of a condition: what stands in the end as the first-ranked one is the planted one; null for another campaign */
  readonly firstRanked: boolean | null;
}

export interface CampaignsScore {
  readonly campaigns: readonly CampaignScore[];
  /** Findings of these patterns that answer no campaign, also those that were withdrawn later, as told first */
  readonly falseAnnouncements: readonly Finding[];
  /** Simulated time from the first to the last session */
  readonly weeks: number;
}

/** A session that was led by an agent. */
export interface LedSession {
  readonly agent: string;
  readonly release: string;
  readonly endMs: number;
}

/** Patterns that say what holds over a fleet. */
const PATTERNS: ReadonlySet<string> = new Set([
  'reliability_regression',
  'production_gap',
  'brittle_step',
  'failure_condition',
  'chain_reliability_gap',
]);

const WEEK_MS = 7 * 86_400_000;

/**
 * Compares what holds over a fleet with what was told of it.
 *
 * @param revisions all of each finding in the order in which they were told
 */
export function scoreCampaigns(
  campaigns: readonly CampaignTruth[],
  revisions: readonly Finding[],
  sessions: readonly LedSession[],
): CampaignsScore {
  const told = [
    ...Map.groupBy(
      revisions.filter(({ pattern }) => PATTERNS.has(pattern)),
      ({ findingId }) => findingId,
    ).values(),
  ].flatMap((all) => {
    const [first, last] = [all[0], all.at(-1)];
    return first && last ? [{ first, last }] : [];
  });
  const scores = campaigns
    .filter(({ pattern }) => pattern !== '')
    .map((campaign): CampaignScore => {
      const answers = told.filter(({ first }) => isAbout(first, campaign));
      const foundUs = Math.min(...answers.map(({ first }) => first.detectedTime));
      const foundMs = answers.length === 0 ? null : foundUs / 1_000;
      const standing = answers.flatMap(({ last }) => (last.withdrawn ? [] : [last]));
      return {
        campaign,
        foundMs,
        sessionsUntilFound: foundMs === null ? null : sessions.filter((one) => isPart(one, campaign, foundMs)).length,
        stands: standing.length > 0,
        firstRanked: campaign.pattern === 'failure_condition' ? isFirst(campaign, standing) : null,
      };
    });
  const falseAnnouncements = told
    .map(({ first }) => first)
    .filter((finding) => !campaigns.some((campaign) => isAbout(finding, campaign) || isLawful(finding, campaign)));
  const ends = sessions.map(({ endMs }) => endMs);
  const spanMs = ends.length === 0 ? 0 : ends.reduce((a, b) => Math.max(a, b)) - ends.reduce((a, b) => Math.min(a, b));
  return { campaigns: scores, falseAnnouncements, weeks: spanMs / WEEK_MS };
}

/** A finding says, rightly or not in its details, what a campaign is about. */
function isAbout(finding: Finding, { name, pattern, agent, tool, release, environment }: CampaignTruth): boolean {
  if (finding.pattern !== pattern || finding.agent !== agent) return false;
  const { type } = JSON.parse(finding.evidence) as { type: string };
  switch (name) {
    case 'release_regression':
      return finding.release === release && type === 'worse';
    case 'release_improvement':
      return finding.release === release && type === 'better';
    case 'production_gap':
      return finding.environment === environment && type !== 'better';
    case 'brittle_step':
      return finding.tool === tool;
    default:
      // at the step, or at any: sessions may go wrong before the tool is called
      return finding.tool === tool || finding.step === '';
  }
}

/** Another thing that is true of the same agent while the campaign holds. */
const isLawful = (finding: Finding, { alsoSeen, agent }: CampaignTruth): boolean =>
  finding.agent === agent && alsoSeen.includes(finding.pattern);

const isPart = ({ agent, release, endMs }: LedSession, campaign: CampaignTruth, foundMs: number): boolean =>
  agent === campaign.agent &&
  endMs >= campaign.fromMs &&
  endMs <= foundMs &&
  (campaign.release === '' || release === campaign.release);

/** How the detectors name what the fleet's users have in common. */
const ATTRIBUTES: Readonly<Record<string, (value: string) => string>> = {
  language: (value) => `input.language=${value}`,
  length: (value) => (value === 'long' ? 'input.length=over 2000' : 'input.length=up to 2000'),
  form: (value) => `input.form=${value}`,
};

function isFirst({ details }: CampaignTruth, standing: readonly Finding[]): boolean {
  const planted = details.conditions.map(([property, value]) => ATTRIBUTES[property]?.(value) ?? '').sort();
  const first = standing.filter(({ evidence }) => {
    const { numbers } = JSON.parse(evidence) as { numbers: { rank?: number } };
    return numbers.rank === 1;
  });
  return first.some(({ evidence }) => (JSON.parse(evidence) as { seen: string }).seen === planted.join(' and '));
}

/** The score as other programs read it. */
export const campaignsReport = ({ campaigns, falseAnnouncements, weeks }: CampaignsScore) => ({
  weeks,
  planted: campaigns.length,
  found: campaigns.filter(({ foundMs }) => foundMs !== null).length,
  conditions: campaigns.filter(({ firstRanked }) => firstRanked !== null).length,
  firstRanked: campaigns.filter(({ firstRanked }) => firstRanked === true).length,
  falseAnnouncementsPerWeek: weeks === 0 ? null : falseAnnouncements.length / weeks,
  campaigns: campaigns.map(({ campaign, ...score }) => ({ ...campaign, ...score })),
  falseAnnouncements: falseAnnouncements.map(({ pattern, agent, summary }) => ({ pattern, agent, summary })),
});

/** Rows of a table: one for each campaign. */
export const campaignRows = ({ campaigns }: CampaignsScore): string[][] => [
  ['campaign', 'agent', 'about', 'risk', 'found', 'after sessions', 'stands', 'ranked first'],
  ...campaigns.map(({ campaign, foundMs, sessionsUntilFound, stands, firstRanked }) => {
    const { name, agent, tool, release, environment, details } = campaign;
    const conditions = details.conditions.map((condition) => condition.join(' '));
    return [
      name,
      agent,
      [tool, release, environment, ...conditions].filter((part) => part !== '').join(', '),
      `${details.baseRisk.toFixed(2)} → ${details.risk.toFixed(2)}`,
      foundMs === null ? 'no' : 'yes',
      String(sessionsUntilFound ?? '–'),
      stands ? 'yes' : 'no',
      firstRanked === null ? '–' : firstRanked ? 'yes' : 'no',
    ];
  }),
];
