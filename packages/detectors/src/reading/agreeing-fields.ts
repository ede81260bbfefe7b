import { allFacts, isCutStatement, type Statement } from './statement.ts';

function valuesByField(statement: Statement): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const { field, value } of allFacts(statement)) {
    const values = fields.get(field);
    if (values) values.add(value);
    else fields.set(field, new Set([value]));
  }
  return fields;
}

const areEqual = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((value) => b.has(value));

/**
 * Two statements have the same values for each field that both have, which are most of the fields of each. False where one was cut:
 * what cannot be seen may differ.
 */
export function agreeInFields(one: Statement, other: Statement): boolean {
  if (isCutStatement(one) || isCutStatement(other)) return false;
  const [a, b] = [valuesByField(one), valuesByField(other)];
  let common = 0;
  for (const [field, values] of a) {
    const others = b.get(field);
    if (!others) continue;
    if (!areEqual(values, others)) return false;
    common++;
  }
  return common * 2 > Math.max(a.size, b.size);
}
