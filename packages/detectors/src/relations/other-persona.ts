import type { KnownPersona } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import { likeness } from '../reading/instructions.ts';
import { hasActed, isModeChange, type Spoken } from './persona-inferences.ts';

/** System instructions under which a run's inferences were made. */
export interface Persona extends KnownPersona {
  /** Of a mode that operators know. */
  configured: boolean;
}

/** Of the inferences of one agent at one point, one that went on under other instructions than the first. */
export interface OtherPersona {
  group: readonly Spoken[];
  first: Spoken;
  at: Spoken;
  likeness: number;
  confidence: number;
}

/**
 * The first inference of a group that did the work of the first one under another persona, and whose words were heard or acted upon.
 *
 * @param least likeness from which on two personas are one
 * @param isOver the run has ended: who has the last word need not be heard
 */
export function otherPersona(
  group: readonly Spoken[],
  personas: readonly Persona[],
  run: RunView,
  least: number,
  isOver: boolean,
): OtherPersona | undefined {
  const [first] = group;
  const reference = first && personas[first.persona];
  if (!first || !reference) return undefined;
  for (const at of group) {
    const persona = personas[at.persona];
    if (!persona || at.persona === first.persona || persona.configured || reference.configured) continue;
    const alike = likeness(reference, persona);
    if (alike >= least || persona.labels !== reference.labels || isModeChange(first, at, run)) continue;
    const isSame = at.request !== '' && at.request === first.request;
    const acted = at.step.requestedCalls.length > 0 && hasActed(at.step, run);
    // Where inputs were not captured, the same tools say that it is the same work.
    const isSameWork = isSame || (acted && (at.request === '' || first.request === ''));
    if (!isSameWork) continue;
    const isLastWord = isOver && at === group.at(-1) && at.step.requestedCalls.length === 0;
    if (acted || at.heard) return { group, first, at, likeness: alike, confidence: 0.9 };
    if (isLastWord) return { group, first, at, likeness: alike, confidence: 0.7 };
  }
  return undefined;
}
