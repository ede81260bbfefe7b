import type { Finding } from '@spanwise/schemas';
import type { FindingDraft } from '../detector/detector.ts';
import { hash128 } from '../identity-hash.ts';
import type { RunModel } from '../run-model/run-model.ts';
import type { Slots } from '../slots.ts';
import { causesOf } from './consequences.ts';
import { sentenceOf } from './sentence.ts';

/** Findings of one pattern in one run; what exceeds them is counted in one summarising finding (default 64). */
export const MAX_FINDINGS_PER_PATTERN = 64;

/** Ids remembered for each pattern. */
const MAX_IDS = 4 * MAX_FINDINGS_PER_PATTERN;

/** Key of the finding that counts what a pattern's fill left unreported. */
const REST = 'rest';

/** The id of a finding: a function of where it was found and the key its detector gave it. */
export const findingIdOf = (tenant: string, traceId: string, pattern: string, key: string): string =>
  hash128(`${tenant}\n${traceId}\n${pattern}\n${key}`);

/** A reader could see no difference: all that may change but revision and times. */
const saysTheSame = (a: Finding, b: Finding): boolean =>
  a.withdrawn === b.withdrawn &&
  a.supersededBy === b.supersededBy &&
  a.severity === b.severity &&
  a.confidence === b.confidence &&
  a.spanId === b.spanId &&
  a.rootCauseSpanId === b.rootCauseSpanId &&
  a.sessionId === b.sessionId &&
  a.agent === b.agent &&
  a.release === b.release &&
  a.environment === b.environment &&
  a.workflow === b.workflow &&
  a.tool === b.tool &&
  a.step === b.step &&
  a.summary === b.summary &&
  a.evidence === b.evidence;

/** A finding as last emitted, with its detector's sentence: the agent in it may get another name. */
interface Noted extends Finding {
  /** Absent where a version that named no agents had emitted it. */
  sentence?: string;
}

const NO_FINDINGS = new Map<string, Noted>();
const NO_COUNTS = new Map<string, number>();

/**
 * What a run has reported: slot `f/<id>` holds each finding as last emitted (`Noted`). A report that says nothing new emits nothing,
 * one that says something else emits the next revision.
 */
export class FindingLedger {
  readonly #slots: Slots;
  readonly #run: RunModel;
  /** Both are made with the first finding: most runs have none. */
  #byId: Map<string, Noted> = NO_FINDINGS;
  #perPattern: Map<string, number> = NO_COUNTS;
  /** Ids by pattern and key, as far as they were asked for: a pattern tells what it knows again and again. */
  #ids: Map<string, Map<string, string>> | undefined;

  constructor(slots: Slots, run: RunModel) {
    this.#slots = slots;
    this.#run = run;
    for (const slot of slots.keys()) {
      if (!slot.startsWith('f/')) continue;
      const finding = slots.get<Noted>(slot);
      if (finding) this.#remember(finding);
    }
  }

