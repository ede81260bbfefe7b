import type { Severity, Span } from '@spanwise/schemas';
import { describe, expect, test } from 'vitest';
import type { Evidence, RunDetector, RunEnd } from '../detector/detector.ts';
import { caseFindings } from './judged-cases.ts';

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
  /** The case that the documentation shows; one of each pattern's. */
  example?: true;
}

/** Runs a detector's cases, each in the order of arrival given. */
export function describeCases(pattern: string, detector: () => RunDetector, cases: readonly DetectorCase[]): void {
  describe(pattern, () => {
    test.each(cases)('$name', (one) => {
      const { run, finds } = one;
      const indexOf = (spanId: string) => run.findIndex((span) => span.spanId === spanId);
      const found = caseFindings(detector(), one)
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
