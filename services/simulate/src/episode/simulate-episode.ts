import { type Convention, placements } from '../convention/convention.ts';
import type { Step } from '../plan/step.ts';
import { type Preset, releaseOn } from '../preset.ts';
import type { Random } from '../random.ts';
import type { Placed } from '../render/truths.ts';
import type { SimulatedRun } from '../run.ts';
import { ENVIRONMENT } from '../session.ts';
import { simulateRun } from '../simulate-run.ts';
import type { Episode } from './episode.ts';

export interface EpisodeSetting {
  readonly startMs: number;
  readonly day: number;
  readonly preset: Preset;
  readonly convention: Convention;
  readonly strength: number;
}

/** The runs of an episode, in the order of time. */
export function simulateEpisode(episode: Episode, setting: EpisodeSetting, random: Random): SimulatedRun[] {
  const { startMs, day, preset, convention, strength } = setting;
  const placement = random.pick(placements);
  const release = releaseOn(day, preset, random);
  const environment = ENVIRONMENT;
  const conversations = new Map<number, { sessionId: string; userId: string }>();
  const placed = new Map<Step, Placed>();
  const runs = episode.runs(random, strength).map(({ afterMs, conversation, tenant = 'default', plan, notes }) => {
    const who = conversations.get(conversation) ?? {
      sessionId: `conv-${random.hex(16)}`,
      userId: `u-${random.hex(4)}`,
    };
    conversations.set(conversation, who);
    const where = {
      ...who,
      startMs: startMs + afterMs,
      tenant,
      convention,
      placement,
      release,
      environment,
      linkedTo: undefined,
    };
    return simulateRun(plan, notes, { ...where, placed }, random);
  });
  return runs.sort((a, b) => a.startMs - b.startMs);
}
