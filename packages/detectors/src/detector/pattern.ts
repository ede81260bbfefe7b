import type { Severity } from '@spanwise/schemas';
import type { RunDetector } from './detector.ts';
import { type Settings, type SettingsOf, settled } from './setting.ts';

/**
 * What is said of a pattern to those who read its findings. It stands at the top of the pattern's file and `docs/patterns.md` is made
 * of it; all texts are Markdown, clauses without a full stop where nothing else is said.
 */
export interface PatternDescription<Name extends string = string, Declared extends Settings = Settings> {
  readonly pattern: Name;
  /** What it is, in one line. */
  readonly inShort: string;
  /** What a finding says, in sentences; how it is found, with the source of a published algorithm. */
  readonly claims: string;
  /** What looks like it and is none, each a phrase. */
  readonly doesNotClaim: readonly string[];
  /** What spans have to carry. */
  readonly needs: string;
  /** Which span a finding points to. */
  readonly happened: string;
  /** Which span it says is the cause. */
  readonly began: string;
  /** By its type: when it is this one, and what it holds. */
  readonly evidence: Readonly<Record<string, string>>;
  /** By severity: when it is this one. */
  readonly severity: Readonly<Partial<Record<Severity, string>>>;
  /** Categories of MAST (Cemri et al. 2025) and TRAIL (Deshpande et al. 2025) that it corresponds to. */
  readonly published: readonly string[];
  readonly settings: Declared;
}

/** What a pattern does, its settings given. */
export type RunPatternLogic<State = unknown> = Omit<RunDetector<State>, 'pattern'>;

/** A pattern: makes its detector, in other settings than the defaults where some are given. */
export interface RunPattern<Name extends string = string, Declared extends Settings = Settings, State = unknown> {
  (overrides?: Partial<SettingsOf<Declared>>): RunDetector<State>;
  readonly description: PatternDescription<Name, Declared>;
}

/** Checks a description, and keeps the types of its settings. */
export const describePattern = <const Name extends string, Declared extends Settings>(
  description: PatternDescription<Name, Declared>,
): PatternDescription<Name, Declared> => description;

export function runPattern<Name extends string, Declared extends Settings, State>(
  description: PatternDescription<Name, Declared>,
  logicIn: (settings: SettingsOf<Declared>) => RunPatternLogic<State>,
): RunPattern<Name, Declared, State> {
  const detectorIn = (overrides: Partial<SettingsOf<Declared>> = {}): RunDetector<State> => ({
    pattern: description.pattern,
    ...logicIn(settled(description.settings, overrides)),
  });
  return Object.assign(detectorIn, { description });
}
