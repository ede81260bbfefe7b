import type { Span } from '@spanwise/schemas';
import { fieldName, isIdField } from './field-names.ts';
import { isJsonObject, jsonPayload, LARGEST_PAYLOAD } from './json-payload.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { lastMessageOf, messagesOf, textOf, wasCut } from './messages.ts';
import { nameWords } from './name-words.ts';
import { type NormalValue, normalValue } from './normal-value.ts';
import { PERCENT } from './number-roles.ts';
import { statedValues } from './stated-values.ts';
import { mayEndAs } from './unparsed-messages.ts';

/**
 * What a payload states, as one flat text, since a run remembers it of each step: `@entity` lines, each followed by its facts as
 * `field⇥value` lines, all in normal form; facts about nothing in particular stand first; a number stands twice where a list has it
 * more than once; one in words that is a percentage or a position has the field `%` or `#`. `…` at the end: there was more.
 */
export type Statement = string;

export interface Fact {
  field: string;
  /** Normal form. */
  value: string;
}

/** Characters of a statement. */
const LONGEST_RESULT = 4_096;
const LONGEST_GIVEN = 512;
/** Words longer than this are said, not stated. */
const LONGEST_WORD = 32;
const CUT = '…';
/** Equal numbers of a list stand twice: their sum is worked out from both. */
const MOST_EQUAL = 2;

const isStated = ({ kind, text }: NormalValue): boolean => kind !== 'text' || text.length <= LONGEST_WORD;

class Writer {
  /** Lines about each thing, and how often each stands. */
  readonly #byEntity = new Map<string, Map<string, number>>([['', new Map()]]);
  readonly #longest: number;
  #length = 0;
  #isCut = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  cut(): void {
    this.#isCut = true;
  }

  add(entity: string, field: string, value: NormalValue, most = 1): void {
    if (!isStated(value)) return;
    let lines = this.#byEntity.get(entity);
    if (!lines) {
      lines = new Map();
      this.#byEntity.set(entity, lines);
      this.#length += entity.length + 2;
    }
    for (const text of value.or === undefined ? [value.text] : [value.text, value.or]) {
      const line = `${field}\t${text}`;
      const times = lines.get(line) ?? 0;
      if (times >= most) continue;
      if (this.#length + line.length >= this.#longest) {
        this.#isCut = true;
        return;
      }
      lines.set(line, times + 1);
      this.#length += line.length + 1;
    }
  }

  /** Identifiers, numbers and dates in words. */
  addWords(text: string, entity = '', field = ''): void {
    for (const value of statedValues(text)) this.add(entity, value.role ?? field, value);
  }

  /** Facts of a payload; names that hold digits are values as well. */
  addLeaves(leaves: readonly Leaf[]): void {
    for (const { entity, field, normal, path, value } of leaves) {
      if (normal) this.add(entity, field, normal, normal.kind === 'number' && path.includes('[]') ? MOST_EQUAL : 1);
      if (typeof value === 'string' && (!normal || normal.kind === 'text')) this.addWords(value, entity, field);
      if (normal?.kind === 'number' && typeof value === 'string' && value.includes('%'))
        this.add(entity, PERCENT, normal);
      if (/\d/.test(path)) {
        for (const key of path.split('.')) {
          const name = normalValue(key.replaceAll('[]', ''));
          if (name?.kind === 'identifier') this.add('', 'key', name);
        }
      }
    }
  }

  toString(): Statement {
    let text = '';
    for (const [entity, lines] of this.#byEntity) {
      if (lines.size === 0) continue;
      text += entity === '' ? '\n' : `\n@${entity}\n`;
      for (const [line, times] of lines) text += `${line}\n`.repeat(times);
    }
    return this.#isCut ? text + CUT : text;
  }
}

/** Id that a call is about by its arguments: its first field that is one; with the name of that field. */
function subjectOf(args: unknown): { field: string; id: string } | undefined {
  if (!isJsonObject(args)) return undefined;
  for (const key in args) {
    const value = args[key];
    const field = fieldName(key);
    if (!isIdField(field) || (typeof value !== 'string' && typeof value !== 'number')) continue;
    const id = normalValue(value)?.text;
    if (id !== undefined) return { field, id };
  }
  return undefined;
}

/**
 * What the result of a call is about as a whole, where it does not say so by an `id`: what the call asked for, unless it names
 * something that the tool's name names (`list_orders` of a customer answers with an `order_id`).
 */
