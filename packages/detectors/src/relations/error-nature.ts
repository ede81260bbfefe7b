import type { Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';
import { remembered } from '../reading/remembered.ts';

/** Whose fault a failure is by its own words: the tool's, or the call's (arguments, an unknown name, a rule broken). */
export type Fault = 'tool' | 'call';

const anyOf = (...forms: RegExp[]): RegExp => new RegExp(forms.map(({ source }) => source).join('|'), 'i');

/**
 * A status as errors name it: after a word that announces one, or before its own reason phrase. The same number elsewhere is an amount
 * or an id that a message repeats from the arguments.
 */
const statusOf = (numbers: string, reasons: string): RegExp =>
  new RegExp(
    `(?:^|\\b(?:https?(?:/[\\d.]+)?|status(?:[ _-]?code)?|code|err(?:or)?)["']?[\\s:=([]{0,3}["']?)(?:${numbers})\\b(?![.,]?\\d)|` +
      `\\b(?:with|returned|answered|got)[\\s:]{1,2}(?:${numbers})(?=\\s*(?:$|[.,;:)\\]]))|` +
      `\\b(?:${numbers})\\b[\\s:,-]{1,3}(?:${reasons})`,
  );

const STATUS_OF_THE_TOOL = statusOf(
  '5\\d\\d|429',
  'error|server|internal|not implemented|bad gateway|service|gateway|too many|unavailable|overloaded',
);

const STATUS_OF_THE_CALL = statusOf(
  '4(?:0[0-79]|1\\d|2[0-8])',
  'error|client|bad|unauthori[sz]ed|payment|forbidden|not|method|conflict|gone|length|precondition|payload|request|unprocessable',
);

const OF_THE_TOOL = anyOf(
  STATUS_OF_THE_TOOL,
  /tim(?:e|ed|ing)[ -]?out|unavailable|internal (?:server )?error|server error|connect(?:ion)?|refused|reset by|network|rate[ -]?limit|overload|too many requests|quota|gateway|econn|temporar|busy|redacted|crash|out of memory/,
);

/** What was wanted is against a rule, in whatever form it is asked for. */
const OF_A_RULE =
  /cannot be|can(?:not| not)? only|not (?:allowed|permitted|available|eligible|supported)|already|not enough|insufficient|exceeds|illegal|\bmust (?:be|have been|first)\b/i;

/** The call was not of the form that the tool takes, or names what is not there. */
const OF_THE_FORM =
  /not found|no such|unknown|invalid|validation|required|missing|\bpars(?:e|ing)|schema|\b(?:type|value|key|index) ?error/i;

const OF_A_TYPE = /string|number|integer|boolean|array|object|format|character/;

const OF_THE_CALL = anyOf(
  STATUS_OF_THE_CALL,
  OF_A_RULE,
  OF_THE_FORM,
  /(?:does|do) not (?:exist|match|add up)|doesn['’]t exist|unexpected|\bmust\b|\bshould\b|out of range|malformed|bad request|unprocessable|not (?:a )?valid|unsupported|mismatch/,
);

const NEEDS_ANOTHER_FORM = anyOf(OF_THE_FORM, OF_A_TYPE);

/** The words in which a failing step says what went wrong; empty when it says nothing. */
export function wordsOf(step: Step): string {
  if (!step.failed) return step.outcomeDetail;
  const { errorType, errorMessage } = step;
  // A type repeated as message (`TOOL_ERROR: TOOL_ERROR`) says less than the result does.
  const message = errorMessage === '' || errorMessage === errorType ? step.outcomeDetail || errorMessage : errorMessage;
  return message === errorType || errorType === '' || message === ''
    ? message || errorType
    : `${errorType}: ${message}`;
}

export function faultOf(step: Step): Fault {
  const words = `${wordsOf(step)} ${step.outcomeDetail}`;
  if (OF_THE_TOOL.test(words)) return 'tool';
  return OF_THE_CALL.test(words) ? 'call' : 'tool';
}

/** The call was well formed and what it wanted is against a rule: as long as that holds, it is refused in any form. */
export function brokeRule(step: Step): boolean {
  const words = `${wordsOf(step)} ${step.outcomeDetail}`;
  return OF_A_RULE.test(words) && !NEEDS_ANOTHER_FORM.test(words);
}

const LOOKS =
  /^(?:get|fetch|list|search|find|look|lookup|read|query|check|describe|view|show|retrieve|count|calculate|compute|think|validate|verify|is|has|can|web|browse|inspect|resolve|select|load|scan|grep|open|recall|suggest)$/;

/** By its name the operation only looks something up; anything else may have been meant to change something. */
export const isLookup = (step: Step): boolean => step.kind === 'retrieval' || looksUp(step.tool || step.name);

/** The same of a tool's name. */
export const looksUp = remembered((tool) => {
  const [first = '', second = ''] = nameWords(tool);
  if (first === 'open') return OPENED.test(second);
  return LOOKS.test(first) || LOOKS.test(second);
});

/** What is opened to look into it; an account, a claim or a ticket that is opened is made. */
const OPENED =
  /^(?:|files?|urls?|pages?|links?|tabs?|browser|docs?|documents?|folder|image|site|website|notebook|email|message)$/;

const ACTS =
  /^(?:add|apply|approve|assign|book|buy|cancel|change|charge|close|create|delete|deploy|disable|edit|enable|exchange|grant|insert|issue|modify|notify|pay|place|post|publish|purchase|put|refund|reject|remove|rename|reopen|reserve|reset|restart|return|revoke|save|schedule|send|set|start|stop|submit|transfer|update|upload|write)$/;

/** By its name the operation changes something. A name without a verb (`order_archive`) says neither. */
export const isAction = (step: Step): boolean => ACTS.test(nameWords(step.tool || step.name)[0] ?? '');
