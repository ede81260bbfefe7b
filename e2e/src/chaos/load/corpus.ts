import { encodeTracesProtobuf } from '@spanwise/otlp';
import { encodeBlock, type Span } from '@spanwise/schemas';
import { convertResourceSpans } from '@spanwise/semconv';
import { generateRuns, Renewable, type RunSpan, resourceSpansOf, type SimulatedRun } from '@spanwise/simulate';
import { type ExpectedFinding, expectedRun } from './expectation.ts';
import { TENANT } from './ids.ts';
import { RECEIVED_BYTES, RECEIVED_US } from './received-time.ts';

/** One run of a parcel as it is known in advance. */
export interface TemplateRun {
  readonly traceId: string;
  readonly spanIds: readonly string[];
  /** Conversation that it belongs to: its id, else the trace id */
  readonly sessionId: string;
  /** Undefined where they are not known before an undisturbed system has judged the run. */
  readonly findings: readonly ExpectedFinding[] | undefined;
}

/** A part of a parcel that leaves as one message. */
export interface Slice {
  readonly message: Renewable;
  readonly spans: number;
  /** Pause before it, after the one before was acknowledged; milliseconds. */
  readonly pauseMs: number;
}

export type Way = 'block' | 'otlp';

/** Some runs that travel together, a part of each in every slice, so that all are open between the first and the last. */
export interface ParcelTemplate {
  readonly way: Way;
  readonly runs: readonly TemplateRun[];
  /** Hexadecimal digits of the conversations in it */
  readonly conversationIds: readonly string[];
  readonly slices: readonly Slice[];
  readonly spans: number;
}

export type Corpus = Readonly<Record<Way, readonly ParcelTemplate[]>>;

const RUNS: Readonly<Record<Way, number>> = { block: 480, otlp: 160 };
const RUNS_PER_PARCEL = 6;
const SLICES = 3;
const PAUSE_MS = 250;
/** Every so many parcels, a slice comes after those that ended later, by more than the reorder delay. */
const LATE_EVERY = 10;
const LATE_PAUSE_MS = 3_000;
/** Between the first and the last slice of a parcel at most. */
export const LONGEST_PARCEL_MS: number = PAUSE_MS + LATE_PAUSE_MS;
const FAULT_SHARE = 0.3;
/** Every so many block parcels come from agents that send what they say and handle; most send none of it, as is the default of OpenTelemetry. */
const CONTENT_EVERY = 4;

/**
 * Simulated agents of all conventions, most without content, with faults, hard negatives, skewed clocks and runs that die,
 * ready to be sent.
 */
export function makeCorpus(seed: number, startMs: number): Corpus {
  const runs = [...generateRuns({ seed, startMs, count: RUNS.block + RUNS.otlp, faultShare: FAULT_SHARE })];
  return {
    block: parcels('block', runs.slice(0, RUNS.block)),
    otlp: parcels('otlp', runs.slice(RUNS.block)),
  };
}

function parcels(way: Way, runs: readonly SimulatedRun[]): ParcelTemplate[] {
  const templates: ParcelTemplate[] = [];
  for (let at = 0; at < runs.length; at += RUNS_PER_PARCEL) {
    const isLate = templates.length % LATE_EVERY === LATE_EVERY - 1;
    const hasContent = way === 'otlp' || templates.length % CONTENT_EVERY === 0;
    templates.push(parcel(way, runs.slice(at, at + RUNS_PER_PARCEL), isLate, hasContent));
  }
  return templates;
}

interface Pair {
  readonly sent: RunSpan;
  readonly span: Span;
}

function parcel(way: Way, runs: readonly SimulatedRun[], isLate: boolean, hasContent: boolean): ParcelTemplate {
  const ordered = runs.map((run) => inOrder(run, hasContent));
  const thirds = Array.from({ length: SLICES }, (_, third) => ordered.map((pairs) => part(pairs, third)));
  // the second part of each run comes last, when its root has ended already
  const order = isLate ? [0, 2, 1] : [0, 1, 2];
  const waves = order.map((third) => thirds[third] as Pair[][]);
  const conversationIds = [...new Set(runs.map(({ sessionId }) => sessionId.replace(/^conv-/, '')))];
  const ids = [
    ...runs.map(({ traceId }) => (way === 'otlp' ? Buffer.from(traceId, 'hex') : Buffer.from(traceId))),
    ...conversationIds.map((id) => Buffer.from(id)),
    ...(way === 'block' ? [RECEIVED_BYTES] : []),
  ];
  const slices = waves.map((wave, index) => {
    const pairs = wave.flat();
    const isLast = index === SLICES - 1;
    const pauseMs = index === 0 ? 0 : isLate && isLast ? LATE_PAUSE_MS : PAUSE_MS;
    return { message: new Renewable(encode(way, pairs), ids), spans: pairs.length, pauseMs };
  });
  return {
    way,
    conversationIds,
    slices: slices.filter(({ spans }) => spans > 0),
    spans: ordered.flat().length,
    runs: runs.map(({ traceId }, index) => {
      const arriving = waves.flatMap((wave) => wave[index] as Pair[]).map(({ span }) => span);
      return { traceId, spanIds: arriving.map(({ spanId }) => spanId), ...expectedRun(arriving) };
    }),
  };
}

/** As the reorder buffer lets them go: by the end that they state, so that it does not matter how long a slice is on its way. */
function inOrder(run: SimulatedRun, hasContent: boolean): Pair[] {
  const pairs = run.spans.map((sent) => {
    const [span] = convertResourceSpans(resourceSpansOf([sent]), { tenant: TENANT, receivedTimeUs: RECEIVED_US });
    return { sent, span: hasContent ? (span as Span) : withoutContent(span as Span) };
  });
  return pairs.sort((a, b) => endOf(a.span) - endOf(b.span) || (a.span.spanId < b.span.spanId ? -1 : 1));
}

function withoutContent(span: Span): Span {
  return {
    ...span,
    toolArguments: '',
    toolArgumentsDigest: '',
    toolResult: '',
    toolResultDigest: '',
    inputMessages: '',
    outputMessages: '',
    systemInstructions: '',
    toolDefinitions: '',
    toolDefinitionsDigest: '',
  };
}

function part(pairs: readonly Pair[], third: number): Pair[] {
  const bound = (index: number) => Math.round((pairs.length * index) / SLICES);
  return pairs.slice(bound(third), bound(third + 1));
}

function encode(way: Way, pairs: readonly Pair[]): Buffer {
  if (way === 'otlp') return Buffer.from(encodeTracesProtobuf(resourceSpansOf(pairs.map(({ sent }) => sent))));
  return encodeBlock(
    'Span',
    pairs.map(({ span }) => span),
  );
}

const endOf = (span: Span): number => span.startTime + span.durationNs / 1_000;
