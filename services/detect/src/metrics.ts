import { LabelBudget, stepDurationBuckets } from '@spanwise/runtime';
import type { Finding, Run } from '@spanwise/schemas';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { StepSample } from './step-sample.ts';

/**
 * What detect learns about the agents. `pattern`, `severity`, `kind`, `verdict`, `outcome` come from closed lists; `agent`, `release`,
 * `tool` from budgets, with `other`. What is told of spans is told only after a commit.
 */
export class DetectMetrics {
  readonly #agents: LabelBudget;
  readonly #releases: LabelBudget;
  readonly #tools: LabelBudget;
  readonly #spans: Counter<'kind'>;
  readonly #duplicates: Counter;
  readonly #forgottenSteps: Counter;
  readonly #runsEndedEarly: Counter;
  readonly #settingsReads: Counter<'outcome'>;
  readonly #findings: Counter<'pattern' | 'severity' | 'agent'>;
  readonly #runs: Counter<'verdict' | 'agent' | 'release'>;
  readonly #stepDuration: Histogram<'kind' | 'agent' | 'tool'>;
  readonly #tokens: Counter<'direction' | 'agent'>;
  readonly #cost: Counter<'agent'>;

  constructor(registry: Registry, maxLabels: number) {
    this.#agents = new LabelBudget(maxLabels);
    this.#releases = new LabelBudget(maxLabels);
    this.#tools = new LabelBudget(maxLabels);
    const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
      new Counter({ name, help, labelNames, registers: [registry] });
    this.#spans = counter('spanwise_detect_spans_total', 'Spans judged, resends not counted', ['kind']);
    this.#duplicates = counter('spanwise_detect_duplicate_spans_total', 'Spans that a client had sent before', []);
    this.#forgottenSteps = counter(
      'spanwise_detect_forgotten_steps_total',
      'Steps that their run forgot before its end, because it had too many or too large ones',
      [],
    );
    this.#runsEndedEarly = counter(
      'spanwise_detect_runs_ended_early_total',
      'Runs that were ended before they had been quiet for long, because a partition held too many',
      [],
    );
    this.#settingsReads = counter(
      'spanwise_detect_settings_reads_total',
      'Readings of the settings file after a change; refused ones leave the settings of before in force',
      ['outcome'],
    );
    this.#findings = counter('spanwise_findings_total', 'Findings within runs, revisions not counted', [
      'pattern',
      'severity',
      'agent',
    ]);
    this.#runs = counter('spanwise_runs_total', 'Runs judged, revisions not counted', ['verdict', 'agent', 'release']);
    this.#tokens = counter(
      'spanwise_tokens_total',
      'Tokens of inferences; of those that name no agent, told when the run has ended',
      ['direction', 'agent'],
    );
    this.#cost = counter('spanwise_cost_usd_total', 'Cost of inferences in US dollars, where spans state it', [
      'agent',
    ]);
    this.#stepDuration = new Histogram({
      name: 'spanwise_step_duration_seconds',
      help: 'Duration of spans; of those that name no agent, told when the run has ended and names it',
      labelNames: ['kind', 'agent', 'tool'],
      buckets: stepDurationBuckets,
      registers: [registry],
    });
  }

  settingsRead(outcome: 'taken' | 'refused'): void {
    this.#settingsReads.inc({ outcome });
  }

  spans(kind: string, count: number): void {
    this.#spans.inc({ kind }, count);
  }

  /** Steps whose agents are known, or will not be. */
  steps(samples: readonly StepSample[]): void {
    const sums = new Map<string, { input: number; output: number; costUsd: number }>();
    for (const { kind, durationNs, inputTokens, outputTokens, costUsd, agent: name, tool } of samples) {
      const agent = this.#agents.value(name);
      this.#stepDuration.observe({ kind, agent, tool: this.#tools.value(tool) }, durationNs / 1e9);
      if (inputTokens === 0 && outputTokens === 0 && costUsd === 0) continue;
      const sum = sums.get(agent) ?? { input: 0, output: 0, costUsd: 0 };
      sum.input += inputTokens;
      sum.output += outputTokens;
      sum.costUsd += costUsd;
      sums.set(agent, sum);
    }
    for (const [agent, { input, output, costUsd }] of sums) {
      if (input > 0) this.#tokens.inc({ direction: 'input', agent }, input);
      if (output > 0) this.#tokens.inc({ direction: 'output', agent }, output);
      if (costUsd > 0) this.#cost.inc({ agent }, costUsd);
    }
  }

  duplicates(count: number): void {
    this.#duplicates.inc(count);
  }

  forgottenSteps(count: number): void {
    this.#forgottenSteps.inc(count);
  }

  runsEndedEarly(count: number): void {
    this.#runsEndedEarly.inc(count);
  }

  finding(finding: Finding): void {
    if (finding.revision > 1 || finding.withdrawn) return;
    const { pattern, severity } = finding;
    this.#findings.inc({ pattern, severity, agent: this.#agents.value(finding.agent) });
  }

  run(run: Run): void {
    if (run.revision > 1) return;
    const agent = this.#agents.value(run.agent);
    this.#runs.inc({ verdict: run.verdict, agent, release: this.#releases.value(run.release) });
  }
}
