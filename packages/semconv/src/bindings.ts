import { Concept, type ConceptName, type Convention, conceptNames } from './concept.ts';
import { conventions, recognitionOrder } from './conventions/index.ts';

/** What an attribute name means: its concept, and how much it is believed among the names of that concept. */
export interface Binding {
  name: string;
  /** Slot of the concept, or -1 where no convention knows the name */
  slot: number;
  /** Position among all names of the concept; smaller is believed first */
  rank: number;
  /** Position of its convention in `recognitionOrder`, or -1 for names too general to tell */
  convention: number;
  /** Where the value stands in a spelt-out list: `['0', 'message', 'role']`; undefined for a plain attribute */
  path: readonly string[] | undefined;
  /** The name as a JSON key with its colon */
  key: string;
}

interface IndexedPrefix {
  prefix: string;
  slot: number;
  rank: number;
  convention: number;
}

/** Names that no convention declares are remembered up to this number, so that a flood of invented names stays bounded. */
const LEARNED_LIMIT = 4096;

/** Members of a spelt-out path that are told apart. */
const MAX_PATH = 32;

const bindings = new Map<string, Binding>();
const prefixes: IndexedPrefix[] = [];
const learned = new Map<string, Binding>();

declareAll(conventions);

/** The binding of an attribute name; names that no convention declares have slot -1. */
export function bindingOf(name: string): Binding {
  return bindings.get(name) ?? learned.get(name) ?? learn(name);
}

function learn(name: string): Binding {
  const indexed = prefixes.find((candidate) => name.startsWith(candidate.prefix) && startsWithDigit(name, candidate));
  const binding: Binding = {
    name,
    slot: indexed?.slot ?? -1,
    rank: indexed?.rank ?? 0,
    convention: indexed?.convention ?? -1,
    path: indexed ? pathOf(name.slice(indexed.prefix.length)) : undefined,
    key: `${JSON.stringify(name)}:`,
  };
  if (learned.size < LEARNED_LIMIT && name.length <= 256) learned.set(name, binding);
  return binding;
}

/** What is deeper stays one member: a name of ten thousand dots would exhaust the stack of whoever walks it. */
function pathOf(rest: string): string[] {
  const path = rest.split('.');
  if (path.length > MAX_PATH) path.push(path.splice(MAX_PATH - 1).join('.'));
  return path;
}

function startsWithDigit(name: string, { prefix }: IndexedPrefix): boolean {
  const code = name.charCodeAt(prefix.length);
  return code >= 0x30 && code <= 0x39;
}

function declareAll(all: readonly Convention[]): void {
  const nextRank = new Array<number>(conceptNames.length).fill(0);
  const take = (slot: number) => {
    const rank = nextRank[slot] ?? 0;
    nextRank[slot] = rank + 1;
    return rank;
  };
  for (const convention of all) {
    const recognised = recognitionOrder.indexOf(convention.name);
    for (const [concept, names] of entries(convention.attributes)) {
      const slot = Concept[concept];
      for (const name of names) {
        const known = bindings.get(name);
        if (known) throw new Error(`attribute ${name} is declared twice`);
        const rank = take(slot);
        bindings.set(name, {
          name,
          slot,
          rank,
          convention: recognised,
          path: undefined,
          key: `${JSON.stringify(name)}:`,
        });
      }
    }
    for (const [concept, list] of entries(convention.indexed ?? {})) {
      const slot = Concept[concept];
      for (const prefix of list) prefixes.push({ prefix, slot, rank: take(slot), convention: recognised });
    }
  }
}

function entries(lists: Partial<Record<ConceptName, readonly string[]>>): [ConceptName, readonly string[]][] {
  return Object.entries(lists) as [ConceptName, readonly string[]][];
}
