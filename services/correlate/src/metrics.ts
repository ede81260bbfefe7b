import { LabelBudget } from '@spanwise/runtime';
import type { Session } from '@spanwise/schemas';
import { Counter, type Registry } from 'prom-client';

/** What correlate learns about conversations. `verdict` is a closed list; `agent`, `release` have budgets, with `other`. Called only after a commit. */
export class CorrelateMetrics {
  readonly #agents: LabelBudget;
  readonly #releases: LabelBudget;
  readonly #sessions: Counter<'verdict' | 'agent' | 'release'>;
  readonly #endedEarly: Counter;

  constructor(registry: Registry, maxLabels: number) {
    this.#agents = new LabelBudget(maxLabels);
    this.#releases = new LabelBudget(maxLabels);
    this.#sessions = new Counter({
      name: 'spanwise_sessions_total',
      help: 'Conversations with a final verdict; one that is judged finally again is not counted again',
      labelNames: ['verdict', 'agent', 'release'],
      registers: [registry],
    });
    this.#endedEarly = new Counter({
      name: 'spanwise_correlate_sessions_ended_early_total',
      help: 'Conversations that were judged finally and forgotten at once, because a partition held too many',
      registers: [registry],
    });
  }

  /** A conversation got its first final verdict. */
  sessionFinal(session: Session, isEarly: boolean): void {
    if (isEarly) this.#endedEarly.inc();
    this.#sessions.inc({
      verdict: session.verdict,
      agent: this.#agents.value(session.agent),
      release: this.#releases.value(session.release),
    });
  }
}
