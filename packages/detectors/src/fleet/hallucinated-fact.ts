import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { isAliasField } from '../reading/entity-facts.ts';
import { isInWords, isOpinion, isPassing } from '../reading/field-nature.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { mayBeSame } from '../reading/same-fact.ts';
import { isOwnChoice } from '../relations/results-read.ts';
import type { FactFinding, OfField } from './fact-findings.ts';
import { type Entry, placeOf } from './fact-history.ts';

export const hallucinatedFact = describePattern({
  pattern: 'hallucinated_fact',
  inShort: 'a fact that nobody ever stated is asserted, and others rely on it',
  claims:
    'An agent states an identifier, a date or an exact number of a thing (in a handoff, a memory, a message, a structured answer) that no ' +
    'result, input or context of its run gives and that nothing had ever said of the thing; and another agent or session then goes by it.',
  doesNotClaim: [
    'what nobody relies on, what a result confirms, before or later, and what two sessions state that did not have it from each other',
    'what follows from given numbers or dates by calculation; round numbers; what is decided, planned or chosen',
    'runs whose results or inputs were not captured in full',
    'what a result said otherwise: that is `fact_contradiction`',
  ],
  needs: 'structured arguments; all results and the inputs of inferences',
  happened: 'the span that states it',
  began: 'the inference that asked for it',
  evidence: {
    relied_on:
      'always. Expected: where it should have come from; seen: field and value; numbers: `uses` by others; spans: the statement and its uses',
  },
  severity: { high: 'always: the work of others rests on it' },
  published: ['TRAIL language-only and tool-related hallucinations'],
  settings: {
    digits: setting.count(3, 'least telling digits of a number or identifier', 'shorter ones are had by chance'),
  },
});

const telling = (value: string): string => value.replace(/\D/g, '').replace(/^0+|0+$/g, '');

/** Facts of one field of a thing that were made up, and relied on. */
export function hallucinations({ field, key, history }: OfField, { digits }: { digits: number }): FactFinding[] {
  if (isPassing(field) || isOpinion(field) || isInWords(field) || isOwnChoice(field)) return [];
  return history.claims.flatMap((claim, i): FactFinding[] => {
    if (claim.role !== 'asserted' || claim.basis !== 'none' || !isTelling(claim.value, field, digits)) return [];
    if (history.truths.length > 0 || isKnownElsewhere(claim, history.claims, i)) return [];
    const reliant = [...history.claims, ...history.uses].filter((each) => relies(each, claim));
    if (reliant.length === 0) return [];
    return [
      {
        pattern: 'hallucinated_fact',
        key: `${field}\n${claim.spanId}`,
        scope: 'run',
        at: placeOf(claim),
        severity: 'high',
        confidence: reliant.length > 1 ? 0.85 : 0.8,
        summary: `${claim.agent || 'an agent'} states ${field} ${claim.value} of ${key}, which nothing ever said, and ${reliant[0]?.agent || 'another'} goes by it`,
        evidence: {
          type: 'relied_on',
          expected: `a ${field} that was given`,
          seen: { field, value: claim.value },
          numbers: { uses: reliant.length },
          spans: [...new Set([claim.causeSpanId, claim.spanId, ...reliant.map(({ spanId }) => spanId)])].slice(0, 32),
        },
        eventTime: claim.eventTime,
        receivedTime: Math.max(...reliant.map(({ receivedTime }) => receivedTime)),
      },
    ];
  });
}

function isTelling(value: string, field: string, digits: number): boolean {
  const kind = kindOfNormal(value);
  if (kind === 'date') return true;
  if (kind === 'number' || kind === 'identifier') return telling(value).length >= digits || isAliasField(field);
  return false;
}

/** Somebody stated it before, or without having it from here: both know it from where nobody looked. */
const isKnownElsewhere = (claim: Entry, claims: readonly Entry[], index: number): boolean =>
  claims.some(
    (each, i) =>
      mayBeSame(each.value, claim.value) &&
      (i < index || (each.traceId !== claim.traceId && each.basis !== 'context' && i > index)),
  );

/** Another agent or run has the value from where it was stated. */
const relies = (each: Entry, claim: Entry): boolean =>
  each.eventTime > claim.eventTime &&
  each.value === claim.value &&
  (each.traceId !== claim.traceId || each.agent !== claim.agent) &&
  each.basis === 'context';
