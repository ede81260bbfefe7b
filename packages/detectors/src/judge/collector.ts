import type { Finding } from '@spanwise/schemas';
import type { FindingDraft, Reporter, RunDetector } from '../detector/detector.ts';

import type { Hearer } from './asked-states.ts';
import { mayTie } from './consequences.ts';
import type { FindingLedger } from './finding-ledger.ts';

/** Takes what detectors say in one call of the judge, and makes findings of what holds. */
export class Collector implements Reporter, Hearer<RunDetector> {
  readonly findings: Finding[] = [];
  readonly #ledger: FindingLedger;
  /** What a detector has said so far in a call: drafts, and keys of what it takes back. */
  #said: (FindingDraft | string)[] = [];

  constructor(ledger: FindingLedger) {
    this.#ledger = ledger;
  }

  report(draft: FindingDraft): void {
    this.#said.push(draft);
  }

  withdraw(key: string): void {
    this.#said.push(key);
  }

  /** The call of this pattern's detector went well: what it said holds. */
  keep({ pattern }: Pick<RunDetector, 'pattern'>): void {
    if (this.#said.length === 0) return;
    const said = this.#said;
    this.#said = [];
    for (const each of said) {
      const finding =
        typeof each === 'string' ? this.#ledger.withdraw(pattern, each) : this.#ledger.report(pattern, each);
      if (finding) this.findings.push(finding);
    }
  }

  /** It threw: nothing of what it said does. */
  drop(): void {
    this.#said = [];
  }

  refresh(): void {
    this.findings.push(...this.#ledger.refresh());
  }

  /** To be called when all patterns have spoken. */
  tieConsequences(): void {
    if (mayTie(this.findings)) this.findings.push(...this.#ledger.tieConsequences());
  }
}
