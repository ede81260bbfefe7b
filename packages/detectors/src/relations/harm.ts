import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { allFacts, entitiesOf, type Fact } from '../reading/statement.ts';
import { isCall } from './calls.ts';

const PAYS = new Set(
  'pay charge refund reimburse disburse disbursement payout remit debit buy purchase repay'.split(' '),
);
const MONEY = new Set('payment payments money funds payout refund cash reimbursement'.split(' '));
const MOVES = new Set('make create process send transfer wire withdraw deposit issue execute grant release'.split(' '));
/** With one of these it is looked into, prepared or taken back; or the name is of something about it. */
const ONLY_ABOUT = new Set(
  'get fetch list search find look lookup check read query verify validate preview draft calculate compute estimate quote compare track describe show view request schedule propose simulate update edit change set cancel void reverse revert undo revoke delete remove stop status policy policies details eligibility method methods history options info link reminder notify notification report record log ticket email mail message sms letter confirmation escalate approve deny reject'.split(
    ' ',
  ),
);

/** By its name the operation moves money when it is done. */
export function movesMoney(tool: string): boolean {
  const words = nameWords(tool);
  if (words.some((word) => ONLY_ABOUT.has(word))) return false;
  return (
    words.some((word) => PAYS.has(word)) ||
    (words.some((word) => MOVES.has(word)) && words.some((word) => MONEY.has(word)))
  );
}

const UNDOES = new Set(
  'cancel void reverse revert undo rollback revoke refund return recall retract chargeback'.split(' '),
);

/** By its name the operation takes back another one. */
export const mayUndo = (tool: string): boolean => nameWords(tool).some((word) => UNDOES.has(word));

/** Ids of requests and the like are new with every call. */
const OF_THE_CALL = /(?:^|_)(?:request|trace|span|query|session|run|correlation|message|log)_id$/;

/** What a result names beside what its call named. */
export const newIds = (step: Step): string[] => {
  const given = new Set(allFacts(step.given).map((fact) => fact.value));
  return allFacts(step.stated).flatMap(({ field, value }) =>
    isIdField(field) && !OF_THE_CALL.test(field) && !given.has(value) ? [value] : [],
  );
};

/** The results name two different new things. */
export function nameTwo(first: Step, second: Step): boolean {
  const [ids, others] = [newIds(first), newIds(second)];
  return ids.length > 0 && others.length > 0 && !others.some((id) => ids.includes(id));
}

const OUTCOME = /(?:^|_)(?:status|state|outcome|result|success|ok|succeeded|done|confirmed|processed)$/;
const DONE =
  /^(?:true|ok|paid|completed?|processed|approved|issued|refunded|reimbursed|charged|transferred|confirmed|succe(?:ss|ssful|eded)|done|executed|settled|captured|disbursed|sent)$/;
const NO_EFFECT =
  /^(?:false|pending\w*|queued|scheduled|submitted|requested|awaiting.*|waiting.*|in[ _-]?review|under[ _-]review|processing|in[ _-]progress|on[ _-]hold|held|drafts?|simulated|dry[ _-]?run|preview|tests?|sandbox|failed|failure|declined|denied|rejected|refused|cancell?ed|voided|reversed|duplicate)$/;
const REHEARSES = /(?:^|_)(?:dry_run|test|test_mode|simulate|simulation|sandbox|preview|validate_only)$/;

/** An action's own result says that it was done: by an outcome, or by what it made; and nothing says that it was not, or not yet. */
export function isConfirmed(step: Step): boolean {
  if (isFailure(step)) return false;
  const stated = allFacts(step.stated);
  const outcomes = stated.filter(({ field }) => OUTCOME.test(field));
  if (outcomes.some(({ value }) => NO_EFFECT.test(value))) return false;
  const rehearses = ({ field, value }: Fact) => REHEARSES.test(field) && value !== 'false';
  if (stated.some(rehearses) || allFacts(step.given).some(rehearses)) return false;
  return newIds(step).length > 0 || outcomes.some(({ value }) => DONE.test(value));
}

/** What a step names: things, and values of fields that name things. */
const namesOf = (statement: string): string[] => [
  ...entitiesOf(statement),
  ...allFacts(statement).flatMap(({ field, value }) => (isIdField(field) ? [value] : [])),
];

/** An action may have been taken back by a step: a later one, that takes back by its name, of something that it named or made. */
export function mayBeUndoneBy(action: Step, step: Step, run: RunView): boolean {
  if (!isCall(step) || step.tool === action.tool || isFailure(step) || !mayUndo(step.tool)) return false;
  if (run.endOf(step) <= run.startOf(action)) return false;
  const concerned = new Set([...newIds(action), ...namesOf(action.given)]);
  return namesOf(step.given).some((name) => concerned.has(name));
}

/** Something in the run has taken an action back, or may have. */
export const isUndone = (action: Step, run: RunView): boolean =>
  run.steps.some((step) => mayBeUndoneBy(action, step, run));
