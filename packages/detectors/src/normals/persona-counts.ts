import type { KnownPersona, PersonaCounts } from '../detector/normals.ts';
import { likeness } from '../reading/instructions.ts';
import type { Subject } from './subject.ts';

/** An agent of more has no persona by which it could be known. */
const MOST_PERSONAS = 6;
/** Instructions with as much in common are one template with other data. */
const ALIKE = 0.35;

function add(counts: PersonaCounts, persona: KnownPersona): void {
  if (counts.personas.some((known) => known.labels === persona.labels && likeness(known, persona) >= ALIKE)) return;
  if (counts.personas.length < MOST_PERSONAS) counts.personas.push(persona);
  else counts.isOpen = true;
}

/** The personas of an agent's release. */
export const personaSubject: Subject<PersonaCounts, KnownPersona> = {
  empty: () => ({ runs: 0, personas: [], isOpen: false }),
  learn(counts, persona) {
    counts.runs += 1;
    add(counts, persona);
  },
  seen: ({ runs }) => runs,
  halve(counts) {
    counts.runs >>= 1;
  },
  merge(counts, apart) {
    counts.runs += apart.runs;
    for (const persona of apart.personas) add(counts, persona);
    counts.isOpen ||= apart.isOpen;
  },
};
