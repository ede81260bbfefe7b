import type { Span } from '@spanwise/schemas';
import { type Cuts, caps } from './caps.ts';
import { digest64 } from './digest.ts';
import { unwrapArguments } from './envelope-arguments.ts';
import { type UnwrappedResult, unwrapResult } from './envelope-result.ts';
import { canonicalJson, parseJson, plain } from './json.ts';

/**
 * `errorType` of a span that did not fail by its status but whose framework or protocol states inside the result that
 * the call did: LangChain's `ToolMessage.status: "error"`, MCP's `isError`, a Vercel `error-text`. `failed` stays false,
 * because what such a result means is for detectors to judge; `errorMessage` holds the result's text.
 */
export const STATED_TOOL_ERROR = 'tool_message_error';

export interface ToolCall
  extends Pick<Span, 'toolArguments' | 'toolArgumentsDigest' | 'toolResult' | 'toolResultDigest'> {
  /** Call id found inside arguments or result; empty where none */
  toolCallId: string;
  statedError: boolean;
  /** Node a LangGraph command in the result sends control to; empty without */
  goto: string;
}

/** Arguments and result of a tool call in the model's form. Absent payloads stay the empty string, with no digest. */
export function toolCall(tool: string, rawArguments: unknown, rawResult: unknown, cuts: Cuts): ToolCall {
  const call: ToolCall = {
    toolArguments: '',
    toolArgumentsDigest: '',
    toolResult: '',
    toolResultDigest: '',
    toolCallId: '',
    statedError: false,
    goto: '',
  };
  if (rawArguments !== undefined) readArguments(call, tool, rawArguments, cuts);
  if (rawResult !== undefined) readResult(call, rawResult, cuts);
  return call;
}

function readArguments(call: ToolCall, tool: string, raw: unknown, cuts: Cuts): void {
  const { value, toolCallId } = unwrapArguments(raw, tool);
  call.toolCallId = toolCallId;
  const text = canonicalOrText(value);
  call.toolArgumentsDigest = digest64(`${tool}\u0000${text}`);
  call.toolArguments = cuts.json('toolArguments', text, caps.toolArguments);
}

// Nested beyond reason: the payload is kept as the text it is
function canonicalOrText(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch {
    return JSON.stringify(typeof value === 'string' ? value : '…');
  }
}

function readResult(call: ToolCall, raw: unknown, cuts: Cuts): void {
  const result = unwrapResult(raw);
  call.toolCallId ||= result.toolCallId;
  call.statedError = result.statedError;
  call.goto = result.goto;
  const { text, isText } = resultText(result);
  call.toolResultDigest = digest64(text);
  call.toolResult = isText
    ? cuts.text('toolResult', text, caps.toolResult)
    : cuts.json('toolResult', text, caps.toolResult);
}

function resultText(result: UnwrappedResult): { text: string; isText: boolean } {
  const { value, isError } = result;
  if (isError) return { text: jsonOf({ content: value, isError: true }), isText: false };
  // An object that was not worth parsing is text as well, and half a JSON if it has to be cut
  if (typeof value === 'string')
    return { text: value, isText: value.length <= caps.toolResult || parseJson(value) === undefined };
  return { text: result.text ?? jsonOf(value), isText: false };
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(plain(value)) ?? '';
  } catch {
    return '"…"';
  }
}
