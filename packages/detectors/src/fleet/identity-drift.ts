import type { EntityFacts } from '@spanwise/schemas';
import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { shapeOf } from '../reading/near-miss.ts';
import { mayBeSame } from '../reading/same-fact.ts';
import { isAboutNames, isOfSize } from './entity-facts.ts';
import { type Entry, entryOf, placeOf } from './fact-history.ts';
import type { FleetFindingDraft } from './fleet-detector.ts';
import { fleetPattern } from './fleet-pattern.ts';

const DESCRIPTION = describePattern({
  pattern: 'identity_drift',
  inShort: 'references to one thing stop agreeing',
  claims:
    'A later run of a conversation goes on with the id of another thing of the same kind, which no user, result or context of the whole ' +
    'conversation ever named, while it names none itself; or an agent uses an id for an address or user name that leads to another one.',
  doesNotClaim: [
    'an id that a user, a result or a memory gave in any run of the conversation, or that stands in what the model was given',
    'another id in a run that was given one of its kind: that is `ungrounded_argument`',
    'an address that leads to several things, or to another one since: results differ there',
    'several addresses of one thing, the same id written in another way, the same id of another tenant',
  ],
  needs: 'arguments and results; for a conversation its id on the runs and the inputs of inferences',
  happened: 'the call that is given the other id',
  began: 'the inference that asked for it',
  evidence: {
    other_thing:
      'within a conversation. Expected: the ids of the kind that it had; seen: the other one; spans: the call',
    other_owner:
      'of an address or user name. Expected: the id that it leads to; seen: the other one; spans: what resolved it and the call',
  },
  severity: { high: 'always: what is done is done to another thing' },
  published: ['MAST 1.4', 'TRAIL context handling failures'],
  settings: {
    resolvedRuns: setting.count(
      2,
      'runs in which results must have led from an address to the same id',
      'one look-up may have been of another system',
    ),
  },
});

/** An id that was named, or used: the latest of each. Plain JSON. */
interface Names {
  /** By results, users and contexts: id, first time, run; for an address runs that saw it. */
  introduced: { id: string; at: number; traceId: string; runs: number; entry: Entry }[];
  used: Entry[];
  found: string[];
}

const NAMES = 'names';
const MOST_INTRODUCED = 32;
const MOST_USED = 16;

export const identityDrift = fleetPattern(DESCRIPTION, ({ resolvedRuns }) => ({
  keyKind: 'entity',
  onSignal({ facts }, context) {
    if (!facts || !isAboutNames(context.key)) return;
    const names = context.slots.get<Names>(NAMES) ?? { introduced: [], used: [], found: [] };
    take(facts, names);
    const isReference = context.key.startsWith('reference:');
    const found = names.used.flatMap((use) =>
      isReference ? otherThing(use, names, context.key) : otherOwner(use, names, context.key, resolvedRuns),
    );
    const keys = found.map(({ key }) => key);
    for (const key of names.found)
      if (!keys.includes(key) && names.used.some(({ spanId }) => spanId === key))
        context.withdraw(DESCRIPTION.pattern, key);
    for (const finding of found) context.report(finding);
    names.found = keys;
    context.slots.put(NAMES, names);
  },
}));

function take(facts: EntityFacts, names: Names): void {
  for (const fact of facts.facts.filter(isOfSize).slice(0, MOST_INTRODUCED)) {
    const entry = entryOf(facts, fact);
    if (fact.role === 'acted') continue;
    const isGiven =
      fact.role === 'observed' || fact.role === 'remembered' || /^(?:user|result|context)$/.test(fact.basis);
    if (isGiven) introduce(entry, names);
    else if (fact.basis === 'none') {
      if (names.used.some(({ spanId }) => spanId === entry.spanId)) continue;
      names.used.push(entry);
      names.used.sort((a, b) => a.eventTime - b.eventTime || (a.spanId < b.spanId ? -1 : 1));
      if (names.used.length > MOST_USED) names.used.shift();
    } else if (fact.basis === 'unknown') introduce(entry, names);
  }
}

function introduce(entry: Entry, { introduced }: Names): void {
  const { value: id, eventTime: at, traceId } = entry;
  const known = introduced.find((each) => each.id === id);
  if (!known) {
    introduced.push({ id, at, traceId, runs: 1, entry });
    if (introduced.length > MOST_INTRODUCED) introduced.shift();
    return;
  }
  if (known.traceId !== traceId) known.runs++;
  if (at >= known.at) return;
  known.at = at;
  known.traceId = traceId;
  known.entry = entry;
}

/** A run goes on with an id that its conversation does not know, and names none of the kind. */
function otherThing(use: Entry, { introduced }: Names, key: string): FleetFindingDraft[] {
  const before = introduced.filter(({ at, id }) => at < use.eventTime && id !== '');
  if (before.length >= MOST_INTRODUCED) return [];
  if (before.some(({ id, traceId }) => traceId === use.traceId || mayBeSame(id, use.value))) return [];
  const alike = before.filter(({ id }) => shapeOf(id) === shapeOf(use.value));
  const last = alike.at(-1);
  if (!last) return [];
  const type = key.slice('reference:'.length, key.indexOf('@'));
  return [
    draftOf(use, {
      confidence: 0.8,
      summary: `${use.agent || 'an agent'} goes on with ${type || 'id'} ${use.value}, which nothing in the conversation ever named; it was about ${last.id}`,
      evidence: {
        type: 'other_thing',
        expected: alike.map(({ id }) => id).slice(-4),
        seen: use.value,
        spans: [...new Set([last.entry.spanId, use.causeSpanId, use.spanId])],
      },
    }),
  ];
}

/** An address leads to one id, and an agent uses another one for it. */
function otherOwner(use: Entry, { introduced }: Names, key: string, resolvedRuns: number): FleetFindingDraft[] {
  const resolved = introduced.filter(({ entry }) => entry.role === 'observed');
  const [only, other] = resolved;
  if (!only || other || only.runs < resolvedRuns || only.at > use.eventTime || mayBeSame(only.id, use.value)) return [];
  if (introduced.some(({ id }) => id === use.value)) return [];
  return [
    draftOf(use, {
      confidence: 0.85,
      summary: `${use.agent || 'an agent'} takes ${use.value} for ${key}, which has always led to ${only.id}`,
      evidence: {
        type: 'other_owner',
        expected: only.id,
        seen: use.value,
        numbers: { runs: only.runs },
        spans: [...new Set([only.entry.spanId, use.causeSpanId, use.spanId])],
      },
    }),
  ];
}

const draftOf = (
  use: Entry,
  said: Pick<FleetFindingDraft, 'confidence' | 'summary' | 'evidence'>,
): FleetFindingDraft => ({
  pattern: DESCRIPTION.pattern,
  key: use.spanId,
  scope: 'run',
  at: placeOf(use),
  severity: 'high',
  ...said,
  eventTime: use.eventTime,
  receivedTime: use.receivedTime,
});
