import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { answersNo, concernOf, goesAhead, isRefusal, isStanding, mayAnswerNo } from '../reading/negative-answers.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, entitiesOf, factsAbout, hasFact, states } from '../reading/statement.ts';
import { isCall } from './calls.ts';
import { isLookup } from './error-nature.ts';
import { endedBefore } from './recent-steps.ts';
import { type UserWords, userSpokeBetween } from './user-turns.ts';

/** A result that answers no. */
export interface No {
  /** The call whose result it is. */
  source: Step;
  field: string;
  value: string;
  /** What it is about; empty where that is what the call as a whole was about. */
  entity: string;
  /** It refuses this very action: what it names, by what it is called, at the moment before it. */
  isExplicit?: boolean;
}

/** By its name, and by what it is, it goes ahead with something. */
export const isAhead = (step: Step): boolean =>
  isCall(step) && step.handoffTo === '' && !isLookup(step) && goesAhead(step.tool);

/**
 * The latest no about a thing that an action is about, if nothing since has changed it.
 *
 * @param callsBetween calls before the action that are looked at
 */
export function noBefore(action: Step, run: RunView, userWords: UserWords, callsBetween: number): No | undefined {
  const answers: { step: Step; isNext: boolean }[] = [];
  let calls = 0;
  for (const step of endedBefore(action, run, isCall)) {
    calls += 1;
    if (calls > callsBetween) break;
    if (step.stated !== '' && !isFailure(step) && isLookup(step)) answers.push({ step, isNext: calls === 1 });
  }
  if (!answers.some(({ step }) => mayAnswerNo(step.stated))) return undefined;
  const own = thingsOf(
    action,
    answers.map(({ step }) => step),
  );
  for (const { step, isNext } of answers) {
    const no = noIn(step, own);
    if (no && relates(no, action, isNext)) {
      const isExplicit = isNext && isRefusal(no) && isNamedIn(no, action) && shares(step, action);
      return userSpokeBetween(step, action, run, userWords) ? undefined : { ...no, isExplicit };
    }
    // A newer answer on the same thing by the same means.
    if (own.some((id) => entitiesOf(step.stated).includes(id)) && shares(step, action)) return undefined;
  }
  return undefined;
}

/** What an action is about: the things it names, and those that a result before it tells of together with one of them. */
function thingsOf(action: Step, answers: readonly Step[]): string[] {
  const things = [...entitiesOf(action.given), ...allFacts(action.given).map((fact) => fact.value)];
  const named = new Set(things.filter((thing) => kindOfNormal(thing) === 'identifier'));
  for (const { stated } of answers) {
    for (const entity of entitiesOf(stated)) {
      const ids = [
        entity,
        ...factsAbout(stated, entity).flatMap(({ field, value }) => (isIdField(field) ? [value] : [])),
      ];
      if (ids.some((id) => named.has(id)) || isGivenOn(stated, entity, action)) things.push(...ids);
    }
  }
  return things;
}

/** An action is given what a result says of a thing, as the `account` that its owner is to be paid on. */
const isGivenOn = (stated: string, entity: string, action: Step): boolean =>
  factsAbout(stated, entity).some((fact) => TELLING.test(fact.value) && hasFact(action.given, fact));

/** Long enough, and with digits, so that two things seldom have it in common. */
const TELLING = /^(?=.*\d.*\d.*\d).{6,}$/;

/** A no in a result: about one of these things, else about what the call as a whole was about. */
export function noIn(step: Step, things: readonly string[] | undefined): No | undefined {
  for (const entity of [...entitiesOf(step.stated), '']) {
    if (things !== undefined && entity !== '' && !things.includes(entity)) continue;
    const fact = factsAbout(step.stated, entity).find(answersNo);
    if (!fact) continue;
    if (things !== undefined && entity === '' && entitiesOf(step.given).length > 0) continue;
    return { source: step, field: fact.field, value: fact.value, entity };
  }
  return undefined;
}

const GENERIC = new Set(
  'get check verify validate lookup find fetch list query is can for the of by status details info'.split(' '),
);

const subjects = (tool: string): string[] => nameWords(tool).filter((word) => !GENERIC.has(word));

/** Both tools are named for the same thing. */
const shares = (a: Step, b: Step): boolean => subjects(a.tool).some((word) => subjects(b.tool).includes(word));

/** The action names the thing that the no is about. */
const isNamedIn = ({ entity }: No, action: Step): boolean =>
  entity !== '' && (states(action.given, entity) || entitiesOf(action.given).includes(entity));

/** The no is about what the action does. */
function relates(no: No, action: Step, isNext: boolean): boolean {
  const concern = concernOf(no.field);
  if (concern !== '') return nameWords(action.tool).some((word) => word.startsWith(concern));
  return isNamedIn(no, action) ? shares(no.source, action) || isNext || isStanding(no) : isNext;
}
