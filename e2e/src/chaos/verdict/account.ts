import type { TemplateRun } from '../load/corpus.ts';
import { acrossRuns, learningPatterns } from '../load/expectation.ts';
import type { Ledger } from '../load/ledger.ts';

/** Spans sent against spans stored, by id. */
export class SpanAccount {
  readonly #ledger: Ledger;
  readonly #places = new Map<TemplateRun, ReadonlyMap<string, number>>();
  readonly #seen = new Map<string, Uint8Array>();
  readonly #unjudged = new Set<string>();
  stored = 0;
  duplicated = 0;
  /** Stored, and never sent by us */
  readonly unknown: string[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** A row of the view `spans`. */
  add(traceId: string, spanId: string): void {
    if (this.#ledger.unjudged.get(traceId) === spanId) {
      this.#unjudged.add(traceId);
      return;
    }
    const template = this.#ledger.run(traceId)?.template;
    const place = template && this.#placesOf(template).get(spanId);
    if (!template || place === undefined) {
      this.unknown.push(`${traceId} ${spanId}`);
      return;
    }
    let seen = this.#seen.get(traceId);
    if (!seen) {
      seen = new Uint8Array(template.spanIds.length);
      this.#seen.set(traceId, seen);
    }
    if (seen[place] === 1) this.duplicated += 1;
    else this.stored += 1;
    seen[place] = 1;
  }

  /** Ids of what was acknowledged and is not there. */
  *lost(): Generator<string> {
    for (const [traceId, { template }] of this.#ledger.entries()) {
      const seen = this.#seen.get(traceId);
      for (const [place, spanId] of template.spanIds.entries()) {
        if (seen?.[place] !== 1) yield `${traceId} ${spanId}`;
      }
    }
    for (const [traceId, spanId] of this.#ledger.unjudged) {
      if (!this.#unjudged.has(traceId)) yield `${traceId} ${spanId}`;
    }
  }

  #placesOf(template: TemplateRun): ReadonlyMap<string, number> {
    let places = this.#places.get(template);
    if (!places) {
      places = new Map(template.spanIds.map((id, place) => [id, place]));
      this.#places.set(template, places);
    }
    return places;
  }
}

/**
 * A run that was on its way for so much longer than planned, because nothing was acknowledged, may have been judged before its last span
 * came; what should be found in it then only an undisturbed system can tell.
 */
export const DELAYED_MS = 4_000;

/** Findings known in advance against findings stored. */
export class FindingAccount {
  readonly #ledger: Ledger;
  readonly #found = new Map<string, string[]>();
  /** Runs whose findings are not known in advance */
  unpredicted = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** A row of the view `findings`. One that learns is left to the undisturbed system, but not in a run that was never sent. */
  add(traceId: string, pattern: string, spanId: string): void {
    const isOfSent = traceId === '' ? acrossRuns.includes(pattern) : this.#ledger.run(traceId) !== undefined;
    if (learningPatterns.has(pattern) && isOfSent) return;
    const finding = `${pattern} ${spanId}`;
    const others = this.#found.get(traceId);
    if (others) others.push(finding);
    else this.#found.set(traceId, [finding]);
  }

  /** To be called once, when all have been added. */
  compare(): { expected: number; missing: string[]; extra: string[] } {
    const missing: string[] = [];
    const extra: string[] = [];
    let expected = 0;
    for (const [traceId, findings] of this.#found) {
      if (!this.#ledger.run(traceId)) extra.push(...findings.map((finding) => `${traceId} ${finding}`));
    }
    for (const [traceId, { template, route, delayedMs }] of this.#ledger.entries()) {
      // how long ingest held up what it took from the Collector's topic nobody tells
      if (template.findings === undefined || route === 'collector' || delayedMs > DELAYED_MS) {
        this.unpredicted += 1;
        continue;
      }
      const found = [...(this.#found.get(traceId) ?? [])];
      for (const { pattern, spanId } of template.findings) {
        expected += 1;
        const at = found.indexOf(`${pattern} ${spanId}`);
        if (at < 0) missing.push(`${traceId} ${pattern} ${spanId}`);
        else found.splice(at, 1);
      }
      extra.push(...found.map((finding) => `${traceId} ${finding}`));
    }
    return { expected, missing, extra };
  }
}
