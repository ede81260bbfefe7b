import { facts } from './facts.ts';
import { outcomeSource } from './outcome-source.ts';
import { pathSource } from './path-source.ts';
import { runAttributes } from './run-attributes.ts';
import type { SignalSource } from './signal-source.ts';
import { storeAccesses } from './store-accesses.ts';
import { troubleSource } from './trouble-source.ts';
import { waits } from './waits.ts';

/** Everything that is taken out of runs to be judged across them. */
export const signalSources = (): SignalSource[] => sources().map((source) => source as SignalSource);

const sources = () => [runAttributes, troubleSource(), outcomeSource(), facts, storeAccesses, waits, pathSource];
