import type { Step } from '../detector/step.ts';
import { nameWords } from '../reading/name-words.ts';
import { remembered } from '../reading/remembered.ts';
import { storeOperationOf } from '../reading/store-tools.ts';
import { changesValues } from '../relations/contradictions.ts';
import { looksUp } from '../relations/error-nature.ts';

/** What arguments and result of a call say of the things they name. */
export interface CallRoles {
  /** Of its arguments. */
  given: 'asserted' | 'written' | 'used';
  /** Of its result; undefined: it says nothing of what was there. */
  stated: 'observed' | 'remembered' | undefined;
  /** It may change things in ways that are not told. */
  acts: boolean;
}

const TELLS = new Set(
  'send notify email mail message sms post publish inform tell reply announce report respond alert remind'.split(' '),
);

/** By its name the tool tells somebody something. */
const tells = remembered((tool: string) => TELLS.has(nameWords(tool)[0] ?? ''));

const READS_MEMORY = /search|query|recall|retriev|read|get|load|fetch|find|list/i;

/** It reads or writes what agents remember, which is no more than what they made of things. */
export const keepsMemory = (step: Step): boolean =>
  step.kind === 'memory' || (step.kind === 'tool' && storeOperationOf(step.tool) !== '');

/** A memory is read rather than written; by the name of the operation, else by what was captured. */
export const readsMemory = (step: Step): boolean =>
  storeOperationOf(step.tool) === 'read' ||
  READS_MEMORY.test(step.tool || step.name) ||
  (step.given === '' && step.stated !== '');

export function rolesOf(step: Step): CallRoles {
  if (step.kind === 'handoff' || step.handoffTo !== '') return { given: 'asserted', stated: undefined, acts: false };
  if (keepsMemory(step)) {
    return readsMemory(step)
      ? { given: 'used', stated: 'remembered', acts: false }
      : { given: 'asserted', stated: undefined, acts: false };
  }
  const { tool } = step;
  if (step.kind === 'retrieval' || looksUp(tool)) return { given: 'used', stated: 'observed', acts: false };
  if (tells(tool)) return { given: 'asserted', stated: undefined, acts: false };
  if (changesValues(tool)) return { given: 'written', stated: 'observed', acts: false };
  return { given: 'used', stated: undefined, acts: true };
}

/** What a model puts into the arguments of a tool of this name is told to somebody, or kept. */
export const isToldOn = (tool: string): boolean =>
  tells(tool) || changesValues(tool) || storeOperationOf(tool) !== '' || /transfer|hand_?off|delegate/i.test(tool);
