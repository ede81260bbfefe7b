import type { Span } from '@spanwise/schemas';
import type { Step } from '../detector/step.ts';
import { entitiesNamed, entityFacts } from '../reading/entity-facts.ts';
import { jsonPayload } from '../reading/json-payload.ts';
import { messagesOf, textOf, wasCut } from '../reading/messages.ts';
import { type Teller, toldBy } from '../reading/told-by.ts';
import { isToldOn } from './fact-roles.ts';

/** An inference, and who tells the values of its output in its input: by value in normal form; null where nobody does. Plain JSON. */
export type ToldValues = [inference: string, tellers: Record<string, Teller | null>];

const MOST_INFERENCES = 12;
const MOST_VALUES = 48;

const KNOWN_NAMES = /"[\w-]*(?:id|ref|number|email|phone|sku)[\w-]*\\*"/i;

/** Values that an inference puts out about things with ids. */
function valuesOf(span: Span): Map<string, string> {
  const values = new Map<string, string>();
  const add = (normal: string, written: string) => {
    if (values.size < MOST_VALUES) values.set(normal, written.toLowerCase());
  };
  for (const message of messagesOf(span.outputMessages)) {
    for (const part of message.parts) {
      if (part?.type !== 'tool_call') continue;
      const args = typeof part.arguments === 'string' ? jsonPayload(part.arguments) : part.arguments;
      for (const { id } of entitiesNamed(args)) add(id, id);
      if (isToldOn(String(part.name ?? '')))
        for (const { value, written } of entityFacts(args)) add(value.text, written);
    }
    const answer = jsonPayload(textOf(message));
    if (answer === undefined) continue;
    for (const { id } of entitiesNamed(answer)) add(id, id);
    for (const { value, written } of entityFacts(answer)) add(value.text, written);
  }
  return values;
}

/** Notes who told an inference what it puts out, while its payloads are there; true where anything was noted. */
export function noteTold(step: Step, span: Span, told: ToldValues[]): boolean {
  const { inputMessages, outputMessages } = span;
  if (step.kind !== 'llm' || inputMessages === '' || !KNOWN_NAMES.test(outputMessages)) return false;
  const values = valuesOf(span);
  if (values.size === 0) return false;
  const payload = `${inputMessages}${span.systemInstructions}`.toLowerCase();
  const isCut = wasCut(span, 'inputMessages');
  const tellers: Record<string, Teller | null> = {};
  for (const [normal, written] of values) {
    const teller = toldBy(payload, written) ?? (written === normal ? undefined : toldBy(payload, normal));
    if (teller !== undefined || !isCut) tellers[normal] = teller ?? null;
  }
  told.push([step.spanId, tellers]);
  if (told.length > MOST_INFERENCES) told.shift();
  return true;
}

/** Who told it; undefined where that was not looked at. */
export const tellerOf = (told: readonly ToldValues[], inference: string, value: string): Teller | null | undefined =>
  told.find(([spanId]) => spanId === inference)?.[1][value];
