import type { Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';
import { remembered } from '../reading/remembered.ts';

/** Whose fault a failure is by its own words: the tool's, or the call's (arguments, an unknown name, a rule broken). */
export type Fault = 'tool' | 'call';

const OF_THE_TOOL =
  /tim(?:e|ed|ing)[ -]?out|unavailable|\b(?:5\d\d|429)\b|internal (?:server )?error|server error|connect(?:ion)?|refused|reset by|network|rate[ -]?limit|overload|too many requests|quota|gateway|econn|temporar|busy|redacted|crash|out of memory/i;

const OF_THE_CALL =
  /not found|no such|(?:does|do) not (?:exist|match|add up)|doesn['’]t exist|unknown|invalid|validation|required|missing|unexpected|\bmust\b|cannot be|can(?:not| not)? only|\bshould\b|out of range|malformed|\bpars(?:e|ing)|schema|type ?error|value ?error|key ?error|index ?error|bad request|\b4(?:0[0-79]|1\d|2[0-8])\b|unprocessable|not (?:a )?(?:valid|allowed|permitted|supported|available)|unsupported|mismatch|exceeds|not enough|insufficient|illegal|already/i;

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

const OF_A_RULE =
  /cannot be|can(?:not| not)? only|not (?:allowed|permitted|available|eligible|supported)|already|not enough|insufficient|exceeds|illegal|\bmust (?:be|have been|first)\b/i;

const OF_THE_FORM =
  /not found|no such|unknown|invalid|validation|required|missing|\bpars(?:e|ing)|schema|\b(?:type|value|key|index) ?error|string|number|integer|boolean|array|object|format|character/i;

/** The call was well formed and what it wanted is against a rule: as long as that holds, it is refused in any form. */
export function brokeRule(step: Step): boolean {
  const words = `${wordsOf(step)} ${step.outcomeDetail}`;
  return OF_A_RULE.test(words) && !OF_THE_FORM.test(words);
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
