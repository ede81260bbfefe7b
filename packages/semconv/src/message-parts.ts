import { isObject, type JsonObject, parseJson, toJson } from './json.ts';
import type { Part } from './message.ts';

/**
 * Parts of a message's content in any provider's or framework's form: a text, a list of blocks (OpenTelemetry, OpenAI,
 * Anthropic, Bedrock, Gemini, Vercel, LangChain, OpenInference), or nothing.
 */
export function partsOf(content: unknown): Part[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', content }];
  if (Array.isArray(content)) return content.flatMap((block) => partOf(block) ?? []);
  return partOf(content) ?? [];
}

/** One block; undefined where it is empty. */
function partOf(block: unknown): Part[] | undefined {
  if (typeof block === 'string') return partsOf(block);
  if (!isObject(block)) return block === null || block === undefined ? undefined : textPart(String(block));
  const inner = block.message_content;
  if (isObject(inner)) return partOf(inner);
  switch (block.type ?? block.block_type) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case 'refusal':
      return textPart(block.content ?? block.text ?? block.refusal);
    case 'reasoning':
    case 'thinking':
    case 'redacted_thinking':
    case 'redacted-reasoning':
      return reasoningPart(block.content ?? block.text ?? block.thinking ?? block.reasoning ?? block.summary);
    case 'tool_call':
    case 'tool-call':
    case 'tool_use':
    case 'toolCall':
    case 'function_call':
    case 'function':
      return [toolCallPart(block)];
    case 'tool_call_response':
    case 'tool-result':
    case 'tool_result':
    case 'tool_response':
    case 'function_call_output':
    case 'function_response':
      return [toolResponsePart(block)];
    default:
      return untypedPart(block);
  }
}

/** Bedrock's, Strands' and Gemini's blocks are told by their one key. */
function untypedPart(block: JsonObject): Part[] | undefined {
  if (isObject(block.toolUse)) return [toolCallPart(block.toolUse)];
  if (isObject(block.toolResult)) return [toolResponsePart(block.toolResult)];
  const call = block.functionCall ?? block.function_call ?? block.tool_call;
  if (isObject(call)) return [toolCallPart(call)];
  // AutoGen's calls are told by their two members, Haystack's results by their one
  if (typeof block.name === 'string' && block.arguments !== undefined) return [toolCallPart(block)];
  if (isObject(block.tool_call_result)) return [haystackResult(block.tool_call_result)];
  const response = block.functionResponse ?? block.function_response;
  if (isObject(response)) return [toolResponsePart(response)];
  if (isObject(block.reasoningContent)) {
    const text = block.reasoningContent.reasoningText;
    return reasoningPart(isObject(text) ? text.text : text);
  }
  if (typeof block.text === 'string') return block.thought === true ? reasoningPart(block.text) : textPart(block.text);
  if (typeof block.type === 'string') return [block as Part];
  if (typeof block.content === 'string') return textPart(block.content);
  return textPart(toJson(block));
}

function textPart(value: unknown): Part[] | undefined {
  const text = textOf(value);
  return text === '' ? undefined : [{ type: 'text', content: text }];
}

function reasoningPart(value: unknown): Part[] | undefined {
  const text = textOf(value);
  return text === '' ? undefined : [{ type: 'reasoning', content: text }];
}

/** A model's tool call: arguments that are JSON text are parsed; text that does not parse stays text, for detectors to see. */
export function toolCallPart(call: JsonObject): Part {
  const wrapped = isObject(call.tool_call) ? call.tool_call : call;
  const fn = isObject(wrapped.function) ? wrapped.function : wrapped;
  const id = wrapped.id ?? wrapped.call_id ?? wrapped.toolCallId ?? wrapped.tool_call_id ?? wrapped.toolUseId;
  const raw = fn.arguments ?? fn.args ?? fn.input ?? fn.kwargs ?? wrapped.parameters;
  return {
    type: 'tool_call',
    ...(id === undefined || id === null ? {} : { id: String(wrapped.call_id ?? id) }),
    name: String(fn.name ?? fn.toolName ?? fn.tool_name ?? ''),
    ...(raw === undefined ? {} : { arguments: typeof raw === 'string' ? (parseJson(raw) ?? raw) : raw }),
  };
}

export function toolResponsePart(result: JsonObject): Part {
  const id = result.tool_call_id ?? result.tool_use_id ?? result.toolUseId ?? result.toolCallId ?? result.call_id;
  const named = id ?? result.id;
  const response = result.response ?? result.result ?? result.output ?? result.content ?? '';
  return {
    type: 'tool_call_response',
    ...(named === undefined || named === null ? {} : { id: String(named) }),
    response: responseOf(response),
  };
}

function haystackResult(result: JsonObject): Part {
  const id = isObject(result.origin) ? result.origin.id : undefined;
  return toolResponsePart({ ...(id === undefined ? {} : { tool_call_id: id }), result: result.result });
}

// A list of text blocks is the text; anything else stays what it is
function responseOf(response: unknown): unknown {
  if (isObject(response) && typeof response.type === 'string' && 'value' in response) return response.value;
  if (!Array.isArray(response) || response.length === 0) return response;
  const texts = response.map((block) => (isObject(block) && typeof block.text === 'string' ? block.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join('\n') : response;
}

/** Text of a string or of a list of blocks that hold texts. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join('\n');
  if (isObject(value)) return textOf(value.text ?? value.content ?? value.thinking ?? '');
  return String(value);
}
