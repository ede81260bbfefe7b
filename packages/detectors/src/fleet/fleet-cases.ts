import type { Finding, Severity } from '@spanwise/schemas';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../detector/detector.ts';
import type { SignalDraft } from '../signals/signal-source.ts';
import type { FleetDetector } from './fleet-detector.ts';
import { fleetCaseFindings } from './judged-fleet-cases.ts';

/** A signal, and when it is told. */
export interface ToldSignal extends SignalDraft {
  /** Log time, ms; not before that of the signal before. */
  atMs: number;
}

/** What must be found; what is left out may be anything. */
export type ExpectedFleetFinding = Partial<
  Pick<Finding, 'pattern' | 'scope' | 'traceId' | 'spanId' | 'rootCauseSpanId' | 'agent' | 'release' | 'step' | 'tool'>
> & {
  severity?: Severity;
  /** Type of its evidence. */
  type?: string;
};

/** A case of a detector across runs, as data: its name is a sentence. */
export interface FleetCase {
  name: string;
  signals: readonly ToldSignal[];
  /** Log time at which it ends, ms (default: with the last signal): detectors that want to be woken until then are. */
  untilMs?: number;
  /** Everything that stands at the end, in the order in which it was found first. */
  finds: ExpectedFleetFinding[];
  /** The case that the documentation shows; one of each pattern's. */
  example?: true;
}

/** Runs the cases of a detector across runs. */
export function describeFleetCases(name: string, detector: () => FleetDetector, cases: readonly FleetCase[]): void {
  describe(name, () => {
    test.each(cases)('$name', (one) => {
      const found = fleetCaseFindings(detector(), one).map((finding) => ({
        ...finding,
        type: (JSON.parse(finding.evidence) as Evidence).type,
      }));
      expect(found.map(({ pattern, summary }) => `${pattern}: ${summary}`)).toHaveLength(one.finds.length);
      expect(found).toMatchObject(one.finds);
    });
  });
}
