/** What a framework refused about a call before the tool ran. */
export type Refusal = 'unoffered_tool' | 'schema_mismatch';

const NO_SUCH_TOOL =
  /\b(?:unknown|no such|invalid|undefined|unrecogni[sz]ed) tool\b(?! (?:input|argument|parameter|result|output))|\btool ['"`]?[\w.:-]{1,64}['"`]? (?:not found|does(?: not|n't) exist|is not (?:a )?(?:valid|available|registered|known|defined|recogni[sz]ed))|is not a valid tool\b/i;

const REFUSED_ARGUMENTS =
  /\binvalid (?:tool )?(?:input|arguments?|parameters?) (?:for|to) (?:the )?tool\b|\berror invoking tool\b.{0,400}?\bwith (?:kwargs|error)\b|\bgot an unexpected keyword argument\b|\bmissing \d+ required (?:positional|keyword-only) arguments?\b/is;

const NO_SUCH_TOOL_TYPE = /^(?:AI_)?(?:NoSuchTool|ToolNotFound|UnknownTool|ToolDoesNotExist)(?:Error|Exception)?$/i;
const REFUSED_ARGUMENTS_TYPE = /^(?:AI_)?InvalidTool(?:Input|Arguments?)(?:Error|Exception)?$/i;

/**
 * Reads a failed call's error as a framework's refusal, in the words that agent frameworks use; undefined where the tool
 * itself failed.
 *
 * @param type error type, may be qualified by its module
 */
export function refusalOf(type: string, message: string): Refusal | undefined {
  const bareType = type.slice(type.lastIndexOf('.') + 1);
  if (NO_SUCH_TOOL_TYPE.test(bareType) || NO_SUCH_TOOL.test(message)) return 'unoffered_tool';
  if (REFUSED_ARGUMENTS_TYPE.test(bareType) || REFUSED_ARGUMENTS.test(message)) return 'schema_mismatch';
  return undefined;
}
