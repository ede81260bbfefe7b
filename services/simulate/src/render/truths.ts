import type { RunPlan, Step } from '../plan/step.ts';
import type { FaultNote, FaultTruth, NegativeNote, NegativeTruth, Truth } from '../truth.ts';
import type { SpanRecord } from './record.ts';

export interface Notes {
  readonly faults: FaultNote[];
  readonly negatives: NegativeNote[];
}

/** Where a step of an earlier run is. */
export interface Placed {
  readonly traceId: string;
  readonly record: SpanRecord;
}

type Where = Pick<FaultTruth, 'traceId' | 'sessionId' | 'agent' | 'scenario' | 'convention' | 'release'>;

/** What injectors and negatives noted on steps, as facts about spans; and the fact of the run itself. */
export function truthsOf(
  records: readonly SpanRecord[],
  notes: Notes,
  plan: RunPlan,
  where: Where,
  placed: Map<Step, Placed> = new Map(),
): Truth[] {
  for (const record of records) if (record.step) placed.set(record.step, { traceId: where.traceId, record });
  const spans = new Spans(records, plan.clockOffsetsUs, placed);
  const negatives = notes.negatives.map(
    ({ resembles, variant, steps }): NegativeTruth => ({
      type: 'negative',
      pattern: resembles,
      variant,
      ...where,
      spans: steps.map((step) => spans.of(step).spanId),
    }),
  );
  const held = notes.negatives.flatMap(({ holds = [] }) => holds.map((note) => ({ ...note, isConsequence: true })));
  const endUs = Math.max(...records.map((record) => record.endUs));
  return [
    ...[...notes.faults, ...held].map((note) => faultTruth(note, spans, where)),
    ...negatives,
    { type: 'run', ...where, clean: notes.faults.length === 0, spans: records.length, endMs: Math.ceil(endUs / 1_000) },
  ];
}

function faultTruth(note: FaultNote, spans: Spans, where: Where): FaultTruth {
  const offClock = note.at ? [] : spans.offClock();
  const at = note.at ? spans.of(note.at) : offClock[0];
  if (!at) throw new Error('no clock is off by more than the requests take');
  const cause = note.cause === 'deepest' ? spans.deepestFailure(at) : note.cause ? spans.of(note.cause) : at;
  const steps = (note.steps ?? []).map((step) => spans.of(step));
  const below = note.withFailuresBelow
    ? spans.requestsBelow(note.at && 'steps' in note.at ? steps : [at, ...steps])
    : [];
  const others = [...steps, ...offClock, ...below];
  return {
    type: 'fault',
    pattern: note.pattern,
    variant: note.variant,
    primary: note.isConsequence !== true && note.isArguable !== true,
    arguable: note.isArguable ?? false,
    ...where,
    // Where several agents take part, it is the one in whose loop it happened.
    agent: at.agent.name,
    spanId: at.spanId,
    rootCauseSpanId: cause.spanId,
    otherCauses: [
      ...(note.orCause ?? []).map((step) => spans.of(step).spanId),
      ...below.map(({ spanId }) => spanId),
      ...(note.orCauseBelow ? [at, ...steps].flatMap((step) => spans.below(step)).map(({ spanId }) => spanId) : []),
    ],
    spans: [...new Set([at, ...others].map(({ spanId }) => spanId))],
    numbers: note.numbers ?? {},
  };
}

/** The spans of one run, found by what they are the spans of. */
class Spans {
  readonly #records: readonly SpanRecord[];
  readonly #offsets: ReadonlyMap<string, number>;
  readonly #placed: ReadonlyMap<Step, Placed>;
  readonly #byId = new Map<string, SpanRecord>();

  constructor(records: readonly SpanRecord[], offsets: ReadonlyMap<string, number>, placed: ReadonlyMap<Step, Placed>) {
    this.#placed = placed;
    this.#records = records;
    this.#offsets = offsets;
    for (const record of records) {
      this.#byId.set(record.spanId, record);
    }
  }

  /** @throws Error where a note speaks of a step that the plan no longer has: an injector's mistake. */
  of(step: Step): SpanRecord {
    const found = this.#placed.get(step);
    if (!found) throw new Error(`a note speaks of a ${step.kind} that has no span`);
    return found.record;
  }

  /** The last of the deepest spans at or below `top` that show a failure; `top` itself where there is none. */
  deepestFailure(top: SpanRecord): SpanRecord {
    let deepest = { record: top, depth: 0 };
    for (const record of this.#records) {
      const depth = record.failure ? this.#depthBelow(record, top) : -1;
      if (depth > deepest.depth || (depth === deepest.depth && record.endUs > deepest.record.endUs)) {
        deepest = { record, depth };
      }
    }
    return deepest.record;
  }

  /** Requests below some spans, on either side, that failed or that nobody waited for in the end. */
  requestsBelow(tops: readonly SpanRecord[]): SpanRecord[] {
    return this.#records.filter(
      (record) =>
        record.work.kind === 'http' && tops.some((top) => this.#depthBelow(record, top) > 0) && this.#isInVain(record),
    );
  }

  below(top: SpanRecord): SpanRecord[] {
    return this.#records.filter((record) => this.#depthBelow(record, top) > 0);
  }

  #isInVain(record: SpanRecord): boolean {
    return record.failure !== undefined || this.#byId.get(record.parentSpanId)?.failure !== undefined;
  }

  /** −1 where it does not stand below `top`. */
  #depthBelow(record: SpanRecord, top: SpanRecord): number {
    let depth = 0;
    let each: SpanRecord | undefined = record;
    while (each && each !== top) {
      each = this.#byId.get(each.parentSpanId);
      depth += 1;
    }
    return each ? depth : -1;
  }

  /** Requests whose server's clock puts them outside of their client's, the earliest first. */
  offClock(): SpanRecord[] {
    return this.#records
      .filter((record) => record.work.kind === 'http' && this.#isOffClock(record))
      .sort((a, b) => a.startUs - b.startUs);
  }

  #isOffClock(record: SpanRecord): boolean {
    const parent = this.#byId.get(record.parentSpanId);
    if (!parent || parent.service === record.service) return false;
    const offset = this.#offsetOf(record) - this.#offsetOf(parent);
    return record.startUs + offset < parent.startUs || record.endUs + offset > parent.endUs;
  }

  #offsetOf({ service }: SpanRecord): number {
    return this.#offsets.get(service) ?? 0;
  }
}
