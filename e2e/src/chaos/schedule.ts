import { Random } from '@spanwise/simulate';

/** What the schedule has to know of a kind of fault. */
export interface FaultSpec {
  readonly kind: string;
  /** How long one lasts, milliseconds, its recovery not counted. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** How often it is drawn, relative to the others. */
  readonly weight: number;
  /** Faults that name the same resource never overlap. */
  readonly resource?: string;
}

export interface PlannedFault {
  readonly kind: string;
  /** From the start of the load, milliseconds */
  readonly atMs: number;
  readonly durationMs: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  /** How long the load lasts, milliseconds; every fault begins and ends within. */
  readonly lengthMs: number;
  readonly specs: readonly FaultSpec[];
  /** Mean time between the beginnings of two faults, milliseconds. */
  readonly everyMs: number;
}

/** Without faults at the beginning, so that there is something to disturb, and at the end. */
const [LEAD_IN_MS, LEAD_OUT_MS] = [4_000, 3_000];
/** A resource rests so long between two faults. */
const REST_MS = 2_000;

/**
 * Faults at random times, in the order of their beginnings: a function of its options alone. Every kind that fits comes once before
 * chance decides.
 */
export function schedule({ seed, lengthMs, specs, everyMs }: ScheduleOptions): PlannedFault[] {
  const random = new Random(`${seed} schedule`);
  const count = Math.floor((lengthMs - LEAD_IN_MS - LEAD_OUT_MS) / everyMs);
  const first = random.sample(specs, specs.length);
  const planned: PlannedFault[] = [];
  const busyUntil = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const atMs = Math.round(LEAD_IN_MS + (index + random.between(0, 0.8)) * everyMs);
    const room = lengthMs - LEAD_OUT_MS - atMs;
    const fits = ({ leastMs, resource }: FaultSpec) =>
      leastMs <= room && (resource === undefined || (busyUntil.get(resource) ?? 0) <= atMs);
    const next = first.findIndex(fits);
    const spec = next >= 0 ? first.splice(next, 1)[0] : weighted(specs.filter(fits), random);
    if (!spec) continue;
    const durationMs = Math.round(random.between(spec.leastMs, Math.min(spec.mostMs, room)));
    if (spec.resource !== undefined) busyUntil.set(spec.resource, atMs + durationMs + REST_MS);
    planned.push({ kind: spec.kind, atMs, durationMs });
  }
  return planned;
}

function weighted(specs: readonly FaultSpec[], random: Random): FaultSpec | undefined {
  let drawn = random.between(
    0,
    specs.reduce((sum, { weight }) => sum + weight, 0),
  );
  return specs.find(({ weight }) => {
    drawn -= weight;
    return drawn < 0;
  });
}
