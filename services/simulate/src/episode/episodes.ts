import type { Episode } from './episode.ts';
import { crossSessionDeadlock, lawfulWaits } from './locks.ts';
import { identityDrift, lawfulNames } from './names.ts';
import { lawfulNotes, lostUpdate } from './shared-notes.ts';
import { factContradiction, hallucinatedFact, lawfulStatements, unstableKnowledge } from './statements.ts';

/** Everything that shows only over several conversations which share something. */
export const episodes: readonly Episode[] = [
  factContradiction,
  hallucinatedFact,
  identityDrift,
  unstableKnowledge,
  lostUpdate,
  crossSessionDeadlock,
];

/** What only resembles them. */
export const lawfulEpisodes: readonly Episode[] = [...lawfulStatements, ...lawfulNames, ...lawfulNotes, ...lawfulWaits];
