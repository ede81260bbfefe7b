import { nameWords } from './name-words.ts';
import { remembered } from './remembered.ts';

const READS = /^(?:get|read|load|fetch|recall|retrieve|open|lookup|peek|search|query|find|list)$/;
const WRITES = /^(?:put|save|write|set|store|update|upsert|replace|overwrite|remember|persist|add|append|create)$/;
const STORE = /^(?:memory|memories|context|blackboard|scratchpad|kv|keyvalue|store|notebook|notes?|wiki|board)$/;

/** What a tool does to a store that agents share (a memory, a notebook, a blackboard), by its name; undefined for any other tool. */
export const storeOperationOf = remembered((tool: string): 'read' | 'write' | '' => {
  const [verb = '', ...nouns] = nameWords(tool);
  if (!nouns.some((noun) => STORE.test(noun))) return '';
  return READS.test(verb) ? 'read' : WRITES.test(verb) ? 'write' : '';
});
