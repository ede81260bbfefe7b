import type { Trouble } from '@spanwise/schemas';
import type { FleetContext } from './fleet-detector.ts';
import { type Burst, newBurst } from './incident/burst.ts';
import type { FailedRun } from './incident/failed-run.ts';
import type { OpenIncident } from './incident/open-incident.ts';

/** A run of which something was told, until it has ended. */
export interface RunInTrouble {
  troubles: Trouble[];
  lastMs: number;
  judged: boolean;
}

export interface RecentRun extends FailedRun {
  /** Runs that had ended when it was judged. */
  runs: number;
}

/** Failed runs that are remembered, and origins whose normal share is known. */
const MAX_RECENT = 256;
const MAX_ORIGINS = 512;
/** Runs that are under way and in trouble. */
const MAX_UNDER_WAY = 1_024;

const RUNS = 'runs';
const NEXT = 'next';
const RUN = 'r/';
const RECENT = 't/';
const ORIGIN = 'o/';
const INCIDENT = 'i/';

/** What there are slots of; no state, but read from it. */
interface Names {
  underWay: Set<string>;
  origins: Set<string>;
  incidents: Set<string>;
}

/** What a tenant's incidents are judged by, in many small slots. */
export class IncidentStore {
  readonly #slots: FleetContext['slots'];
  readonly #names: Names;

  constructor({ slots }: FleetContext) {
    this.#slots = slots;
    slots.derived ??= namesIn(slots);
    this.#names = slots.derived as Names;
  }

  /** Runs of the tenant that have ended so far. */
  get runs(): number {
    return this.#slots.get<number>(RUNS) ?? 0;
  }

  runEnded(): void {
    this.#slots.put(RUNS, this.runs + 1);
  }

  /** Traces of runs in trouble. */
  get underWay(): string[] {
    return [...this.#names.underWay].sort();
  }

  runInTrouble(traceId: string): RunInTrouble | undefined {
    return this.#slots.get<RunInTrouble>(RUN + traceId);
  }

  /** Does nothing where there are too many. */
  putRun(traceId: string, run: RunInTrouble): void {
    const { underWay } = this.#names;
    if (!underWay.has(traceId) && underWay.size >= MAX_UNDER_WAY) return;
    underWay.add(traceId);
    this.#slots.put(RUN + traceId, run);
  }

  forgetRun(traceId: string): void {
    this.#names.underWay.delete(traceId);
    this.#slots.delete(RUN + traceId);
  }

  /** Remembers a failed run in the place of the oldest. */
  addRecent(failed: FailedRun): void {
    const next = this.#slots.get<number>(NEXT) ?? 0;
    this.#slots.put<RecentRun>(RECENT + next, { ...failed, runs: this.runs });
    this.#slots.put(NEXT, (next + 1) % MAX_RECENT);
  }

  /** In no particular order. */
  recent(): RecentRun[] {
    const recent: RecentRun[] = [];
    for (let n = 0; n < MAX_RECENT; n++) {
      const run = this.#slots.get<RecentRun>(RECENT + n);
      if (run) recent.push(run);
    }
    return recent;
  }

  burst(origin: string): Burst {
    return this.#slots.get<Burst>(ORIGIN + origin) ?? newBurst(this.runs);
  }

  /** Where there are too many origins, those of which nothing came for longest are forgotten. */
  putBurst(origin: string, burst: Burst): void {
    const { origins } = this.#names;
    if (!origins.has(origin) && origins.size >= MAX_ORIGINS) {
      const oldest = [...origins]
        .map((name) => [name, this.burst(name).seenRuns] as const)
        .sort(([nameOfA, a], [nameOfB, b]) => a - b || (nameOfA < nameOfB ? -1 : 1));
      for (const [name] of oldest.slice(0, MAX_ORIGINS / 8)) {
        this.#slots.delete(ORIGIN + name);
        origins.delete(name);
      }
    }
    origins.add(origin);
    this.#slots.put(ORIGIN + origin, burst);
  }

  /** What an incident explains is neither normal there nor another incident. */
  explain(origins: Iterable<string>): void {
    const { runs } = this;
    for (const origin of origins) {
      this.putBurst(origin, { ...this.burst(origin), hits: 0, sum: 0, since: runs, seenRuns: runs });
    }
  }

  get incidents(): OpenIncident[] {
    return [...this.#names.incidents]
      .sort()
      .map((id) => this.#slots.get<OpenIncident>(INCIDENT + id))
      .filter((incident) => incident !== undefined);
  }

  putIncident(incident: OpenIncident): void {
    this.#names.incidents.add(incident.id);
    this.#slots.put(INCIDENT + incident.id, incident);
  }

  forgetIncident({ id }: OpenIncident): void {
    this.#names.incidents.delete(id);
    this.#slots.delete(INCIDENT + id);
  }
}

function namesIn(slots: FleetContext['slots']): Names {
  const names: Names = { underWay: new Set(), origins: new Set(), incidents: new Set() };
  for (const slot of slots.keys()) {
    if (slot.startsWith(RUN)) names.underWay.add(slot.slice(RUN.length));
    else if (slot.startsWith(ORIGIN)) names.origins.add(slot.slice(ORIGIN.length));
    else if (slot.startsWith(INCIDENT)) names.incidents.add(slot.slice(INCIDENT.length));
  }
  return names;
}
