import type { SignalSource } from './signal-source.ts';

/** Everything that is taken out of runs to be judged across them. */
export const signalSources = (): SignalSource[] => [];
