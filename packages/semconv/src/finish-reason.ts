const NORMAL = new Map<string, string>();
declare('stop', ['stop', 'end_turn', 'endturn', 'stop_sequence', 'eos', 'complete', 'completed', 'finish', 'stopped']);
declare('length', [
  'length',
  'max_tokens',
  'maxtokens',
  'max_output_tokens',
  'model_length',
  'incomplete',
  'max_length',
]);
declare('tool_calls', ['tool_calls', 'tool_call', 'tool_use', 'tooluse', 'function_call', 'function_calls']);
declare('content_filter', [
  'content_filter',
  'content_filtered',
  'safety',
  'recitation',
  'blocklist',
  'prohibited_content',
  'spii',
  'guardrail_intervened',
  'refusal',
]);
declare('error', ['error', 'malformed_function_call', 'failed']);

function declare(reason: string, spellings: readonly string[]): void {
  for (const spelling of spellings) NORMAL.set(spelling, reason);
}

/**
 * Why the model stopped, in the model's words: stop, length, tool_calls, content_filter, error, or as sent. Gemini says
 * `stop` beside a tool call: there it stopped for the call.
 */
export function finishReason(sent: string, hasToolCall: boolean): string {
  const word = sent
    .slice(sent.lastIndexOf('.') + 1)
    .toLowerCase()
    .replaceAll('-', '_');
  const reason = NORMAL.get(word) ?? sent;
  return reason === 'stop' && hasToolCall ? 'tool_calls' : reason;
}
