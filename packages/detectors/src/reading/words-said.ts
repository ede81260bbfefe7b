import type { Span } from '@spanwise/schemas';
import { messagesOf, type Part } from './messages.ts';

/** Characters read of an output. */
const MOST_SAID = 2_048;

/** What an inference says, thinks, and asks for. */
export function wordsSaidOn(span: Span): string {
  let text = '';
  for (const message of messagesOf(span.outputMessages)) {
    for (const part of message.parts as readonly Part[]) {
      if (part?.type === 'text' || part?.type === 'reasoning')
        text += ` ${typeof part.content === 'string' ? part.content : ''}`;
      else if (part?.type === 'tool_call') text += ` ${String(part.name)} ${JSON.stringify(part.arguments ?? '')}`;
    }
    if (text.length > MOST_SAID) break;
  }
  return text.slice(0, MOST_SAID);
}
