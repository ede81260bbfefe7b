import type { Attributes, AttributeValue } from '@spanwise/otlp';
import { type Binding, bindingOf } from './bindings.ts';
import { Concept, conceptNames } from './concept.ts';
import { recognitionOrder } from './conventions/index.ts';
import { plain, toJson } from './json.ts';
import { type KindHint, kindHint } from './kind-names.ts';

/** Written by instrumentations where they have no value. */
const ABSENT = '<not specified>';

/** Not models and not providers, though instrumentations write them there (Traceloop's LangChain). */
const NO_MODEL = new Set(['unknown', 'langchain', 'langgraph', 'none', 'null']);

/**
 * The attributes of one span (or resource), read once and sorted by concept. Of several names for a concept the best
 * ranked wins. A consumer takes what it represents in a field; `remainder` is everything that nobody took.
 */
export class Values {
  readonly #values = new Array<AttributeValue | undefined>(conceptNames.length);
  readonly #bindings = new Array<Binding | undefined>(conceptNames.length);
  #indexed: Map<number, [Binding, AttributeValue][]> | undefined;
  #remainder = '';
  #kind: KindHint | undefined;
  #kindRank = 1 << 20;
  #convention = 1 << 20;

  constructor(attributes: Attributes) {
    for (const name in attributes) {
      const value = attributes[name] as AttributeValue;
      const binding = bindingOf(name);
      if (binding.slot < 0) this.#keep(binding, value);
      else this.#sort(binding, value);
    }
  }

  /** Name of the convention the span is recognised by; empty where none of its attributes belongs to one. */
  get convention(): string {
    return recognitionOrder[this.#convention] ?? '';
  }

  /** The best ranked statement about the span's kind that is understood. */
  get kind(): KindHint | undefined {
    return this.#kind;
  }

  has(slot: number): boolean {
    return this.#values[slot] !== undefined;
  }

  hasIndexed(slot: number): boolean {
    return this.#indexed?.has(slot) === true;
  }

  /** The value of the concept, left in place. */
  peek(slot: number): AttributeValue | undefined {
    return this.#values[slot];
  }

  /** The value of the concept; it is represented by a field from now on and leaves the remainder. */
  take(slot: number): AttributeValue | undefined {
    const value = this.#values[slot];
    this.#values[slot] = undefined;
    return value;
  }

  /** As `take`, as text: numbers and booleans in digits and words, structured values as JSON; empty where absent. */
  takeText(slot: number): string {
    const value = this.take(slot);
    return value === undefined ? '' : asText(value);
  }

  peekText(slot: number): string {
    const value = this.peek(slot);
    return value === undefined ? '' : asText(value);
  }

  /** A number from `least` to `most`, also where it was sent as text; null where absent or none, and then it stays in the remainder. */
  takeNumber(slot: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): number | null {
    const value = this.#values[slot];
    if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'object') return null;
    const number = Number(value);
    if (!Number.isFinite(number) || number < least || number > most) return null;
    this.#values[slot] = undefined;
    return number;
  }

  /** The leaves of a list spelt out in attributes; they leave the remainder. */
  takeIndexed(slot: number): [Binding, AttributeValue][] {
    const leaves = this.#indexed?.get(slot);
    if (!leaves) return [];
    this.#indexed?.delete(slot);
    const best = leaves.reduce((least, [{ rank }]) => Math.min(least, rank), Number.POSITIVE_INFINITY);
    for (const [binding, value] of leaves) if (binding.rank !== best) this.#keep(binding, value);
    return leaves.filter(([binding]) => binding.rank === best);
  }

  /** Everything that nobody took, as a JSON object; empty without. Call it last. */
  remainder(): string {
    for (let slot = 0; slot < this.#values.length; slot++) {
      const value = this.#values[slot];
      if (value !== undefined) this.#keep(this.#bindings[slot] as Binding, value);
    }
    if (this.#indexed) {
      for (const leaves of this.#indexed.values()) for (const [binding, value] of leaves) this.#keep(binding, value);
    }
    return this.#remainder === '' ? '' : `{${this.#remainder}}`;
  }

  #sort(binding: Binding, value: AttributeValue): void {
    const { slot } = binding;
    if (value === '' || value === null || value === ABSENT) return;
    if (binding.convention >= 0 && binding.convention < this.#convention) this.#convention = binding.convention;
    if (binding.path) this.#sortIndexed(binding, value);
    else if (slot === Concept.kind) this.#sortKind(binding, value);
    else if (isNoModel(slot, value)) this.#keep(binding, value);
    else this.#sortPlain(binding, value);
  }

  #sortPlain(binding: Binding, value: AttributeValue): void {
    const { slot } = binding;
    const winner = this.#bindings[slot];
    const best = this.#values[slot];
    if (winner === undefined || best === undefined || binding.rank < winner.rank) {
      if (winner !== undefined && best !== undefined && best !== value) this.#keep(winner, best);
      this.#values[slot] = value;
      this.#bindings[slot] = binding;
    } else if (best !== value) this.#keep(binding, value);
  }

  #sortIndexed(binding: Binding, value: AttributeValue): void {
    this.#indexed ??= new Map();
    const leaves = this.#indexed.get(binding.slot);
    if (leaves) leaves.push([binding, value]);
    else this.#indexed.set(binding.slot, [[binding, value]]);
  }

  #sortKind(binding: Binding, value: AttributeValue): void {
    const hint = typeof value === 'string' ? kindHint(value, binding.name) : undefined;
    if (!hint?.exact) this.#keep(binding, value);
    if (hint && binding.rank < this.#kindRank) {
      this.#kind = hint;
      this.#kindRank = binding.rank;
    }
  }

  #keep({ key }: Binding, value: AttributeValue): void {
    const json = attributeJson(value);
    this.#remainder += this.#remainder === '' ? key + json : `,${key}${json}`;
  }
}

function isNoModel(slot: number, value: AttributeValue): boolean {
  return (slot === Concept.model || slot === Concept.provider) && NO_MODEL.has(String(value).toLowerCase());
}

function attributeJson(value: AttributeValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return toJson(value) || '"…"';
}

/** An attribute value as text: a string as it is, everything structured as JSON. */
export function asText(value: AttributeValue): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? toJson(value) : String(plain(value));
}
