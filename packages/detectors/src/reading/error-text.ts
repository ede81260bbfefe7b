/** An error as the whole text of a result. */
export interface ErrorText {
  /** The line that says so. */
  detail: string;
  confidence: number;
}

/** Rules on the beginning of the text, from the surest to the least sure. */
const FORMS: ReadonlyArray<readonly [RegExp, number]> = [
  [/^Traceback \(most recent call last\)/, 0.98],
  // ValueError: …, requests.exceptions.Timeout: …, java.lang.IllegalStateException: …, ToolException('…')
  [
    /^(?:Uncaught |Unhandled )?(?:[A-Za-z_$][\w$]*[.:]{1,2})*[A-Z]\w*(?:Error|Exception|Fault|Timeout)\b(?: \[\w+\])?\s*[:(]/,
    0.95,
  ],
  [
    /^(?:HTTP(?:\/\d(?:\.\d)?)?|status(?: code)?|error|code)?[ :=]*[45]\d\d[ :-]+(?:client error|server error|bad|unauthori[sz]ed|payment|forbidden|not found|method|not acceptable|request|conflict|gone|unprocessable|too many|internal|not implemented|service|gateway)/i,
    0.95,
  ],
  [/^(?:ENOENT|EACCES|EPERM|EEXIST|ECONN[A-Z]+|ETIMEDOUT|ENOTFOUND|EPIPE|EAI_AGAIN)\b/, 0.92],
  [/^HTTP(?:\/\d(?:\.\d)?)?(?: status)?(?: code)?[ :]+[45]\d\d\b/i, 0.95],
  [
    /^\[?(?:fatal |tool |execution |runtime |internal |system |api |network |database |connection |validation )?(?:error|exception)\]?(?: \(?(?:code )?\w+\)?)?\s*[:!]/i,
    0.92,
  ],
  [
    /^(?:an? )?(?:\w+ )?(?:error|exception) (?:occurred|executing|running|calling|invoking|while|during|processing|fetching|in tool|from|trying|was)\b/i,
    0.92,
  ],
  [
    /^(?:the )?(?:tool|function|api|request|operation|call|command|query)(?: \W?[\w.-]+\W?)?(?: call| execution| invocation)? (?:failed|errored|timed out|not found|does not exist|crashed|was rejected)\b/i,
    0.88,
  ],
  [
    /^(?:unknown|no such|unrecogni[sz]ed|invalid|unsupported) (?:tool|function|command|argument|parameter|input|request|api key|token|credentials)\b/i,
    0.85,
  ],
  [
    /^(?:internal server error|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|bad request|unauthori[sz]ed|forbidden|too many requests|rate limit (?:exceeded|reached)|access denied|permission denied|connection (?:refused|reset|timed out|error|aborted)|endpoint request timed out|request timed? ?out|time-?out|timed out|operation timed out|missing authentication token|network error|quota exceeded|econn\w+|etimedout)\b.{0,120}$/i,
    0.88,
  ],
  [/^[\w .'"()-]{1,60} (?:timed out|timeout)(?: after| waiting|$|[.:!])/i, 0.8],
  [
    /^(?:failed|unable|could not|couldn't|cannot|can't) (?:to )?(?:\w+ ){0,2}(?:execute|run|call|invoke|connect|reach|fetch|load|process|complete|retrieve|read|open|parse|access|query|create|update|delete|send|perform|get|authenticate|resolve)\b/i,
    0.75,
  ],
];

/** Lines of a log or a listing: a time, a level, a bullet. */
const LISTED =
  /^\s*(?:\[?\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\[?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|TRACE)\b|[-*•]\s|\d+[.)]\s|#+\s)/;

/** Prose longer than this describes an error rather than being one, unless it is a stack trace. */
const LONGEST = 1200;

/** Several lines of which two or more look like records: a log, a list, a document. */
function isListing(text: string): boolean {
  let listed = 0;
  let from = 0;
  for (let lines = 0; lines < 40 && from < text.length; lines++) {
    const end = text.indexOf('\n', from);
    if (LISTED.test(text.slice(from, end < 0 ? undefined : Math.min(end, from + 40)))) listed++;
    if (listed >= 2) return true;
    if (end < 0) break;
    from = end + 1;
  }
  return false;
}

const STARTS_LIKE_ONE = /[[A-Za-z1-9]/;

/** Judges whether a plain text is, as a whole, the report of an error. Undefined where it is not. */
export function errorText(text: string): ErrorText | undefined {
  if (!STARTS_LIKE_ONE.test(text.charAt(0))) return undefined;
  const head = text.length > 160 ? text.slice(0, 160) : text;
  for (const [form, confidence] of FORMS) {
    if (!form.test(head)) continue;
    const isTrace = confidence >= 0.95;
    if (text.length > LONGEST && !(isTrace && /\n\s+(?:at |File ")/.test(text.slice(0, 2000)))) return undefined;
    if (confidence < 0.98 && text.includes('\n') && isListing(text)) return undefined;
    const line = text.split('\n', 1)[0] ?? '';
    const last = confidence === 0.98 ? (text.trimEnd().split('\n').at(-1) ?? line) : line;
    return { detail: last.trim().slice(0, 256), confidence };
  }
  return undefined;
}
