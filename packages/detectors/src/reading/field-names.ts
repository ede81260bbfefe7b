import { nameWords } from './name-words.ts';

const known = new Map<string, string>();
const MOST_KNOWN = 4_096;

/** A field's name in one spelling: `orderId`, `order-id` and `Order ID` are `order_id`. */
export function fieldName(key: string): string {
  let name = known.get(key);
  if (name === undefined) {
    name = nameWords(key.replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')).join('_');
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, name);
  }
  return name;
}

const ID_FIELD =
  /(?:^|_)(?:ids?|uuids?|guids?|refs?|references?|skus?|iban|isbn|emails?|email_address|phone|(?:order|account|invoice|ticket|tracking|booking|reservation|confirmation|customer|case|serial|part|flight|policy|claim|contract|card)_?(?:numbers?|nos?|codes?))$/;

/** The field names a thing rather than a property of it: `order_id`, `invoice_number`, `sku`, `email`. */
export const isIdField = (field: string): boolean => ID_FIELD.test(field);

/** What kind of thing an id field names, by its stem: `order_id` → `order`; empty for a bare `id`. */
export const entityTypeOf = (field: string): string =>
  field.replace(/_?(?:ids?|uuids?|guids?|numbers?|nos?|refs?|references?|codes?)$/, '');
