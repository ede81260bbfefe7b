import type { NormalNeeds, Who } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { isWork } from './active-time.ts';

const MOST_PARTICIPANTS = 8;

/** Services in which the run's work is done. */
function servicesOf(run: RunView): string[] {
  const services = new Set<string>();
  for (const step of run.steps) {
    if (services.size >= MOST_PARTICIPANTS) break;
    if (isWork(step) && step.service !== '') services.add(step.service);
  }
  return [...services];
}

/** For whom the run says what is normal. */
export function whoseRunIs(run: RunView): Who[] {
  const { agent, workflow } = run;
  const others = run.agents.filter((name) => name !== agent).slice(0, MOST_PARTICIPANTS);
  return [
    ...(agent === '' ? [] : [{ role: 'leads', name: agent, workflow } as const]),
    ...others.map((name) => ({ role: 'takes_part', name, workflow }) as const),
    ...servicesOf(run).map((name) => ({ role: 'serves', name, workflow }) as const),
  ];
}

/**
 * What is normal for a run.
 *
 * @param step that shows whose work it is; undefined at the end
 */
export function normsFor(step: Step | undefined, run: RunView): NormalNeeds[] {
  const { normals, tenant, workflow } = run;
  const of = (role: Who['role'], names: readonly string[]): NormalNeeds[] =>
    names.flatMap((name) => normals.needs(tenant, { role, name, workflow }) ?? []);
  const agent = run.root || !step ? run.agent : run.agentOf(step);
  if (agent === '') return of('serves', run.root || !step ? servicesOf(run) : [step.service]);
  return run.root ? of('leads', [agent]) : [...of('leads', [agent]), ...of('takes_part', [agent])];
}