function aboutOf(result: unknown, span: Span): string {
  const subject = subjectOf(jsonPayload(span.toolArguments));
  if (!subject || !isJsonObject(result)) return subject?.id ?? '';
  if (fieldOf(result, 'id') !== undefined) return '';
  const words = nameWords(span.tool);
  for (const key in result) {
    const field = fieldName(key);
    const stem = field.replace(/_(?:id|number|no|ref)$/, '');
    if (stem === field || field === subject.field) continue;
    if (words.includes(stem) || words.includes(`${stem}s`)) {
      const own = normalValue(result[key])?.text;
      if (own !== undefined) return own;
    }
  }
  return subject.id;
}

const fieldOf = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.keys(object).find((key) => fieldName(key) === name);

/** What the arguments of a call state; empty without any. */
export function givenOf(span: Span): Statement {
  const args = span.toolArguments.length > LONGEST_GIVEN * 4 ? undefined : jsonPayload(span.toolArguments);
  if (args === undefined) return '';
  const writer = new Writer(LONGEST_GIVEN);
  const { leaves, isCut } = leavesOf(args);
  writer.addLeaves(leaves);
  if (isCut) writer.cut();
  return writer.toString();
}

/** What the result of a call states; of a text without structure its identifiers, numbers and dates. */
export function resultStatement(span: Span): Statement {
  const { toolResult } = span;
  if (toolResult === '') return '';
  const writer = new Writer(LONGEST_RESULT);
  addPayload(writer, toolResult, span);
  if (wasCut(span, 'toolResult')) writer.cut();
  return writer.toString();
}

function addPayload(writer: Writer, text: string, span: Span): void {
  const result = jsonPayload(text);
  if (typeof result === 'object' && result !== null) {
    const { leaves, isCut } = leavesOf(result, aboutOf(result, span));
    writer.addLeaves(leaves);
    if (isCut) writer.cut();
    return;
  }
  writer.addWords(typeof result === 'string' ? result : text);
  if (text.length > LARGEST_PAYLOAD) writer.cut();
}

/**
 * What is new in the input of an inference: what users, tools and the system say in it; where it repeats the answers of before, only
 * what a user said last, as all else was new to an earlier one.
 */
export function inputStatement(span: Span): Statement {
  const { inputMessages } = span;
  const repeats = inputMessages.includes('{"role":"assistant"');
  if (inputMessages === '' || (repeats && !mayEndAs('user', inputMessages))) return '';
  const writer = new Writer(LONGEST_RESULT);
  for (const message of repeats ? [lastMessageOf(inputMessages)] : messagesOf(inputMessages)) {
    if (!message || message.role === 'assistant') continue;
    writer.addWords(textOf(message));
    for (const part of message.parts) {
      if (part?.type !== 'tool_call_response') continue;
      const text = typeof part.response === 'string' ? part.response : JSON.stringify(part.response ?? '');
      writer.addWords(text);
    }
  }
  if (wasCut(span, 'inputMessages')) writer.cut();
  return writer.toString();
}

/** The statement has this value, of whatever field. */
export const states = (statement: Statement, value: string): boolean => statement.includes(`\t${value}\n`);

/** The statement has this value for this field, of whatever thing. */
export const hasFact = (statement: Statement, { field, value }: Fact): boolean =>
  statement.includes(`\n${field}\t${value}\n`);

export const hasField = (statement: Statement, field: string): boolean => statement.includes(`\n${field}\t`);

/** There was more than the statement holds. */
export const isCutStatement = (statement: Statement): boolean => statement.endsWith(CUT);

function factsIn(block: string): Fact[] {
  const facts: Fact[] = [];
  for (const line of block.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab >= 0) facts.push({ field: line.slice(0, tab), value: line.slice(tab + 1) });
  }
  return facts;
}

/** What it says about one thing; about nothing in particular where `entity` is empty. */
export function factsAbout(statement: Statement, entity: string): Fact[] {
  const begin = entity === '' ? 0 : statement.indexOf(`\n@${entity}\n`);
  if (begin < 0) return [];
  const from = entity === '' ? 0 : begin + entity.length + 2;
  const end = statement.indexOf('\n@', from);
  return factsIn(end < 0 ? statement.slice(from) : statement.slice(from, end));
}

/** The things it says something about. */
export const entitiesOf = (statement: Statement): string[] =>
  [...statement.matchAll(/\n@([^\n]+)\n/g)].map(([, entity = '']) => entity);

/** Everything it says, whatever it is about. */
export const allFacts = (statement: Statement): Fact[] => factsIn(statement);
