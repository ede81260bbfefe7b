import { LabelBudget } from '@spanwise/runtime';
import type { Calibration, Finding, Incident, Session } from '@spanwise/schemas';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What correlate learns about conversations. `verdict` is a closed list; `agent`, `release` have budgets, with `other`. Called only after a commit. */
export class CorrelateMetrics {
  readonly #agents: LabelBudget;
  readonly #releases: LabelBudget;
  readonly #sessions: Counter<'verdict' | 'agent' | 'release'>;
  readonly #endedEarly: Counter;
  readonly #environments: LabelBudget;
  readonly #incidents: Counter<'class' | 'severity' | 'environment' | 'state'>;
  readonly #findings: Counter<'pattern' | 'severity' | 'agent' | 'release'>;
  readonly #tenants: LabelBudget;
  readonly #labelled: Gauge<'tenant' | 'outcome'>;
  readonly #brier: Gauge<'tenant' | 'weights'>;
  readonly #auc: Gauge<'tenant' | 'weights'>;
  readonly #reliability: Gauge<'tenant' | 'predicted'>;

  constructor(registry: Registry, maxLabels: number) {
    this.#agents = new LabelBudget(maxLabels);
    this.#releases = new LabelBudget(maxLabels);
    this.#environments = new LabelBudget(maxLabels);
    this.#tenants = new LabelBudget(maxLabels);
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
    this.#labelled = new Gauge({
      name: 'spanwise_verdict_labelled_sessions',
      help: 'Conversations of which somebody said how they went: failed or succeeded',
      labelNames: ['tenant', 'outcome'],
      registers: [registry],
    });
    this.#brier = new Gauge({
      name: 'spanwise_verdict_brier_score',
      help: 'Mean squared error of the probability of failure against what was said later: by learned weights, each conversation predicted before it was learnt from, and by the documented ones (prior)',
      labelNames: ['tenant', 'weights'],
      registers: [registry],
    });
    this.#auc = new Gauge({
      name: 'spanwise_verdict_auc_ratio',
      help: 'How surely a failed conversation had the greater probability, by learned weights and by the documented ones (prior)',
      labelNames: ['tenant', 'weights'],
      registers: [registry],
    });
    this.#reliability = new Gauge({
      name: 'spanwise_verdict_observed_failure_ratio',
      help: 'Share that failed of the conversations with this predicted probability, from the label to a tenth more: the reliability curve',
      labelNames: ['tenant', 'predicted'],
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

  /** How well a tenant's verdicts agree with what was said of its conversations. Tenants beyond the budget show nothing. */
  calibration({ tenant: of, labels, failures, brier, priorBrier, auc, priorAuc, bins }: Calibration): void {
    const tenant = this.#tenants.value(of);
    if (tenant !== of) return;
    this.#labelled.set({ tenant, outcome: 'failed' }, failures);
    this.#labelled.set({ tenant, outcome: 'succeeded' }, labels - failures);
    for (const [gauge, learned, prior] of [
      [this.#brier, brier, priorBrier],
      [this.#auc, auc, priorAuc],
    ] as const) {
      if (learned !== null) gauge.set({ tenant, weights: 'learned' }, learned);
      if (prior !== null) gauge.set({ tenant, weights: 'prior' }, prior);
    }
    for (const { least, failed } of bins) this.#reliability.set({ tenant, predicted: least.toFixed(1) }, failed);
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
