import type { EntityFacts, StatedFact } from '@spanwise/schemas';
import { isAliasField } from '../reading/entity-facts.ts';
import { contradictions, factContradiction } from './fact-contradiction.ts';
import type { FactFinding } from './fact-findings.ts';
import {
  actsOn,
  addClaim,
  addTruth,
  addUse,
  entryOf,
  type FieldHistory,
  fieldsOf,
  historyOf,
  keepHistory,
  noHistory,
  noteAct,
} from './fact-history.ts';
import type { FleetContext } from './fleet-detector.ts';
import { fleetPatterns, type SettingsByPattern } from './fleet-pattern.ts';
import { hallucinatedFact, hallucinations } from './hallucinated-fact.ts';
import { flips, unstableKnowledge } from './unstable-knowledge.ts';

const descriptions = [factContradiction, hallucinatedFact, unstableKnowledge] as const;

type Settings = SettingsByPattern<(typeof descriptions)[number]>;

/** Ids of things within a conversation, and those that an address leads to, are judged as such. */
export const isAboutNames = (key: string): boolean =>
  key.startsWith('reference:') || isAliasField(key.split(':', 1)[0] ?? '');

/** What runs state of one thing, field by field. */
export const entityFactsPatterns = fleetPatterns('entity_facts', descriptions, (settings) => ({
  keyKind: 'entity',
  onSignal({ facts }, context) {
    if (!facts || isAboutNames(context.key)) return;
    const isActed = take(facts, context);
    const fields = isActed
      ? fieldsOf(context.slots)
      : new Set(facts.facts.slice(0, MOST_FACTS).map(({ field }) => field));
    for (const field of fields) judge(field, context, settings);
  },
}));

const MOST_FACTS = 64;
const LONGEST = 256;

/** Sources state nothing longer: what is, is none of theirs. */
export const isOfSize = ({ field, value, agent, tool, spanId, causeSpanId }: StatedFact): boolean =>
  [field, value, agent, tool, spanId, causeSpanId].every((text) => text.length <= LONGEST);

/** Takes in what a run says; true where something was done to the thing. */
function take(facts: EntityFacts, { slots }: FleetContext): boolean {
  let isActed = false;
  const stated = facts.facts.filter(isOfSize).slice(0, MOST_FACTS);
  for (const fact of stated) {
    if (fact.role === 'acted') {
      noteAct(slots, fact.eventTime);
      isActed = true;
    }
  }
  const acts = actsOn(slots);
  for (const fact of stated) {
    if (fact.field === '' || fact.role === 'acted' || fact.role === 'remembered') continue;
    const history = historyOf(slots, fact.field) ?? noHistory();
    const entry = entryOf(facts, fact);
    if (fact.role === 'used') {
      if (fact.basis !== 'context') continue;
      addUse(history, entry);
    } else if (fact.role === 'asserted') addClaim(history, entry);
    else {
      addTruth(history, entry, acts);
      if (fact.role === 'written' && entry.basis !== '') addClaim(history, entry);
    }
    keepHistory(slots, fact.field, history);
  }
  return isActed;
}

/** Says what is found of a field now, and takes back what is no longer so. */
function judge(field: string, context: FleetContext, settings: Settings): void {
  const { slots } = context;
  const history = historyOf(slots, field);
  if (!history) return;
  const of = { field, key: context.key, history, acts: actsOn(slots) };
  const found: FactFinding[] = [
    ...contradictions(of, settings.fact_contradiction),
    ...hallucinations(of, settings.hallucinated_fact),
    ...flips(of, settings.unstable_knowledge),
  ];
  const names = found.map(nameOf);
  for (const name of history.found) if (!names.includes(name) && isRemembered(name, history)) withdraw(name, context);
  for (const finding of found) context.report(finding);
  if (names.join() === history.found.join()) return;
  history.found = names;
  keepHistory(slots, field, history);
}

const nameOf = ({ pattern, key }: FactFinding): string => `${pattern}\n${key}`;

function withdraw(name: string, context: FleetContext): void {
  const end = name.indexOf('\n');
  context.withdraw(name.slice(0, end), name.slice(end + 1));
}

/** What it was found at has not been forgotten meanwhile: then it may be taken back. */
const isRemembered = (name: string, { claims }: FieldHistory): boolean =>
  claims.some(({ spanId }) => name.endsWith(`\n${spanId}`));
