import { describe, expect, it } from 'vitest';
import { SessionSource } from '../generate.ts';
import type { SimulatedRun } from '../run.ts';
import type { CampaignTruth } from './campaign-truth.ts';
import { inStyle } from './style.ts';

const START_MS = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

/** A fleet of these campaigns, and the share of the sessions that fail among those that are wanted. */
function fleetOf(campaigns: readonly string[], { seed = 5, sessions = 1_500 } = {}) {
  const source = new SessionSource({ seed, preset: 'campaigns', campaigns: campaigns as [], sessionsPerDay: 250 });
  const runs = Array.from({ length: sessions }, (_, i) => source.session(i, START_MS + i).at(0) as SimulatedRun);
  const riskOf = (agent: string, isWanted: (run: SimulatedRun) => boolean): number => {
    const wanted = runs.filter((run) => run.truths.some((truth) => truth.agent === agent) && isWanted(run));
    return wanted.filter(({ truths }) => truths.some(({ type }) => type === 'fault')).length / wanted.length;
  };
  return { source, runs, truths: source.campaigns(START_MS), riskOf };
}

const sourceOf = (run: SimulatedRun) => run.spans[0]?.source;
const requestOf = (run: SimulatedRun): string => run.turn?.request ?? '';

describe('a fleet of campaigns', () => {
  it('fails more with a new release where that is the campaign, and nowhere else', () => {
    const { truths, riskOf } = fleetOf(['release_regression', 'nothing']);
    const isNew = (run: SimulatedRun) => sourceOf(run)?.release === '2.1.0';
    for (const { agent, name, details, release, fromMs } of truths) {
      const [before, after] = [riskOf(agent, (run) => !isNew(run)), riskOf(agent, isNew)];
      if (name === 'nothing') expect(Math.abs(after - before)).toBeLessThan(0.1);
      else {
        expect(after - before).toBeGreaterThan((details.risk - details.baseRisk) / 2);
        expect(release).toBe('2.1.0');
        expect(fromMs).toBeGreaterThanOrEqual(START_MS + 2 * DAY_MS);
      }
    }
    expect(truths.map(({ name }) => name)).toContain('nothing');
  });

  it('fails where users have in common what the truth says', () => {
    const { truths, riskOf } = fleetOf(['condition'], { sessions: 2_500 });
    const markOf: Record<string, (text: string) => boolean> = {
      de: (text) => text.includes('Guten Morgen'),
      es: (text) => text.includes('Buenos días'),
      long: (text) => text.length > 2_000,
      list: (text) => text.startsWith('- '),
    };
    for (const { agent, details } of truths) {
      const has = (run: SimulatedRun) => details.conditions.every(([, value]) => markOf[value]?.(requestOf(run)));
      const answered = (run: SimulatedRun) => run.turn !== undefined;
      expect(riskOf(agent, (run) => answered(run) && has(run))).toBeGreaterThan(
        riskOf(agent, (run) => answered(run) && !has(run)) + 0.15,
      );
    }
  });

  it('is the same again for a seed, and tells its truths apart from the runs', () => {
    const [one, same, other] = [
      fleetOf([], { sessions: 3 }),
      fleetOf([], { sessions: 3 }),
      fleetOf(['nothing'], { seed: 6, sessions: 3 }),
    ];
    expect(one.runs).toEqual(same.runs);
    expect(one.truths).toEqual(same.truths);
    expect(other.truths.every(({ pattern }: CampaignTruth) => pattern === '')).toBe(true);
    expect(JSON.stringify(other.runs)).not.toContain('"campaign"');
  });

  it('refuses a campaign that there is not', () => {
    expect(() => fleetOf(['meteor'], { sessions: 0 })).toThrow("no campaign 'meteor'");
  });
});

it('a request is still in what a user writes around it', () => {
  const request = 'Where is order W1234567?';
  for (const language of ['en', 'de', 'es'] as const) {
    for (const length of ['short', 'long'] as const) {
      for (const form of ['plain', 'list'] as const) {
        const text = inStyle(request, { language, length, form });
        expect(text).toContain(request);
        expect(text.length > 2_000).toBe(length === 'long');
      }
    }
  }
});