  #remember(finding: Noted): void {
    if (this.#byId === NO_FINDINGS) {
      this.#byId = new Map();
      this.#perPattern = new Map();
    }
    if (!this.#byId.has(finding.findingId)) {
      this.#perPattern.set(finding.pattern, (this.#perPattern.get(finding.pattern) ?? 0) + 1);
    }
    this.#byId.set(finding.findingId, finding);
  }

  /** All that was reported and not taken back. */
  *standing(): Generator<Noted> {
    for (const finding of this.#byId.values()) if (!finding.withdrawn) yield finding;
  }

  /** The finding to emit for a draft; undefined when nothing changed or the pattern has its fill. */
  report(pattern: string, draft: FindingDraft): Finding | undefined {
    const run = this.#run;
    const id = this.#idOf(pattern, draft.key);
    const known = this.#byId.get(id);
    if (!known && draft.key !== REST && (this.#perPattern.get(pattern) ?? 0) >= MAX_FINDINGS_PER_PATTERN) {
      return this.#suppress(pattern, draft);
    }
    const { span, rootCause } = draft;
    return this.#emit(known, {
      tenant: run.tenant,
      findingId: id,
      revision: (known?.revision ?? 0) + 1,
      withdrawn: false,
      supersededBy: known?.supersededBy ?? '',
      pattern,
      scope: 'run',
      severity: draft.severity,
      confidence: draft.confidence,
      traceId: run.traceId,
      spanId: span.spanId,
      rootCauseTraceId: run.traceId,
      rootCauseSpanId: rootCause.spanId,
      sessionId: run.sessionId,
      agent: run.agentOf(span),
      release: run.releaseOf(span),
      environment: run.meta.environment,
      workflow: run.meta.workflow,
      tool: span.tool,
      step: run.pointOf(span),
      summary: '',
      sentence: draft.summary,
      evidence: JSON.stringify(draft.evidence),
      eventTime: span.end,
      receivedTime: run.meta.lastReceived,
      detectedTime: run.now * 1000,
    });
  }

  /** The revision that takes a finding back; undefined when there is nothing to take back. */
  withdraw(pattern: string, key: string): Finding | undefined {
    if (!this.#perPattern.has(pattern)) return undefined;
    const known = this.#byId.get(this.#idOf(pattern, key));
    if (!known || known.withdrawn) return undefined;
    return this.#emit(known, { ...known, ...this.#decidedNow(), revision: known.revision + 1, withdrawn: true });
  }

  /** Revisions of findings whose session, agent or release the run now knows better than when they were reported. */
  refresh(): Finding[] {
    const run = this.#run;
    const changed: Finding[] = [];
    for (const known of this.standing()) {
      const span = run.stepOf(known.spanId);
      const emitted = this.#emit(known, {
        ...known,
        ...this.#decidedNow(),
        revision: known.revision + 1,
        sessionId: run.sessionId,
        agent: span ? run.agentOf(span) : known.agent,
        release: span ? run.releaseOf(span) : known.release,
        environment: run.meta.environment,
        workflow: run.meta.workflow,
        step: span ? run.pointOf(span) : known.step,
      });
      if (emitted) changed.push(emitted);
    }
    return changed;
  }

  /** Revisions of findings that turned out to follow from another one, or not to. */
  tieConsequences(): Finding[] {
    const changed: Finding[] = [];
    for (const [{ findingId }, supersededBy] of causesOf([...this.standing()])) {
      const known = this.#byId.get(findingId);
      if (!known) continue;
      const revision = known.revision + 1;
      const emitted = this.#emit(known, { ...known, ...this.#decidedNow(), revision, supersededBy });
      if (emitted) changed.push(emitted);
    }
    return changed;
  }

  #idOf(pattern: string, key: string): string {
    this.#ids ??= new Map();
    let ids = this.#ids.get(pattern);
    if (!ids) {
      ids = new Map();
      this.#ids.set(pattern, ids);
    }
    let id = ids.get(key);
    if (id === undefined) {
      id = findingIdOf(this.#run.tenant, this.#run.traceId, pattern, key);
      if (ids.size < MAX_IDS) ids.set(key, id);
    }
    return id;
  }

  #decidedNow(): Pick<Finding, 'receivedTime' | 'detectedTime'> {
    return { receivedTime: this.#run.meta.lastReceived, detectedTime: this.#run.now * 1000 };
  }

  #suppress(pattern: string, draft: FindingDraft): Finding | undefined {
    const { suppressed } = this.#run.meta;
    const count = (suppressed[pattern] ?? 0) + 1;
    suppressed[pattern] = count;
    this.#run.saveMeta();
    // Powers of two: the count stays nearly current without a revision per suppressed finding.
    if ((count & (count - 1)) !== 0) return undefined;
    return this.report(pattern, {
      ...draft,
      key: REST,
      summary: `${pattern} was found ${MAX_FINDINGS_PER_PATTERN} times in this run, and at least ${count} more times that are not listed`,
      evidence: { type: 'more_findings', numbers: { listed: MAX_FINDINGS_PER_PATTERN, more: count } },
    });
  }

  #emit(known: Noted | undefined, { sentence, ...rest }: Noted): Finding | undefined {
    const draft = sentence ?? rest.summary;
    const finding: Finding = { ...rest, summary: sentenceOf(draft, rest.agent) };
    if (known && saysTheSame(known, finding)) return undefined;
    const noted = { ...finding, sentence: draft };
    this.#remember(noted);
    this.#slots.put(`f/${finding.findingId}`, noted);
    return finding;
  }
}
