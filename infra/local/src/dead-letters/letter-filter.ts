import type { DeadLetterReason } from '@spanwise/schemas';
import type { Letter } from './letter.ts';

/** Which letters are meant; what is not given does not matter. */
export interface LetterFilter {
  readonly ids: readonly string[];
  readonly topic: string | undefined;
  readonly service: string | undefined;
  readonly reason: DeadLetterReason | undefined;
  /** Append time of the record that died, microseconds: from, and before. */
  readonly since: number | undefined;
  readonly until: number | undefined;
}

export function matches(letter: Letter, { ids, topic, service, reason, since, until }: LetterFilter): boolean {
  return (
    (ids.length === 0 || ids.some((id) => letter.id === id || letter.id.startsWith(`${id}/`))) &&
    (topic === undefined || letter.topic === topic) &&
    (service === undefined || letter.service === service) &&
    (reason === undefined || letter.reason === reason) &&
    (since === undefined || letter.time >= since) &&
    (until === undefined || letter.time < until)
  );
}

/** Whether everything is meant. */
export const isEmpty = ({ ids, ...rest }: LetterFilter): boolean =>
  ids.length === 0 && Object.values(rest).every((wish) => wish === undefined);
