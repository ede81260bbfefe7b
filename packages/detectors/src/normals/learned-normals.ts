import type {
  NormalNeeds,
  NormalPayloads,
  NormalRetention,
  Normals,
  Observation,
  PayloadCounts,
  PersonaCounts,
  ToolCounts,
  ToolUser,
  UseCounts,
  Who,
} from '../detector/normals.ts';
import type { Slots } from '../slots.ts';
import { CountedNeeds, type NeedsCounts, needsSubject } from './needs-counts.ts';
import { payloadSubject } from './payload-counts.ts';
import { personaSubject } from './persona-counts.ts';
import { countIn, lowQuantileOf, type QuantileSketch } from './quantile-sketch.ts';
import { retentionSubject } from './retention-counts.ts';
import type { Subject } from './subject.ts';
import { toolSubject } from './tool-counts.ts';
import { useSubject } from './use-counts.ts';

export interface NormalsBounds {
  /** Agents, their releases and tools, services, pairs of agents, and lookups of agents that are known (default 4,096): an eighth goes at once, least recently seen first. */
  maxEntries: number;
  /** Runs, or handoffs, after which half is forgotten (default 1,000): what is normal now counts twice what was normal that many ago. */
  halveAt: number;
  /**
   * Share of all runs that go beyond what is normal from which on that is normal too (default 0.04: a task class of one run in 25 that
   * was not met by chance while the first runs taught), …
   */
  newNormalShare: number;
  /** … and their least number (default 10). */
  leastNewNormal: number;
}

export const defaultNormalsBounds: NormalsBounds = {
  maxEntries: 4_096,
  halveAt: 1_000,
  newNormalShare: 0.04,
  leastNewNormal: 10,
};

/** Neither `handoff` nor `handoff-forms`: older versions kept other counts there. */
const slotOfHandoffs = (tenant: string, from: string, to: string): string =>
  slotOf('handoff-payloads', tenant, from, to);

/** What is known of one agent, service, pair or tool: the value of a slot, plain JSON. */
interface Entry<Counts> {
  /** Log time at which it was last learned from, milliseconds. */
  at: number;
  known: Counts;
  /** What went beyond it. */
  apart?: Counts;
}

const SEPARATOR = '\u0000';

const slotOf = (...parts: readonly string[]): string => parts.join(SEPARATOR);

const slotOfNeeds = (tenant: string, { role, name, workflow }: Who): string =>
  slotOf('needs', tenant, role, name, workflow);

/**
 * Normals over slots that their keeper stores, a slot for each agent, service, pair or tool. A function of what it was taught, in that
 * order: an object made over restored slots goes on like the one that filled them.
 *
 * What goes beyond the normal is counted apart, or the first runaway run would widen the bound for the next. When it keeps
 * coming it is no exception any more: an agent that was changed is learned anew.
 */
export class LearnedNormals implements Normals {
  readonly #slots: Slots;
  readonly #bounds: NormalsBounds;
  readonly #needs = new Map<string, NormalNeeds>();
  #entries: number | undefined;
  /** By slot, once there are as many as may be. */
  #ages: Map<string, number> | undefined;

  constructor(slots: Slots, bounds: Partial<NormalsBounds> = {}) {
    this.#slots = slots;
    this.#bounds = { ...defaultNormalsBounds, ...bounds };
  }

