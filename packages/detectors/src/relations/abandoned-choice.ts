import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';
import { answersNo } from '../reading/negative-answers.ts';
import { bareName } from '../reading/offered-tools.ts';
import { remembered } from '../reading/remembered.ts';
import { allFacts, type Fact, isCutStatement, type Statement } from '../reading/statement.ts';
import { chooserOf, isCall, wrapsInference } from './calls.ts';
import { isAction, isLookup } from './error-nature.ts';
import { follows, sameAgent } from './operation.ts';
import { isTakenOn, newValues } from './result-use.ts';

/** A call that gave something, and the call of another tool for the same need that the model chose next. */
export interface AbandonedChoice {
  call: Step;
  asked: Step;
  instead: Step;
}

/** Asks whether something holds: the answer is used by going on. */
const ASKS_WHETHER =
  /^(?:check|verify|validate|confirm|ensure|authenticate|authori[sz]e|login|ping|test|is|has|can|does|preview|assert)$/;
const NOTHING = /^(?:none|null|nothing|empty|missing|unknown|miss|n\/a|no|not[ _-]?(?:found|available)|no[ _-].*)$/;
const COUNT = /(?:^|_)(?:count|total|size|hits|results|matches|rows|found|number|num)(?:_|$)/;
/** Of something done rather than looked up. */
const OUTCOME = /(?:^|_)(?:status|state|outcome|result|decision|confirmation|receipt|ok|done|message)(?:_|$)/;

const saysNothing = (fact: Fact): boolean =>
  NOTHING.test(fact.value) || (fact.value === '0' && COUNT.test(fact.field)) || answersNo(fact);

/** Fewer may be missing from what came later by chance. */
const LEAST_VALUES = 2;

/** What of a result can be recognised where it is used; undefined where the result is no plain answer, or too little of it can. */
function answeredWith(call: Step): string[] | undefined {
  const { stated } = call;
  if (call.kind !== 'tool' || isFailure(call) || call.outcome !== 'value' || isCutStatement(stated)) return undefined;
  const facts = allFacts(stated);
  if (facts.some((fact) => fact.field === '' || saysNothing(fact))) return undefined;
  if (isAction(call) || ASKS_WHETHER.test(nameWords(bareName(call.tool))[0] ?? '')) return undefined;
  if (!isLookup(call) && facts.some(({ field }) => OUTCOME.test(field))) return undefined;
  const values = newValues(call);
  return values && values.length >= LEAST_VALUES ? values : undefined;
}

const LOOKS_UP =
  /^(?:get|fetch|list|search|find|look|lookup|up|read|query|check|describe|view|show|retrieve|load|browse)$/;
const ENDS_NAME = /^(?:by|for|in|from|of|with|via|using|to|on|at)$/;
/** A way to see a thing, not a thing: the view of an order is for the same need as the order. */
const VIEW =
  /^(?:overview|summary|details?|info|information|data|record|lookup|search|view|report|list|all|tool|api|v?\d+|new|old|id|ids)$/;

/** What a tool gives by its name: `order` of `get_order`, `order_overview` and `find_orders_by_customer`. */
const givesByName = remembered((tool: string): string => {
  const words = [...nameWords(bareName(tool))];
  while (words.length > 1 && LOOKS_UP.test(words[0] as string)) words.shift();
  const end = words.findIndex((word) => ENDS_NAME.test(word));
  if (end > 0) words.length = end;
  while (words.length > 1 && VIEW.test(words.at(-1) as string)) words.pop();
  return (words.at(-1) ?? '').replace(/(?<=..)s$/, '');
});

/** Two tools, for the same need by their names. */
const servesTheSame = (a: Step, b: Step): boolean =>
  a.tool !== b.tool && givesByName(a.tool) !== '' && givesByName(a.tool) === givesByName(b.tool);

/** A single shorter one stands in the arguments of many calls. */
const LEAST_LENGTH = 4;

/** Share of all values in the arguments of two calls that both have (Jaccard); 0 where one short value is all they have in common. */
function sharedGiven(a: Statement, b: Statement): number {
  if (a === '' || b === '' || isCutStatement(a) || isCutStatement(b)) return 0;
  const one = new Set(allFacts(a).map(({ value }) => value));
  const other = new Set(allFacts(b).map(({ value }) => value));
  const shared = [...one].filter((value) => other.has(value));
  if (shared.length < 2 && !shared.some((value) => value.length >= LEAST_LENGTH)) return 0;
  return shared.length / (one.size + other.size - shared.length);
}

/** The model was asked nothing in between, neither by its agent nor by a user. */
function isNextInference(next: Step, call: Step, run: RunView): boolean {
  if (!follows(next, call, run)) return false;
  return !run.steps.some(
    (step) =>
      step.kind === 'llm' &&
      step !== next &&
      follows(step, call, run) &&
      run.startOf(step) < run.startOf(next) &&
      !wrapsInference(step, run) &&
      sameAgent(step, next, run),
  );
}

/** A model chose the one call, alone, and then the other, alone, with the same arguments. */
function choiceOf(call: Step, instead: Step, leastShared: number, run: RunView): AbandonedChoice | undefined {
  if (!servesTheSame(call, instead) || bareName(call.tool) === bareName(instead.tool)) return undefined;
  if (!follows(instead, call, run) || instead.outcome !== 'value' || isFailure(instead) || isAction(instead))
    return undefined;
  if (sharedGiven(call.given, instead.given) < leastShared || !answeredWith(call)) return undefined;
  const asked = chooserOf(call, run);
  const then = chooserOf(instead, run);
  const isAlone = asked?.requestedCalls.length === 1 && then?.requestedCalls.length === 1;
  if (!asked || !then || asked === then || !isAlone || !isNextInference(then, call, run)) return undefined;
  return { call, asked, instead };
}

/**
 * Calls that gave something, each followed at once by a call of another tool that gives the same by its name, with the same arguments.
 *
 * @param among steps that are looked at, by start
 * @param leastShared share of their arguments' values that both must have
 */
export function abandonedChoices(among: readonly Step[], leastShared: number, run: RunView): AbandonedChoice[] {
  const calls = among.filter((step) => isCall(step) && step.tool !== '');
  const choices: AbandonedChoice[] = [];
  calls.forEach((call, i) => {
    for (let next = i + 1; next < calls.length; next++) {
      const instead = calls[next] as Step;
      if (!sameAgent(instead, call, run)) continue;
      const choice = choiceOf(call, instead, leastShared, run);
      if (choice) choices.push(choice);
      return;
    }
  });
  return choices;
}

/** Something was answered after a call that came when the answer had been there: what it repeats of the call was not looked for. */
const cameTooLate = (call: Step, run: RunView): boolean =>
  run.steps.some(
    (step) =>
      step.kind === 'llm' && step.requestedCalls.length === 0 && step.index < call.index && follows(step, call, run),
  );

/** Nothing of the call's result is in the arguments of a later call or handoff, as far as that can be told. */
export function isLeftUnused({ call }: AbandonedChoice, run: RunView): boolean {
  const values = answeredWith(call);
  return values !== undefined && !cameTooLate(call, run) && !isTakenOn(call, values, run);
}
