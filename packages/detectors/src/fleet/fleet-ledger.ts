import type { Finding } from '@spanwise/schemas';
import { hash128 } from '../identity-hash.ts';
import type { Slots } from '../slots.ts';
import type { FleetFindingDraft } from './fleet-detector.ts';

/** Findings remembered at one key; the oldest are forgotten first, those that were taken back before all others. */
export const MAX_FLEET_FINDINGS = 512;

const SLOT = 'f/';

/** What may change without a reader seeing a difference. */
type Unread = 'revision' | 'receivedTime' | 'detectedTime';

const UNREAD: readonly Unread[] = ['revision', 'receivedTime', 'detectedTime'];

const saysTheSame = (a: Finding, b: Finding): boolean =>
  (Object.keys(a) as (keyof Finding)[]).every((field) => UNREAD.includes(field as Unread) || a[field] === b[field]);

/** The id of a finding across runs: a function of whom it is about, its pattern and the key that its detector gave it. */
export const fleetFindingId = (tenant: string, keyedBy: string, pattern: string, key: string): string =>
  hash128(`${tenant}\n${keyedBy}\n${pattern}\n${key}`);

/** What was reported at one key: slot `f/<id>` holds each finding as last emitted. */
export class FleetLedger {
  readonly #slots: Slots;
  /** Kind and name of what the signals are keyed by. */
  readonly #keyedBy: string;

  constructor(slots: Slots, keyedBy: string) {
    this.#slots = slots;
    this.#keyedBy = keyedBy;
  }

  /** The finding to emit for a draft; undefined when it says nothing new. */
  report(tenant: string, draft: FleetFindingDraft, nowMs: number): Finding | undefined {
    const { at } = draft;
    const findingId = fleetFindingId(tenant, this.#keyedBy, draft.pattern, draft.key);
    const known = this.#slots.get<Finding>(SLOT + findingId);
    const finding: Finding = {
      tenant,
      findingId,
      revision: (known?.revision ?? 0) + 1,
      withdrawn: false,
      supersededBy: draft.supersededBy ?? '',
      pattern: draft.pattern,
      scope: draft.scope,
      severity: draft.severity,
      confidence: draft.confidence,
      traceId: at.traceId ?? '',
      spanId: at.spanId ?? '',
      rootCauseTraceId: at.rootCauseTraceId ?? at.traceId ?? '',
      rootCauseSpanId: at.rootCauseSpanId ?? at.spanId ?? '',
      sessionId: at.sessionId ?? '',
      agent: at.agent ?? '',
      release: at.release ?? '',
      environment: at.environment ?? '',
      workflow: at.workflow ?? '',
      tool: at.tool ?? '',
      step: at.step ?? '',
      summary: draft.summary,
      evidence: JSON.stringify(draft.evidence),
      eventTime: draft.eventTime,
      receivedTime: draft.receivedTime,
      detectedTime: nowMs * 1_000,
    };
    if (known && saysTheSame(known, finding)) return undefined;
    if (!known) this.#makeRoom();
    this.#slots.put(SLOT + findingId, finding);
    return finding;
  }

  /** The revision that takes a finding back; undefined when there is nothing to take back. */
  withdraw(tenant: string, pattern: string, key: string, nowMs: number): Finding | undefined {
    const slot = SLOT + fleetFindingId(tenant, this.#keyedBy, pattern, key);
    const known = this.#slots.get<Finding>(slot);
    if (!known || known.withdrawn) return undefined;
    const finding = { ...known, revision: known.revision + 1, withdrawn: true, detectedTime: nowMs * 1_000 };
    this.#slots.put(slot, finding);
    return finding;
  }

  #makeRoom(): void {
    const known: [slot: string, finding: Finding][] = [];
    for (const slot of this.#slots.keys()) {
      if (!slot.startsWith(SLOT)) continue;
      const finding = this.#slots.get<Finding>(slot);
      if (finding) known.push([slot, finding]);
    }
    if (known.length < MAX_FLEET_FINDINGS) return;
    known.sort(
      ([slotOfA, a], [slotOfB, b]) =>
        Number(b.withdrawn) - Number(a.withdrawn) || a.detectedTime - b.detectedTime || (slotOfA < slotOfB ? -1 : 1),
    );
    for (const [slot] of known.slice(0, MAX_FLEET_FINDINGS / 8)) this.#slots.delete(slot);
  }
}
