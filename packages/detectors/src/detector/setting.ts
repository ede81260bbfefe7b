/**
 * What a setting's value may be: `count` a whole number from 1 on, `whole` from 0 on; `share` 0 to 1; `amount` and `milliseconds` from 0
 * on; `flag`; `names`; `pattern` a regular expression. What is `declared` is no setting of a single pattern: operators declare it for all.
 */
export type SettingKind =
  | 'count'
  | 'whole'
  | 'share'
  | 'amount'
  | 'milliseconds'
  | 'flag'
  | 'names'
  | 'pattern'
  | 'declared';

/** One setting of a pattern: everything that is said of it stands here, and only here. */
export interface Setting<Value> {
  readonly kind: SettingKind;
  readonly fallback: Value;
  /** What it is, with its unit where the kind does not say it; a clause, Markdown. */
  readonly meaning: string;
  /** Why the default is what it is; a clause, Markdown. Empty where there is nothing to choose. */
  readonly reason: string;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values of declared settings. */
export type SettingsOf<Declared extends Settings> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Setting<infer Value> ? Value : never;
};

const of =
  <Value>(kind: SettingKind) =>
  (fallback: Value, meaning: string, reason: string): Setting<Value> => ({ kind, fallback, meaning, reason });

export const count = of<number>('count');
export const whole = of<number>('whole');
export const share = of<number>('share');
export const amount = of<number>('amount');
export const milliseconds = of<number>('milliseconds');
export const flag = of<boolean>('flag');
export const names = of<readonly string[]>('names');
export const pattern = of<RegExp>('pattern');

/** Declared by operators for all patterns. */
export const declared = <Value>(none: Value, meaning: string): Setting<Value> => ({
  kind: 'declared',
  fallback: none,
  meaning,
  reason: '',
});

/** The defaults, with other values over them. */
export function settled<Declared extends Settings>(
  declared: Declared,
  overrides: Partial<SettingsOf<Declared>>,
): SettingsOf<Declared> {
  const fallbacks = Object.entries(declared).map(([name, { fallback }]) => [name, fallback]);
  return { ...Object.fromEntries(fallbacks), ...overrides } as SettingsOf<Declared>;
}
