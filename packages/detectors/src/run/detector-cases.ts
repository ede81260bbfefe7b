import type { Finding, Severity, Span } from '@spanwise/schemas';
import { describe, expect, test } from 'vitest';
import type { Evidence, RunDetector, RunEnd } from '../detector/detector.ts';
import { RunJudge } from '../judge/run-judge.ts';
import { MemorySlots } from '../slots.ts';
import type { RunDetectorSettings } from './registry.ts';

/** What is declared and known where a pattern judges by what is declared or learned: contracts of two made-up agents. */
export const caseSettings = {
  context_contract_violation: {
    contracts: [
      {
        to: 'refunds-agent',
        schema: {
          type: 'object',
          properties: {
            order_id: { type: 'string' },
            amount: { type: 'number', minimum: 0 },
            reason: { type: 'string' },
            note: { type: 'string' },
          },
          required: ['order_id', 'amount', 'reason'],
        },
      },
    ],
    norms: (from, to) =>
      from === 'triage' && to === 'ledger'
        ? { handoffs: 80, required: { account: 'string', amount: 'number', currency: 'string' } }
        : undefined,
  },
  context_decay: {
    criticalKeys: ['consent'],
    norms: (from, to) => (from === 'known' && to === 'billing' ? { handoffs: 80, low: 0.6 } : undefined),
  },
} satisfies RunDetectorSettings;

/** What must be found: spans are given as indexes into the case's run. */
export interface ExpectedFinding {
  /** Where it happened. */
  at: number;
  /** Where it began. */
  began?: number;
  severity?: Severity;
  /** Type of its evidence. */
  type?: string;
}

/** A case of a detector, as data: its name is a sentence. */
export interface DetectorCase {
  name: string;
  /** In the order in which the spans ended. */
  run: Span[];
  /** Indexes of the run in the order in which the spans arrive; default: as they ended. */
  arrival?: number[];
  /** Default `closed`; null where the run has not ended yet. */
  end?: RunEnd | null;
  /** Everything that stands at the end. */
  finds: ExpectedFinding[];
}

/** The findings that stand after the spans arrived in this order and the run ended. */
export function standingFindings(
  detectors: readonly RunDetector[],
  spans: readonly Span[],
  end: RunEnd | null = 'closed',
): Finding[] {
  const judge = new RunJudge({ detectors });
  const slots = new MemorySlots();
  const standing = new Map<string, Finding>();
  let now = 1_000_000;
  const take = (findings: readonly Finding[]) => {
    for (const finding of findings) {
      if (finding.withdrawn) standing.delete(finding.findingId);
      else standing.set(finding.findingId, finding);
    }
  };
  for (const span of spans) {
    now += 10;
    const output = judge.onSpan(slots, span, now);
    expect(output.faults).toEqual([]);
    take(output.findings);
  }
  if (end) take(judge.onEnd(slots, end, now + 60_000).findings);
  return [...standing.values()];
}

/** Runs a detector's cases, each in the order of arrival given. */
export function describeCases(pattern: string, detector: () => RunDetector, cases: readonly DetectorCase[]): void {
  describe(pattern, () => {
    test.each(cases)('$name', ({ run, arrival, end, finds }) => {
      const spans = arrival ? arrival.map((i) => run[i] as Span) : run;
      const indexOf = (spanId: string) => run.findIndex((span) => span.spanId === spanId);
      const found = standingFindings([detector()], spans, end)
        .sort((a, b) => indexOf(a.spanId) - indexOf(b.spanId))
        .map((finding, i): ExpectedFinding => {
          const wanted = finds[i];
          return {
            at: indexOf(finding.spanId),
            ...(wanted?.began === undefined ? {} : { began: indexOf(finding.rootCauseSpanId) }),
            ...(wanted?.severity === undefined ? {} : { severity: finding.severity }),
            ...(wanted?.type === undefined ? {} : { type: (JSON.parse(finding.evidence) as Evidence).type }),
          };
        });
      expect(found).toEqual(finds);
    });
  });
}
