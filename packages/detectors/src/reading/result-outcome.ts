import { errorText } from './error-text.ts';
import { nameWords } from './name-words.ts';
import { withoutEscapes } from './terminal-text.ts';

/** What a tool's result body says about itself, whatever the span's status. */
export type ResultOutcome =
  /** no result was captured */
  | 'unknown'
  | 'value'
  /** null, '', [], {} or a lawful "nothing found" */
  | 'empty'
  | 'error';

/** What a result says about itself. */
export interface JudgedResult {
  outcome: ResultOutcome;
  /** What in the result says that it is an error, at most 256 characters; empty otherwise. */
  detail: string;
  /** 0 to 1, how surely it is an error; 0 otherwise. */
  confidence: number;
}

const UNKNOWN: JudgedResult = { outcome: 'unknown', detail: '', confidence: 0 };
const VALUE: JudgedResult = { outcome: 'value', detail: '', confidence: 0 };
const EMPTY: JudgedResult = { outcome: 'empty', detail: '', confidence: 0 };

/** A body above this many characters is data; only its beginning and end may still state an outcome. */
const LARGE = 8192;
const HEAD = 2048;
const TAIL = 512;

/** Cheap test on the raw JSON: without one of these no rule below can apply, and nothing is parsed. */
const STATES_OUTCOME =
  /"(?:is_?error|ok|success(?:ful)?|succeeded|errors?|error_?(?:message|type|code|msg)|exception|traceback|fault|message|detail)"\s*:|"(?:http_?)?(?:status(?:_?code)?|code)"\s*:\s*"?(?:[45]\d\d\b|error")/i;

const ERROR_SUBJECTS =
  /^(?:errors?|exceptions?|logs?|incidents?|alerts?|traces?|issues?|tickets?|diagnostics?|tests?|audits?|bugs?|crash(?:es)?)$/;
const EXAMINES = /^(?:lint|validate|verify|diagnose|test|debug|analy[sz]e|explain|inspect|compile|typecheck)$/;

/** A tool whose very subject is errors: what it returns names errors without being one. `issue_refund` issues. */
function isAboutErrors(tool: string): boolean {
  const words = nameWords(tool);
  return words.some((word, i) => (i > 0 && ERROR_SUBJECTS.test(word)) || EXAMINES.test(word));
}

/** Texts that state the absence of something, a lawful answer. */
const NOTHING_FOUND =
  /^(?:none|null|nil|undefined|n\/a|empty|nothing|no|not found|0 (?:results?|matches|items|rows|records)|\(?no (?:\w+ ){0,4}?(?:found|available|results?|matches|output|data|errors?|issues?|entries)\b.{0,80})[.!)]?$/i;

/** Values of an error field that say there is no error. */
const NO_ERROR = /^\s*(?:none|null|no|false|ok|success|n\/a|0|no errors?(?: found)?|-)?\s*\.?\s*$/i;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const clip = (text: string): string => (text.length > 256 ? text.slice(0, 256) : text);

const words = (value: unknown): string =>
  clip(typeof value === 'string' ? withoutEscapes(value) : JSON.stringify(value));

const error = (detail: string, confidence: number): JudgedResult => ({
  outcome: 'error',
  detail: clip(detail),
  confidence,
});

const isFalse = (value: unknown): boolean =>
  value === false || value === 0 || (typeof value === 'string' && /^(?:false|0|no)$/i.test(value));

const isTrue = (value: unknown): boolean => value === true || (typeof value === 'string' && /^true$/i.test(value));

/** The field of an object whatever its case and underscores: `isError`, `is_error`, `IsError`. */
function fieldsByPlainName(body: Json): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(body)) fields.set(name.replaceAll('_', '').toLowerCase(), value);
  return fields;
}

/** The words a person would read about the failure, from the usual fields. */
function explanation(fields: Map<string, unknown>): string {
  for (const name of [
    'error',
    'errormessage',
    'errormsg',
    'message',
    'detail',
    'reason',
    'msg',
    'description',
    'errors',
  ]) {
    const value = fields.get(name);
    if (value === undefined || value === null || value === '' || typeof value === 'boolean') continue;
    return words(isObject(value) && typeof value.message === 'string' ? value.message : value);
  }
  return '';
}

const said = (what: string, fields: Map<string, unknown>): string => {
  const why = explanation(fields);
  return why && why !== what ? `${what}: ${why}` : what;
};

function httpStatus(value: unknown): number {
  const status = typeof value === 'string' && /^[1-5]\d\d$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600 ? status : 0;
}

/** True where the value of an error field states an error. */
function statesError(value: unknown): boolean {
  if (typeof value === 'string') return !NO_ERROR.test(value);
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value === true;
}

