import { isFailure, type Step } from '../detector/step.ts';
import { entityTypeOf, isIdField } from '../reading/field-names.ts';
import { nameWords } from '../reading/name-words.ts';
import { allFacts, isCutStatement } from '../reading/statement.ts';
import { movesMoney } from './harm.ts';

const MAKES = new Set('open create add register file make raise submit draft log record note generate send'.split(' '));
/** What changes with new things of any kind, and marks of change. */
const QUANTITY =
  /(?:^|_)(?:balance|availab\w+|stock|inventory|counts?|totals?|remaining|left|limits?|quantity|qty|amounts?|seats|rooms|units|usage|used|capacity|queue|load|version|updated|modified|changed|last)(?:_|$)/;

/** Kinds of the things that a call made: its name says that it makes one, and its result gives it an id; `claim` of `open_claim`. */
function kindsMade(write: Step): string[] {
  const [verb = '', ...subject] = nameWords(write.tool);
  if (!MAKES.has(verb) || movesMoney(write.tool) || isFailure(write)) return [];
  const given = new Set(allFacts(write.given).map(({ value }) => value));
  return allFacts(write.stated).flatMap(({ field, value }) => {
    const kind = entityTypeOf(field);
    return isIdField(field) && !given.has(value) && subject.includes(kind) ? [kind] : [];
  });
}

/**
 * A write made something new, and a lookup neither speaks of such things nor of anything that they change: how much there is, or
 * when it was changed. What it had looked up is as it was.
 */
export function leavesAsItWas(write: Step, lookup: Step): boolean {
  if (lookup.stated === '' || isCutStatement(lookup.stated) || isCutStatement(write.stated)) return false;
  const kinds = kindsMade(write);
  if (kinds.length === 0) return false;
  const fields = [...allFacts(lookup.given), ...allFacts(lookup.stated)].map(({ field }) => field);
  const words = [...nameWords(lookup.tool), ...fields.flatMap((field) => field.split('_'))];
  return (
    !fields.some((field) => QUANTITY.test(field)) && !kinds.some((kind) => words.some((word) => word.startsWith(kind)))
  );
}
