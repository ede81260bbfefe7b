import type { Finding, Run } from '@spanwise/schemas';
import type { DetectMetrics } from './metrics.ts';
import type { StepSample } from './step-sample.ts';

/** What happened and is not yet counted where the world sees it: summed, so that a commit moves few counters. */
export class Uncounted {
  duplicates = 0;
  forgottenSteps = 0;
  runsEndedEarly = 0;
  readonly findings: Finding[] = [];
  readonly runs: Run[] = [];
  readonly steps: StepSample[] = [];
  readonly #spansByKind = new Map<string, number>();

  span(kind: string): void {
    this.#spansByKind.set(kind, (this.#spansByKind.get(kind) ?? 0) + 1);
  }

  countIn(metrics: DetectMetrics): void {
    for (const [kind, spans] of this.#spansByKind) metrics.spans(kind, spans);
    if (this.duplicates > 0) metrics.duplicates(this.duplicates);
    if (this.forgottenSteps > 0) metrics.forgottenSteps(this.forgottenSteps);
    if (this.runsEndedEarly > 0) metrics.runsEndedEarly(this.runsEndedEarly);
    metrics.steps(this.steps);
    for (const finding of this.findings) metrics.finding(finding);
    for (const run of this.runs) metrics.run(run);
  }
}
