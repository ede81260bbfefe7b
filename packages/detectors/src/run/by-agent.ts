import type { RunDetector } from '../detector/detector.ts';
import type { Observation } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { type RunDetectorSettings, runDetectors } from './registry.ts';

/** Settings by agent, in any spelling of its name. */
export type AgentSettings = Readonly<Record<string, RunDetectorSettings>>;

/**
 * Every failure pattern, with settings of their own for some agents, over the general ones. An agent's settings hold for what
 * it does, step by step, and, where it leads the run (the root's agent), for what is judged at the run's end. While no span at
 * or above a step has named the agent, the general ones hold: an agent that only a run's root names, which comes last, is judged
 * by them until then.
 */
export function runDetectorsByAgent(general: RunDetectorSettings, agents: AgentSettings): RunDetector[] {
  const ofAgents = Object.entries(agents).map(([agent, own]) => {
    const detectors = runDetectors(merged(general, own));
    return { key: agentKey(agent), own, detectors };
  });
  return runDetectors(general).map((detector, i) => {
    const variants = new Map<string, RunDetector>();
    for (const { key, own, detectors } of ofAgents) {
      const variant = detectors[i];
      if (variant && Object.hasOwn(own, variant.pattern)) variants.set(key, variant);
    }
    return variants.size === 0 ? detector : new ByAgent(detector, variants);
  });
}

/** One pattern in several settings. Their states are of one form: settings only change what is made of it. */
class ByAgent implements RunDetector {
  readonly pattern: string;
  readonly #general: RunDetector;
  readonly #variants: ReadonlyMap<string, RunDetector>;

  constructor(general: RunDetector, variants: ReadonlyMap<string, RunDetector>) {
    this.pattern = general.pattern;
    this.#general = general;
    this.#variants = variants;
  }

  initialState(): unknown {
    return this.#general.initialState();
  }

  onSpan(...args: Parameters<RunDetector['onSpan']>): boolean {
    const [step, , run] = args;
    return this.#at(step, run).onSpan(...args);
  }

  onRunEnd(...args: Parameters<RunDetector['onRunEnd']>): boolean {
    const [, run] = args;
    return this.#at(run.root, run).onRunEnd(...args);
  }

  isBlind(run: RunView, state: unknown): boolean {
    return this.#at(run.root, run).isBlind?.(run, state) ?? false;
  }

  observe(run: RunView, state: unknown): Observation[] {
    return this.#at(run.root, run).observe?.(run, state) ?? [];
  }

  #at(step: Step | undefined, run: RunView): RunDetector {
    const agent = step ? run.agentOf(step) : '';
    return this.#variants.get(agentKey(agent)) ?? this.#general;
  }
}

function merged(general: RunDetectorSettings, own: RunDetectorSettings): RunDetectorSettings {
  const all: Record<string, object> = { ...general };
  for (const [pattern, settings] of Object.entries(own)) all[pattern] = { ...all[pattern], ...settings };
  return all;
}
