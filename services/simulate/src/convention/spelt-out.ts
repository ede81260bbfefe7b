import type { Attributes } from '@spanwise/otlp';
import { asText, type Message } from '../render/record.ts';

/** A message as chat APIs have it: one text, calls beside it, one message for each result. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  readonly toolCallId?: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
}

export function chatMessages(system: string, messages: readonly Message[]): ChatMessage[] {
  const first: ChatMessage[] = system === '' ? [] : [{ role: 'system', content: system, calls: [] }];
  return [...first, ...messages.map(chatMessage)];
}

export function chatMessage({ role, parts }: Message): ChatMessage {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.content] : []));
  const response = parts.find((part) => part.type === 'tool_call_response');
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call' ? [{ id: part.id, name: part.name, arguments: asText(part.arguments) }] : [],
  );
  if (response === undefined) return { role, content: texts.join('\n'), calls };
  return { role, content: asText(response.response), toolCallId: response.id, calls };
}

/** Sets attributes that share a prefix. */
export function setAll(attributes: Attributes, prefix: string, values: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(values)) attributes[`${prefix}${key}`] = value;
}
