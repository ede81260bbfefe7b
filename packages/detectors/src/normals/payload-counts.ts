import type { FormCounts, PayloadCounts } from '../detector/normals.ts';
import type { FieldType, PayloadShape } from '../reading/payload-shape.ts';
import { formOf, usualFields } from '../relations/payload-forms.ts';
import type { Subject } from './subject.ts';

/** Forms that are counted: another one takes the place of the one seen least. */
const MOST_FORMS = 6;
/** Fields of a form that are counted; later ones find no room until some are forgotten. */
const MOST_FIELDS = 32;

function add({ fields }: FormCounts, field: string, type: FieldType, times: number): void {
  if (!Object.hasOwn(fields, field)) {
    if (Object.keys(fields).length >= MOST_FIELDS) return;
    fields[field] = {};
  }
  const types = fields[field] as FormCounts['fields'][string];
  types[type] = (types[type] ?? 0) + times;
}

function newForm({ forms }: PayloadCounts): FormCounts {
  if (forms.length >= MOST_FORMS) {
    const fewest = Math.min(...forms.map(({ payloads }) => payloads));
    forms.splice(
      forms.findIndex(({ payloads }) => payloads === fewest),
      1,
    );
  }
  const form = { payloads: 0, fields: {} };
  forms.push(form);
  return form;
}

function halveForm(form: FormCounts): void {
  form.payloads >>= 1;
  for (const [field, types] of Object.entries(form.fields)) {
    for (const [type, times] of Object.entries(types) as [FieldType, number][]) {
      if (times < 2) delete types[type];
      else types[type] = times >> 1;
    }
    if (Object.keys(types).length === 0) delete form.fields[field];
  }
}

/** What the handoffs of a pair of agents carried, or the answers of an agent, by the forms in which they did. */
export const payloadSubject: Subject<PayloadCounts, readonly PayloadShape[]> = {
  empty: () => ({ payloads: 0, forms: [] }),
  learn(counts, shapes) {
    counts.payloads += 1;
    for (const shape of shapes) {
      const fields = Object.entries(shape);
      if (fields.length === 0) continue;
      const form = formOf(counts.forms, Object.keys(shape)) ?? newForm(counts);
      form.payloads += 1;
      for (const [field, type] of fields) add(form, field, type, 1);
    }
  },
  seen: ({ payloads }) => payloads,
  halve(counts) {
    counts.payloads >>= 1;
    for (const form of counts.forms) halveForm(form);
    counts.forms = counts.forms.filter(({ payloads }) => payloads > 0);
  },
  merge(counts, apart) {
    counts.payloads += apart.payloads;
    for (const other of apart.forms) {
      const form = formOf(counts.forms, usualFields(other)) ?? newForm(counts);
      form.payloads += other.payloads;
      for (const [field, types] of Object.entries(other.fields)) {
        for (const [type, times] of Object.entries(types) as [FieldType, number][]) add(form, field, type, times);
      }
    }
  },
};
