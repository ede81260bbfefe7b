import type { FormCounts } from '../detector/normals.ts';

const timesOf = (types: FormCounts['fields'][string]): number =>
  Object.values(types).reduce((sum, times) => sum + (times ?? 0), 0);

/** The fields that most payloads of a form have. */
export const usualFields = ({ payloads, fields }: FormCounts): string[] =>
  Object.keys(fields).filter((field) => timesOf(fields[field] ?? {}) * 2 >= payloads);

/** Of the fields that either has, the share that both have; 0 where less than half of the usual ones are there. */
function likeness(usual: readonly string[], names: ReadonlySet<string>): number {
  const common = usual.filter((field) => names.has(field)).length;
  return common * 2 < usual.length ? 0 : common / (usual.length + names.size - common);
}

/** The form that a payload with these fields has; undefined where it is like none. */
export function formOf<Form extends FormCounts>(forms: readonly Form[], fields: Iterable<string>): Form | undefined {
  const names = new Set(fields);
  let likest: Form | undefined;
  let most = 0;
  for (const form of forms) {
    const like = likeness(usualFields(form), names);
    if (like > most) [likest, most] = [form, like];
  }
  return likest;
}