  /** Nothing was learned yet. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  needs(tenant: string, who: Who): NormalNeeds | undefined {
    const slot = slotOfNeeds(tenant, who);
    const asked = this.#needs.get(slot);
    if (asked) return asked;
    const entry = this.#slots.get<Entry<NeedsCounts>>(slot);
    if (!entry) return undefined;
    const needs = new CountedNeeds(entry.known);
    this.#needs.set(slot, needs);
    return needs;
  }

  handoffs(tenant: string, from: string, to: string): NormalPayloads | undefined {
    return this.#payloads(slotOfHandoffs(tenant, from, to));
  }

  answers(tenant: string, agent: string, release: string): NormalPayloads | undefined {
    return this.#payloads(slotOf('answers', tenant, agent, release));
  }

  retention(tenant: string, from: string, to: string): NormalRetention | undefined {
    const known = this.#slots.get<Entry<QuantileSketch>>(slotOf('retention', tenant, from, to))?.known;
    return known && { handoffs: countIn(known), quantile: (share) => lowQuantileOf(known, share) };
  }

  use(tenant: string, agent: string, tool: string): UseCounts | undefined {
    return this.#slots.get<Entry<UseCounts>>(slotOf('use', tenant, agent, tool))?.known;
  }

  personas(tenant: string, agent: string, release: string): PersonaCounts | undefined {
    return this.#slots.get<Entry<PersonaCounts>>(slotOf('persona', tenant, agent, release))?.known;
  }

  tools(tenant: string, agent: string): ToolCounts | undefined {
    return this.#slots.get<Entry<ToolCounts>>(slotOf('tools', tenant, agent))?.known;
  }

  toolUsers(tenant: string, tool: string): ToolUser[] {
    const ofTenant = slotOf('tools', tenant, '');
    const users: ToolUser[] = [];
    for (const slot of this.#slots.keys()) {
      if (!slot.startsWith(ofTenant)) continue;
      const known = this.#slots.get<Entry<ToolCounts>>(slot)?.known;
      const calling = known?.tools.find(([name]) => name === tool)?.[1] ?? 0;
      if (known && calling > 0) users.push({ agent: slot.slice(ofTenant.length), runs: known.runs, calling });
    }
    return users.sort((a, b) => (a.agent < b.agent ? -1 : 1));
  }

  /** Takes in what a run has shown that ended well, at log time `nowMs`. */
  learn(tenant: string, observations: readonly Observation[], nowMs: number): void {
    for (const observed of observations) {
      const { isBeyond } = observed;
      if (observed.about === 'handoff') {
        const slot = slotOfHandoffs(tenant, observed.from, observed.to);
        this.#learn(slot, payloadSubject, observed.shapes, isBeyond, nowMs);
      } else if (observed.about === 'answer') {
        const slot = slotOf('answers', tenant, observed.agent, observed.release);
        this.#learn(slot, payloadSubject, [observed.shape], isBeyond, nowMs);
      } else if (observed.about === 'retention') {
        const slot = slotOf('retention', tenant, observed.from, observed.to);
        this.#learn(slot, retentionSubject, observed.share, isBeyond, nowMs);
      } else if (observed.about === 'use') {
        const slot = slotOf('use', tenant, observed.agent, observed.tool);
        this.#learn(slot, useSubject, observed.isUsed, isBeyond, nowMs);
      } else if (observed.about === 'persona') {
        const slot = slotOf('persona', tenant, observed.agent, observed.release);
        this.#learn(slot, personaSubject, observed.persona, isBeyond, nowMs);
      } else if (observed.about === 'tools') {
        this.#learn(slotOf('tools', tenant, observed.agent), toolSubject, observed, isBeyond, nowMs);
      } else {
        for (const who of observed.of) {
          const slot = slotOfNeeds(tenant, who);
          this.#learn(slot, needsSubject, observed.needs, isBeyond, nowMs);
          this.#needs.delete(slot);
        }
      }
    }
  }

  #learn<Counts, Observed>(
    slot: string,
    subject: Subject<Counts, Observed>,
    observed: Observed,
    isBeyond: boolean,
    nowMs: number,
  ): void {
    const { halveAt, newNormalShare, leastNewNormal } = this.#bounds;
    const entry = this.#slots.get<Entry<Counts>>(slot) ?? this.#newEntry(subject);
    entry.at = nowMs;
    if (isBeyond) {
      entry.apart ??= subject.empty();
      subject.learn(entry.apart, observed);
      const apart = subject.seen(entry.apart);
      if (apart >= leastNewNormal && apart >= newNormalShare * (apart + subject.seen(entry.known))) {
        subject.merge(entry.known, entry.apart);
        delete entry.apart;
      }
    } else subject.learn(entry.known, observed);
    if (subject.seen(entry.known) >= halveAt) {
      subject.halve(entry.known);
      if (entry.apart) subject.halve(entry.apart);
    }
    this.#slots.put(slot, entry);
    this.#ages?.set(slot, nowMs);
  }

  #payloads(slot: string): NormalPayloads | undefined {
    const entry = this.#slots.get<Entry<PayloadCounts>>(slot);
    return entry && { normal: entry.known, ...(entry.apart && { beyond: entry.apart }) };
  }

  get #count(): number {
    this.#entries ??= [...this.#slots.keys()].length;
    return this.#entries;
  }

  #newEntry<Counts>(subject: Subject<Counts, never>): Entry<Counts> {
    if (this.#count >= this.#bounds.maxEntries) this.#forgetOldest();
    this.#entries = this.#count + 1;
    return { at: 0, known: subject.empty() };
  }

  #forgetOldest(): void {
    this.#ages ??= new Map(
      [...this.#slots.keys()].map((slot) => [slot, this.#slots.get<Entry<unknown>>(slot)?.at ?? 0]),
    );
    const oldestFirst = [...this.#ages].sort(([a, ageOfA], [b, ageOfB]) => ageOfA - ageOfB || (a < b ? -1 : 1));
    for (const [slot] of oldestFirst.slice(0, Math.ceil(this.#bounds.maxEntries / 8))) {
      this.#slots.delete(slot);
      this.#needs.delete(slot);
      this.#ages.delete(slot);
    }
    this.#entries = this.#ages.size;
  }
}