function judgeObject(body: Json, tool: string): JudgedResult {
  const fields = fieldsByPlainName(body);
  const size = fields.size;
  if (size === 0) return EMPTY;
  if (isTrue(fields.get('iserror'))) return error(said('isError', fields), 0.98);
  for (const name of ['ok', 'success', 'successful', 'succeeded']) {
    if (fields.has(name) && isFalse(fields.get(name))) return error(said(`${name}: false`, fields), 0.95);
  }
  const affirmed = ['ok', 'success', 'successful', 'succeeded'].some((name) => isTrue(fields.get(name)));
  if (affirmed) return VALUE;

  const subject = isAboutErrors(tool);
  const stated = fields.get('error') ?? fields.get('exception') ?? fields.get('fault') ?? fields.get('traceback');
  if (statesError(stated) && !Array.isArray(stated)) {
    // A record *about* an error has other content beside it: its id, its time, where it stood.
    if (subject && size > 2) return VALUE;
    return error(said(typeof stated === 'boolean' ? 'error' : words(stated), fields), size <= 4 ? 0.95 : 0.85);
  }
  for (const name of ['errormessage', 'errormsg', 'errortype', 'errorcode']) {
    if (!subject && statesError(fields.get(name)) && fields.get(name) !== 0) {
      return error(said(`${name}: ${words(fields.get(name))}`, fields), 0.85);
    }
  }
  // GraphQL: no data beside a list of errors.
  if (Array.isArray(fields.get('errors')) && fields.has('data') && fields.get('data') === null) {
    return error(words(fields.get('errors')), 0.9);
  }
  for (const name of ['status', 'statuscode', 'httpstatus', 'httpstatuscode']) {
    const status = httpStatus(fields.get(name));
    if (status > 0 && !subject) return error(said(`HTTP status ${status}`, fields), name === 'status' ? 0.85 : 0.92);
    if (name === 'status' && /^error$/i.test(String(fields.get(name))) && explanation(fields) !== '') {
      return error(said('status: error', fields), 0.85);
    }
  }
  if (/^error$/i.test(String(fields.get('type'))) && explanation(fields) !== '' && size <= 4) {
    return error(said('type: error', fields), 0.85);
  }
  const code = httpStatus(fields.get('code'));
  if (code > 0 && size <= 4 && explanation(fields) !== '') return error(said(`code ${code}`, fields), 0.85);

  // A lone message of a gateway: {"message": "Internal server error"}, {"detail": "Not Found"}.
  const lone = size === 1 ? (fields.get('message') ?? fields.get('detail')) : undefined;
  if (typeof lone === 'string') {
    const found = errorText(withoutEscapes(lone));
    if (found) return error(found.detail, Math.min(found.confidence, 0.85));
  }
  return VALUE;
}

/** `{"results": []}`, `{"items": [], "total": 0}`: containers with nothing in them and no other content. */
const EMPTY_CONTAINER =
  /^\{\s*"\w+"\s*:\s*(?:\[\s*\]|\{\s*\}|null)\s*(?:,\s*"\w*(?:count|total|size|hits|page)\w*"\s*:\s*0\s*)?\}$/i;

function judgeText(text: string, tool: string): JudgedResult {
  if (text.length <= 200 && NOTHING_FOUND.test(text)) return EMPTY;
  const found = errorText(text);
  if (!found) return VALUE;
  if (found.confidence < 0.9 && isAboutErrors(tool)) return VALUE;
  return error(found.detail, found.confidence);
}

/** MCP and chat content lists: the text of their only part. */
function loneText(body: unknown[]): string | undefined {
  const part = body.length === 1 ? body[0] : undefined;
  if (typeof part === 'string') return part;
  return isObject(part) && part.type === 'text' && typeof part.text === 'string' ? part.text : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Judges the body of a tool's result by itself: the span's status plays no part.
 *
 * An error is what *states* to be one: `isError`, `ok` or `success` false, an error field, an HTTP status of 400 and above,
 * an exception or an error line as the whole text. Text about errors is not one (a log search, documentation, a count of
 * zero), nor is an empty list.
 *
 * @param result unwrapped JSON or plain text; empty when none was captured
 * @param tool name of the tool: tools about errors (`search_logs`, `validate_order`) are held to the stricter rules
 */
export function judgeResult(result: string, tool: string): JudgedResult {
  if (result === '') return UNKNOWN;
  const first = result.charCodeAt(0);
  const isJson = first === 123 || first === 91 || first === 34; // { [ "
  if (!isJson) {
    const text = first > 32 ? result : result.trim();
    if (text === '') return EMPTY;
    const plain = withoutEscapes(text).trim();
    if (plain !== text) return plain === '' ? EMPTY : judgeResult(plain, tool);
    // not every character below the space is one
    return text.charCodeAt(0) === first ? judgeText(text, tool) : judgeResult(text, tool);
  }
  if (result.length <= 4) return /^(?:\[\s*\]|\{\s*\}|"\s*")$/.test(result) ? EMPTY : VALUE;
  if (first === 123) {
    if (result.length < 200 && EMPTY_CONTAINER.test(result)) return EMPTY;
    const scanned = result.length <= LARGE ? result : result.slice(0, HEAD) + result.slice(-TAIL);
    if (!STATES_OUTCOME.test(scanned)) return VALUE;
  }
  if (first === 91) {
    const plain = withoutEscapes(result);
    if (plain !== result) return judgeResult(plain, tool);
    if (result.length > HEAD) return VALUE;
  }
  const body = parse(result);
  if (typeof body === 'string') return body.trim() === '' ? EMPTY : judgeResult(body.trim(), tool);
  if (Array.isArray(body)) {
    const text = loneText(body);
    return text === undefined ? VALUE : judgeResult(text.trim(), tool);
  }
  return isObject(body) ? judgeObject(body, tool) : judgeText(result, tool);
}
