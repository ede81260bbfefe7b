import { hash64 } from '../identity-hash.ts';
import { agentKey } from './agent-key.ts';
import type { HandoffPayload } from './handoff-payload.ts';
import { isJsonObject, type JsonObject } from './json-payload.ts';
import { fieldType } from './payload-shape.ts';
import { type SchemaCheck, schemaCheck } from './schema-check.ts';

/** What a handoff to an agent must carry. */
export interface HandoffContract {
  /** Agent that hands over, in any spelling; absent or empty: whoever. */
  from?: string;
  /** Agent that is handed to, in any spelling. */
  to: string;
  /** JSON Schema of the payload, an object with `properties` or `required`. */
  schema: unknown;
}

/** One way in which a payload breaks its contract. Plain JSON. */
export interface ContractBreak {
  /** `order_id`, `/items/0/sku`; empty for the whole. */
  field: string;
  problem: 'missing' | 'empty' | 'type' | 'rule';
  /** In words: `must be number`. */
  rule: string;
  /** Most receivers cope with it: a number as text, a field too many. */
  lenient: boolean;
}

export interface CompiledContract {
  /** The same contract has the same, wherever it stands among others. */
  id: string;
  /** Agent keys; `from` empty: whoever. */
  from: string;
  to: string;
  required: readonly string[];
  /** Undefined where the payload has none of the declared fields: it is of another form, and nothing can be said. */
  check(payload: HandoffPayload): ContractBreak[] | undefined;
}

/** Throws an Error that names what is wrong with the contract. */
export function compileContract({ from = '', to, schema }: HandoffContract): CompiledContract {
  const wrong = (what: string) => new Error(`the contract for handoffs to "${to}" ${what}`);
  if (typeof to !== 'string' || agentKey(to) === '')
    throw new Error('a contract for handoffs needs `to`, the name of the agent handed to');
  if (!isJsonObject(schema)) throw wrong('needs `schema`, a JSON Schema of what must be handed over');
  const { properties = {}, required = [] } = schema;
  if (!isJsonObject(properties)) throw wrong('has `properties` that are no object of schemas');
  if (!Array.isArray(required) || required.some((name) => typeof name !== 'string'))
    throw wrong('has `required` that is no list of field names');
  const declared = new Set<string>([...Object.keys(properties), ...required]);
  if (declared.size === 0) throw wrong('declares no field: give `properties` or `required`');
  const check = schemaCheck(schema);
  return {
    id: hash64(JSON.stringify([agentKey(from), agentKey(to), schema])),
    from: agentKey(from),
    to: agentKey(to),
    required,
    check({ forms }) {
      let fewest: ContractBreak[] | undefined;
      for (const form of forms) {
        if (!Object.keys(form).some((key) => declared.has(key))) continue;
        const breaks = breaksIn(form, check, required);
        if (!fewest || breaks.length < fewest.length) fewest = breaks;
      }
      return fewest;
    },
  };
}

const MOST_BREAKS = 8;

function breaksIn(form: JsonObject, check: SchemaCheck, required: readonly string[]): ContractBreak[] {
  const breaks: ContractBreak[] = [];
  const absent = new Set<string>();
  for (const field of required) {
    const isThere = field in form;
    if (isThere && fieldType(form[field]) !== 'null') continue;
    absent.add(field);
    breaks.push({ field, problem: isThere ? 'empty' : 'missing', rule: 'is required', lenient: false });
  }
  for (const { path, keyword, message, lenient } of check(form)) {
    const [, top = ''] = path.split('/');
    if ((keyword === 'required' && path === '') || absent.has(top)) continue;
    const problem = keyword === 'required' ? 'missing' : keyword === 'type' ? 'type' : 'rule';
    breaks.push({ field: path.lastIndexOf('/') === 0 ? top : path, problem, rule: message, lenient });
  }
  return breaks.slice(0, MOST_BREAKS);
}
