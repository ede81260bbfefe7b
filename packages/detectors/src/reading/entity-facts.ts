import { entityTypeOf, fieldName, isIdField } from './field-names.ts';
import { isJsonObject, type JsonObject } from './json-payload.ts';
import { nameWords } from './name-words.ts';
import { type NormalValue, normalValue } from './normal-value.ts';

/** A thing with an id: `order` and `w7731942`. */
export interface Entity {
  /** Stem of the name of its id; empty where that is a bare `id` of nothing that is named. */
  type: string;
  /** Normal form. */
  id: string;
}

/** What a payload states of a thing. */
export interface EntityFact {
  entity: Entity;
  field: string;
  /** As written. */
  written: string;
  value: NormalValue;
}

const MOST_FACTS = 64;
/** Of a list, the first: a catalogue is not about each of its entries. */
const MOST_ENTITIES = 8;
const MOST_DEPTH = 6;
const LONGEST_ID = 96;
/** Longer texts are said in other words without saying anything else. */
const LONGEST_TEXT = 48;

/** Ways to reach somebody, or names that somebody goes by: they lead to a thing and are properties of it. */
const ALIAS = /(?:^|_)(?:emails?|email_address|phone|phone_number|user_?name|handle|login|alias)$/;
/** Who has things: where one of them is named as well, what is told is told of that. */
const PARTY =
  /^(?:customer|client|user|account|member|person|people|contact|company|organi[sz]ation|employee|agent|tenant|patient|guest|passenger|buyer|seller|vendor|supplier|owner|author|assignee|requester|sender|recipient|driver|merchant|team|project|workspace|group)$/;
/** Ids of the conversation with the machine, not of anything in the world. */
const OF_THE_CALL =
  /(?:^|_)(?:request|trace|span|query|session|run|correlation|message|log|thread|conversation|call|event|idempotency|batch|page|task|job)_id$|^idempotency_key$/;
const NOT_A_NOUN = new Set(
  'by for of from with in to the a all my status details detail info data full new'.split(' '),
);

export const isAliasField = (field: string): boolean => ALIAS.test(field);
export const isPartyType = (type: string): boolean => PARTY.test(type);

export const entityKey = ({ type, id }: Entity): string => `${type}:${id}`.slice(0, 160);

/** What a tool is about by its name: `order` of `get_order_details`; empty where it does not say. */
export function nounOf(tool: string): string {
  const [, ...words] = nameWords(tool);
  return singular(words.find((word) => !NOT_A_NOUN.has(word)) ?? '');
}

const singular = (word: string): string => (/[^s]s$/.test(word) ? word.slice(0, -1) : word);

interface Named extends Entity {
  isAlias: boolean;
}

/** The things that an object names by ids of its own. */
function namedIn(object: JsonObject, typeHint: string): Named[] {
  const named: Named[] = [];
  for (const key in object) {
    const field = fieldName(key);
    const isAlias = isAliasField(field);
    if ((!isAlias && !isIdField(field)) || OF_THE_CALL.test(field)) continue;
    const value = object[key];
    const id = typeof value === 'string' || typeof value === 'number' ? normalValue(value)?.text : undefined;
    if (id === undefined || id === '' || id.length > LONGEST_ID) continue;
    const type = field === 'id' ? typeHint : isAlias ? (field.split('_').at(-1) ?? field) : entityTypeOf(field);
    named.push({ type, id, isAlias });
  }
  return named;
}

/**
 * What an object tells of: what the call asked for, else the thing that it names by its `id`, or the only one beside whoever has it.
 * Undefined where it may be one of several.
 */
function subjectOf(object: JsonObject, typeHint: string, asked: Entity | undefined): Entity | undefined | 'nothing' {
  const named = namedIn(object, typeHint);
  if (named.length === 0) return 'nothing';
  const isAsked = asked && named.find(({ id }) => id === asked.id);
  if (isAsked && !isAsked.isAlias) return asked.type === '' ? isAsked : asked;
  const own = named.filter(({ isAlias }) => !isAlias);
  if (own.length === 0) return named.length === 1 ? named[0] : undefined;
  const byHint = own.filter(({ type }) => type === typeHint);
  if (typeHint !== '' && byHint.length === 1) return byHint[0];
  const things = own.filter(({ type }) => !isPartyType(type));
  const left = things.length > 0 ? things : own;
  return left.length === 1 ? left[0] : undefined;
}

class Reader {
  /** By thing and field; null: it says two things. */
  readonly facts = new Map<string, EntityFact | null>();
  readonly #entities = new Set<string>();

