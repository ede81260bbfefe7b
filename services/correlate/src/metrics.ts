import { LabelBudget } from '@spanwise/runtime';
import type { Finding, Incident, Session } from '@spanwise/schemas';
import { Counter, type Registry } from 'prom-client';

/** What correlate learns about conversations. `verdict` is a closed list; `agent`, `release` have budgets, with `other`. Called only after a commit. */
export class CorrelateMetrics {
  readonly #agents: LabelBudget;
  readonly #releases: LabelBudget;
  readonly #sessions: Counter<'verdict' | 'agent' | 'release'>;
  readonly #endedEarly: Counter;
  readonly #environments: LabelBudget;
  readonly #incidents: Counter<'class' | 'severity' | 'environment' | 'state'>;
  readonly #findings: Counter<'pattern' | 'severity' | 'agent' | 'release'>;

  constructor(registry: Registry, maxLabels: number) {
    this.#agents = new LabelBudget(maxLabels);
    this.#releases = new LabelBudget(maxLabels);
    this.#environments = new LabelBudget(maxLabels);
    this.#sessions = new Counter({
      name: 'spanwise_sessions_total',
      help: 'Conversations with a final verdict; one that is judged finally again is not counted again',
      labelNames: ['verdict', 'agent', 'release'],
      registers: [registry],
    });
    this.#findings = new Counter({
      name: 'spanwise_fleet_findings_total',
      help: 'Failure patterns found across runs; a finding that is revised is not counted again',
      labelNames: ['pattern', 'severity', 'agent', 'release'],
      registers: [registry],
    });
    this.#incidents = new Counter({
      name: 'spanwise_incidents_total',
      help: 'Incidents that were opened, and that were resolved',
      labelNames: ['class', 'severity', 'environment', 'state'],
      registers: [registry],
    });
    this.#endedEarly = new Counter({
      name: 'spanwise_correlate_sessions_ended_early_total',
      help: 'Conversations that were judged finally and forgotten at once, because a partition held too many',
      registers: [registry],
    });
  }

  /** Something was found across runs; only its first revision counts. */
  finding({ pattern, severity, agent, release, revision }: Finding): void {
    if (revision > 1) return;
    this.#findings.inc({ pattern, severity, agent: this.#agents.value(agent), release: this.#releases.value(release) });
  }

  /** An incident was opened or resolved; what it became in between does not count. */
  incident({ class: failure, severity, environment, state, revision }: Incident): void {
    if (revision > 1 && state === 'open') return;
    this.#incidents.inc({ class: failure, severity, state, environment: this.#environments.value(environment) });
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
