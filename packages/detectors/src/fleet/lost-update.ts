import type { StoreAccess, StoreAccesses } from '@spanwise/schemas';
import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import type { FleetContext, FleetFindingDraft } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';

const DESCRIPTION = describePattern({
  pattern: 'lost_update',
  inShort: 'a write to a shared record undoes another one that its writer had not seen',
  claims:
    'A session writes a record of a shared store from a base that is outdated: it names an older version than another session had made ' +
    'by then; or it had read the record before another session wrote it, and writes other values of the same fields without another look. ' +
    'Two sessions write the same fields at the same time. Or a session reads a record older than its own write that was acknowledged.',
  doesNotClaim: [
    'writes of different fields of one record, or of the same values',
    'a write after another look; a write that carries on from the version that the other one made',
    'who writes without having read: that is meant to replace whatever stands there',
    'a write that failed (the store refused it), or a version that is counted anew',
  ],
  needs:
    'spans of a memory with store and record, or tools that read and write notes, contexts and the like by a key; versions ' +
    '(`spanwise.context.version` and `.base_version`, or `version`, `etag`, `base_version`, `if_match` in arguments and results), else what was read and written',
  happened: 'the write, or the read, that came second',
  began: 'the read with which its session began, else the inference that asked for it',
  evidence: {
    outdated_base:
      'the write names an older version. Expected: the version that stood there; seen: its base; spans: the other write and this one',
    unseen_write:
      'by what was read and when; expected: the fields of the other write; holds the spans of the read, too',
    at_the_same_time: 'two writes overlapped; numbers: `overlapMs`',
    stale_read: 'a session read a version older than its own write; expected and seen: the versions',
  },
  severity: { high: 'a write was lost', medium: 'a stale read' },
  published: ['MAST 1.4', 'TRAIL context handling failures'],
  settings: {
    overlapMs: setting.milliseconds(2, 'how long two writes must overlap', 'clocks of two services differ by a little'),
    memoryMs: setting.milliseconds(
      86_400_000,
      'how long a read counts as what a write is based on',
      'who writes a day later has another reason to',
    ),
  },
});

/** A read or write, and of which run. Plain JSON. */
type Access = StoreAccess & Omit<StoreAccesses, 'accesses' | 'store' | 'record'>;

const ACCESSES = 'accesses';
const MOST_ACCESSES = 24;
/** Characters of one: sources tell nothing longer. */
const LONGEST = 8_192;
/** Who names no conversation is told by its run. */
const sessionOf = ({ sessionId, traceId }: Access): string => sessionId || traceId;

export const lostUpdate = fleetPattern(DESCRIPTION, (settings) => ({
  keyKind: 'store',
  onSignal({ accesses: told }, context) {
    if (!told) return;
    const known = context.slots.get<Access[]>(ACCESSES) ?? [];
    const { traceId, sessionId, release, environment, workflow } = told;
    for (const access of told.accesses.slice(0, MOST_ACCESSES)) {
      if (JSON.stringify(access).length > LONGEST) continue;
      if (known.some(({ spanId }) => spanId === access.spanId)) continue;
      known.push({ ...access, traceId, sessionId, release, environment, workflow });
    }
    known.sort((a, b) => a.startTime - b.startTime || (a.spanId < b.spanId ? -1 : 1));
    while (known.length > MOST_ACCESSES) known.shift();
    context.slots.put(ACCESSES, known);
    const name = `${told.record} of ${told.store}`;
    for (const [i, access] of known.entries()) judge(access, known.slice(0, i), known, name, settings, context);
  },
}));

type Settings = { overlapMs: number; memoryMs: number };

function judge(
  access: Access,
  before: readonly Access[],
  all: readonly Access[],
  name: string,
  settings: Settings,
  context: FleetContext,
): void {
  const finding =
    access.operation === 'read'
      ? staleRead(access, before, name)
      : (outdatedBase(access, before, name) ??
        unseenWrite(access, before, name, settings) ??
        sameTime(access, before, name, settings));
  if (finding) context.report(finding);
  else if (all.length < MOST_ACCESSES) context.withdraw(DESCRIPTION.pattern, access.spanId);
}

const numberOf = (version: string): number =>
  /^v?\d{1,15}$/.test(version) ? Number(version.replace('v', '')) : Number.NaN;

/** Both are counted, and the one comes before the other. */
const isOlder = (a: string, b: string): boolean => numberOf(a) < numberOf(b);

/** Two writes set the same fields to other values; where one was not captured nobody can tell, and it is not said. */
function clash(a: Access, b: Access): string[] {
  const values = new Map(b.fields.map(({ name, digest }) => [name, digest]));
  return a.fields.flatMap(({ name, digest }) => (values.has(name) && values.get(name) !== digest ? [name] : []));
}

/** The fields that a write changed of what its session had read; all where that is not known. */
function changedBy(write: Access, all: readonly Access[]): readonly string[] {
  const read = readBefore(write, all);
  if (!read?.isWhole) return write.fields.map(({ name }) => name);
  const values = new Map(read.fields.map(({ name, digest }) => [name, digest]));
  return write.fields.flatMap(({ name, digest }) => (values.get(name) === digest ? [] : [name]));
}

const readBefore = (write: Access, all: readonly Access[]): Access | undefined =>
  all.findLast(
    (each) =>
      each.operation === 'read' && sessionOf(each) === sessionOf(write) && each.endTime <= write.startTime + 1_000,
  );

/** What another session's write changed and this one sets to something else. */
function lostFields(write: Access, other: Access, all: readonly Access[]): string[] {
  const changed = changedBy(other, all);
  return clash(write, other).filter((name) => changed.includes(name));
}

