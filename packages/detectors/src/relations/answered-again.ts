import type { Step } from '../detector/step.ts';
import { allFacts, type Fact } from '../reading/statement.ts';
import { newIds } from './harm.ts';

const ALREADY = /^(?:duplicate\w*|already\w*(?: \w+){0,4}|replay\w*|idempotent\w*|deduplicated)$/;
const ALREADY_FIELD = /(?:^|_)(?:duplicate|replay\w*|idempotent\w*|already_\w+)$/;

/** The second result says that it is the first one's, or that nothing was done again. */
export function isAnsweredAgain(first: Step, second: Step): boolean {
  const says = ({ field, value }: Fact) => ALREADY.test(value) || (ALREADY_FIELD.test(field) && value === 'true');
  if (allFacts(second.stated).some(says)) return true;
  const ids = newIds(second);
  return ids.length > 0 && ids.some((id) => newIds(first).includes(id));
}
