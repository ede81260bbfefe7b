import { AGENT } from '../detector/wording.ts';

const MOST_CHARACTERS = 400;

/** A detector's sentence as people read it: the agent by its name, in one line of bounded length. */
export function sentenceOf(draft: string, agent: string): string {
  const told = draft
    .replaceAll(AGENT, () => agent || 'the agent')
    .replace(/\s+/g, ' ')
    .trim();
  return told.length <= MOST_CHARACTERS ? told : `${told.slice(0, MOST_CHARACTERS - 1).toWellFormed()}…`;
}