function outdatedBase(write: Access, before: readonly Access[], name: string): FleetFindingDraft | undefined {
  if (write.baseVersion === '' || Number.isNaN(numberOf(write.baseVersion))) return undefined;
  const other = before.findLast(
    (each) =>
      each.operation === 'write' &&
      sessionOf(each) !== sessionOf(write) &&
      each.endTime <= write.endTime &&
      isOlder(write.baseVersion, each.version) &&
      // it had been there when the session looked: versions that are counted anew, or were restored, are others
      (each.baseVersion === '' ||
        !isOlder(write.baseVersion, each.baseVersion) ||
        numberOf(each.version) - numberOf(write.baseVersion) < 1_000),
  );
  if (!other) return undefined;
  const isCaptured = write.fields.length > 0 && other.fields.length > 0;
  const lost = lostFields(write, other, before);
  if (isCaptured && lost.length === 0) return undefined;
  return draftOf(write, readBefore(write, before), {
    severity: 'high',
    confidence: 0.9,
    summary: `${write.agent || 'an agent'} wrote ${name} from version ${write.baseVersion}, though ${other.agent || 'another session'} had made it version ${other.version}: that update is lost`,
    evidence: {
      type: 'outdated_base',
      expected: other.version,
      seen: write.baseVersion,
      spans: [other.spanId, write.causeSpanId, write.spanId],
    },
    receivedTime: Math.max(write.receivedTime, other.receivedTime),
  });
}

function unseenWrite(
  write: Access,
  before: readonly Access[],
  name: string,
  { memoryMs }: Settings,
): FleetFindingDraft | undefined {
  const read = readBefore(write, before);
  // With versions it is known what the write is based on.
  if (!read || write.baseVersion !== '' || write.startTime - read.endTime > memoryMs * 1_000) return undefined;
  const other = before.findLast(
    (each) =>
      each.operation === 'write' &&
      sessionOf(each) !== sessionOf(write) &&
      each.startTime > read.endTime &&
      each.endTime < write.startTime &&
      lostFields(write, each, before).length > 0,
  );
  if (!other) return undefined;
  const lost = lostFields(write, other, before);
  return draftOf(write, read, {
    severity: 'high',
    confidence: 0.8,
    summary: `${write.agent || 'an agent'} wrote ${name} by what it had read before ${other.agent || 'another session'} wrote it: ${lost.slice(0, 4).join(', ')} of that update ${lost.length > 1 ? 'are' : 'is'} lost`,
    evidence: {
      type: 'unseen_write',
      expected: lost.slice(0, 8),
      seen: write.spanId,
      spans: [...new Set([read.spanId, other.spanId, write.causeSpanId, write.spanId])],
    },
    receivedTime: Math.max(write.receivedTime, other.receivedTime, read.receivedTime),
  });
}

function sameTime(
  write: Access,
  before: readonly Access[],
  name: string,
  { overlapMs }: Settings,
): FleetFindingDraft | undefined {
  const other = before.findLast(
    (each) =>
      each.operation === 'write' &&
      sessionOf(each) !== sessionOf(write) &&
      Math.min(each.endTime, write.endTime) - write.startTime > overlapMs * 1_000 &&
      lostFields(write, each, before).length > 0,
  );
  if (!other) return undefined;
  return draftOf(write, readBefore(write, before), {
    severity: 'high',
    confidence: 0.8,
    summary: `${write.agent || 'an agent'} and ${other.agent || 'another session'} wrote ${name} at the same time: one update is lost`,
    evidence: {
      type: 'at_the_same_time',
      seen: clash(write, other).slice(0, 8),
      numbers: { overlapMs: Math.round((Math.min(other.endTime, write.endTime) - write.startTime) / 1_000) },
      spans: [other.spanId, write.causeSpanId, write.spanId],
    },
    receivedTime: Math.max(write.receivedTime, other.receivedTime),
  });
}

function staleRead(read: Access, before: readonly Access[], name: string): FleetFindingDraft | undefined {
  const own = before.findLast(
    (each) => each.operation === 'write' && sessionOf(each) === sessionOf(read) && each.endTime <= read.startTime,
  );
  if (!own || read.version === '' || own.version === '' || !isOlder(read.version, own.version)) return undefined;
  // The other way round the base of the own write was counted otherwise.
  if (own.baseVersion !== '' && isOlder(read.version, own.baseVersion)) return undefined;
  return draftOf(read, undefined, {
    severity: 'medium',
    confidence: 0.85,
    summary: `${read.agent || 'an agent'} read version ${read.version} of ${name}, though its own session had written version ${own.version} before`,
    evidence: { type: 'stale_read', expected: own.version, seen: read.version, spans: [own.spanId, read.spanId] },
    receivedTime: read.receivedTime,
  });
}

const draftOf = (
  access: Access,
  read: Access | undefined,
  said: Pick<FleetFindingDraft, 'severity' | 'confidence' | 'summary' | 'evidence' | 'receivedTime'>,
): FleetFindingDraft => ({
  pattern: DESCRIPTION.pattern,
  key: access.spanId,
  scope: 'run',
  at: {
    traceId: access.traceId,
    spanId: access.spanId,
    rootCauseTraceId: (read ?? access).traceId,
    rootCauseSpanId: read?.spanId ?? access.causeSpanId,
    sessionId: access.sessionId,
    agent: access.agent,
    release: access.release,
    environment: access.environment,
    workflow: access.workflow,
    tool: access.tool,
    step: access.step,
  },
  eventTime: access.endTime,
  ...said,
});
