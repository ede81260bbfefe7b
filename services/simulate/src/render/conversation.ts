import type { AgentStep, InferenceStep } from '../plan/step.ts';
import type { InferenceWork, Message, Part } from './record.ts';

const CHARACTERS_PER_TOKEN = 4;
/** What each message costs besides its words. */
const TOKENS_PER_MESSAGE = 4;

/** What one agent's model is told: grows by every answer and every result. */
export class Conversation {
  #messages: Message[];
  readonly #fixedTokens: number;
  readonly #system: string;

  constructor({ agent, earlier, request }: AgentStep) {
    this.#messages = [
      ...earlier.flatMap((turn) => [says('user', turn.request), says('assistant', turn.answer)]),
      says('user', request),
    ];
    this.#system = agent.system;
    this.#fixedTokens = tokensOf(agent.system) + tokensOf(JSON.stringify(agent.tools));
  }

  /** The model is asked, and its answer becomes part of what it is told next. */
  infer(step: InferenceStep): InferenceWork {
    const { loss, text, calls, failure, finishReason } = step;
    if (loss) {
      const kept = this.#messages.slice(-loss.keep);
      this.#messages = loss.summary === undefined ? kept : [says('user', loss.summary), ...kept];
    }
    const input = [...this.#messages];
    const parts: Part[] = text === '' ? [] : [{ type: 'text', content: text }];
    for (const call of calls) parts.push({ type: 'tool_call', ...call });
    const output: Message[] = failure ? [] : [{ role: 'assistant', parts }];
    this.#messages.push(...output);
    if (step.rejection !== undefined) for (const { id } of calls) this.hear(id, step.rejection);
    return {
      kind: 'inference',
      system: step.system ?? this.#system,
      input,
      output,
      finishReason,
      inputTokens: this.#fixedTokens + tokensOfMessages(input),
      outputTokens: tokensOfMessages(output),
      compacted: loss?.declared ?? false,
    };
  }

  /** What came of a call. */
  hear(callId: string, response: unknown): void {
    this.#messages.push({ role: 'tool', parts: [{ type: 'tool_call_response', id: callId, response }] });
  }
}

const says = (role: 'user' | 'assistant', content: string): Message => ({ role, parts: [{ type: 'text', content }] });

const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

const tokensOfMessages = (messages: readonly Message[]): number =>
  messages.reduce((sum, { parts }) => sum + TOKENS_PER_MESSAGE + tokensOf(JSON.stringify(parts)), 0);
