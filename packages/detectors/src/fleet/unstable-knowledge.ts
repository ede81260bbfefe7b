import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { isInWords, isPassing } from '../reading/field-nature.ts';
import { mayBeSame } from '../reading/same-fact.ts';
import type { FactFinding, OfField } from './fact-findings.ts';
import { type Entry, isTouched, placeOf } from './fact-history.ts';

export const unstableKnowledge = describePattern({
  pattern: 'unstable_knowledge',
  inShort: 'a shared fact flips to and fro',
  claims:
    'What agents state or set of one field of a thing goes back to a value that had been replaced, and back again, in several sessions, ' +
    'though no user asked for it and no result showed it: each overwrites what the other holds to be true.',
  doesNotClaim: [
    'what users ask for, or results show: an option that is turned on and off',
    'fields that change by nature, and what is told in words',
    'a correction: once back is no to and fro',
  ],
  needs: 'structured arguments and memories; inputs of inferences, to know what users asked for',
  happened: 'the statement with which it came back once too often',
  began: 'the first statement that brought an old value back',
  evidence: {
    to_and_fro: 'always. Seen: field and the values in turn; numbers: `flips`, `sessions`; spans: the statements',
  },
  severity: { high: 'always: others read what happens to stand there' },
  published: ['MAST 2.6', 'TRAIL context handling failures'],
  settings: {
    returns: setting.count(2, 'times that it comes back to a value it had', 'once is a correction'),
  },
});

/** The field's to and fro, if it has one. */
export function flips({ field, key, history, acts }: OfField, { returns }: { returns: number }): FactFinding[] {
  if (isPassing(field)) return [];
  const turns: Entry[] = [];
  for (const claim of history.claims) {
    if (isInWords(field) && /\s/.test(claim.value)) continue;
    const last = turns.at(-1);
    if (last && mayBeSame(last.value, claim.value)) continue;
    // What was asked for, or seen to be so, begins anew.
    if (claim.basis === 'user' || claim.basis === 'result' || claim.basis === 'unknown') turns.length = 0;
    else if (last && isTouched(acts, last.eventTime, claim.eventTime)) turns.length = 0;
    turns.push(claim);
  }
  const back = turns.filter(
    (turn, i) => i >= 2 && turns.slice(0, i - 1).some((each) => mayBeSame(each.value, turn.value)),
  );
  const sessions = new Set(turns.map(({ sessionId }) => sessionId)).size;
  const [first] = back;
  const at = back[returns - 1];
  if (!first || !at || sessions < 2) return [];
  return [
    {
      pattern: 'unstable_knowledge',
      key: `${field}\n${first.spanId}`,
      scope: 'run',
      at: placeOf(at, first),
      severity: 'high',
      confidence: 0.85,
      summary: `${field} of ${key} goes to and fro: ${turns
        .slice(-6)
        .map(({ value }) => value)
        .join(', ')}; nobody asked for it and nothing shows it`,
      evidence: {
        type: 'to_and_fro',
        seen: { field, values: turns.map(({ value }) => value).slice(-8) },
        numbers: { flips: turns.length - 1, sessions },
        spans: turns.map(({ spanId }) => spanId).slice(-32),
      },
      eventTime: at.eventTime,
      receivedTime: at.receivedTime,
    },
  ];
}