  read(
    object: JsonObject,
    typeHint: string,
    around: Entity | undefined,
    asked: Entity | undefined,
    depth: number,
  ): void {
    if (depth > MOST_DEPTH) return;
    const found = subjectOf(object, typeHint, asked);
    const subject = found === 'nothing' ? around : found;
    for (const key in object) {
      const inner = object[key];
      const field = fieldName(key);
      if (Array.isArray(inner)) {
        for (const element of inner)
          if (isJsonObject(element)) this.read(element, singular(field), undefined, undefined, depth + 1);
      } else if (isJsonObject(inner)) this.read(inner, field, subject, asked, depth + 1);
      else if (subject) this.#add(subject, field, inner);
    }
  }

  #add(entity: Entity, field: string, written: unknown): void {
    const value = normalValue(written);
    if (!value || value.text === entity.id || value.text.length > LONGEST_TEXT || field === '') return;
    const name = entityKey(entity);
    if (!this.#entities.has(name) && this.#entities.size === MOST_ENTITIES) return;
    this.#entities.add(name);
    const key = `${name}\n${field}`;
    const known = this.facts.get(key);
    if (known === undefined) {
      if (this.facts.size < MOST_FACTS) this.facts.set(key, { entity, field, written: String(written), value });
    } else if (known !== null && known.value.text !== value.text) this.facts.set(key, null);
  }
}

/**
 * What a payload states of things that it names by ids, at most 64 facts about 8 things: each field once. What it may say of one of several
 * things, in a list of plain values, or in two ways, is left out.
 *
 * @param typeHint what a bare `id` names
 * @param asked the thing that was asked about, where another payload names it
 */
export function entityFacts(payload: unknown, typeHint = '', asked?: Entity): EntityFact[] {
  const reader = new Reader();
  if (isJsonObject(payload)) reader.read(payload, typeHint, asked?.type === '' ? undefined : asked, asked, 0);
  else if (Array.isArray(payload))
    for (const element of payload) if (isJsonObject(element)) reader.read(element, typeHint, undefined, undefined, 1);
  return [...reader.facts.values()].filter((fact) => fact !== null);
}

/** The things that a payload names by ids, at most 16. */
export function entitiesNamed(payload: unknown, typeHint = ''): Entity[] {
  const found: Entity[] = [];
  const read = (value: unknown, hint: string, depth: number): void => {
    if (found.length >= 16 || depth > MOST_DEPTH) return;
    if (Array.isArray(value)) for (const element of value) read(element, singular(hint), depth + 1);
    else if (isJsonObject(value)) {
      found.push(...namedIn(value, hint));
      for (const key in value) read(value[key], fieldName(key), depth + 1);
    }
  };
  read(payload, typeHint, 0);
  return found.slice(0, 16);
}

/** What the arguments of a call ask about, where they ask about one thing and set no other condition. */
export function askedAbout(args: unknown, typeHint: string): Entity | undefined {
  if (!isJsonObject(args)) return undefined;
  const subject = subjectOf(args, typeHint, undefined);
  if (subject === undefined || subject === 'nothing') return undefined;
  for (const key in args) {
    const value = args[key];
    const field = fieldName(key);
    if (isIdField(field) || isAliasField(field) || value === null || typeof value === 'boolean') continue;
    if (!OF_FORM.test(field)) return undefined;
  }
  return subject;
}

/** The record that a call names by a key of its own, which may be the id of what the record is about. */
export function recordNamed(args: unknown): Entity | undefined {
  if (!isJsonObject(args)) return undefined;
  for (const key in args) {
    const id = KEY.test(fieldName(key)) ? normalValue(args[key])?.text : undefined;
    if (id !== undefined) return { type: '', id: id.split('/').at(-1) ?? id };
  }
  return undefined;
}

const KEY = /^(?:key|record|record_id|record_key|note_id|name|path|topic|id)$/;

/** How an answer is given, not what is asked. */
const OF_FORM =
  /^(?:format|fields?|include\w*|expand|verbose|detail\w*|locale|language|lang|view|page\w*|limit|offset|cursor|carrier|source|region)$/;

/** Whom an address or a name leads to, where an object names one party by an id and by such. */
export function aliasesIn(payload: unknown): EntityFact[] {
  if (!isJsonObject(payload)) return [];
  const named = namedIn(payload, '');
  const [owner, other] = named.filter(({ isAlias }) => !isAlias);
  if (!owner || other || !isPartyType(owner.type)) return [];
  return named.flatMap(({ type, id, isAlias }): EntityFact[] =>
    isAlias
      ? [
          {
            entity: { type, id },
            field: `${owner.type}_id`,
            written: owner.id,
            value: { kind: 'identifier', text: owner.id },
          },
        ]
      : [],
  );
}
