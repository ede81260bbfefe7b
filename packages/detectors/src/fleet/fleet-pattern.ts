import type { PatternDescription } from '../detector/pattern.ts';
import { type Settings, type SettingsOf, settled } from '../detector/setting.ts';
import type { FleetDetector } from './fleet-detector.ts';

/** What a detector across runs does, its settings given. */
export type FleetPatternLogic = Omit<FleetDetector, 'name'>;

/** One pattern across runs, or several that rest on the same state: makes their detector. */
export interface FleetPattern {
  /** @param overrides by pattern: settings other than the defaults */
  (overrides?: Readonly<Record<string, object | undefined>>): FleetDetector;
  readonly descriptions: readonly PatternDescription[];
}

/** Settings of several patterns, by the pattern. */
export type SettingsByPattern<Description extends PatternDescription> = {
  readonly [About in Description as About['pattern']]: SettingsOf<About['settings']>;
};

/** A pattern across runs; its detector has its name. */
export const fleetPattern = <Name extends string, Declared extends Settings>(
  description: PatternDescription<Name, Declared>,
  logicIn: (settings: SettingsOf<Declared>) => FleetPatternLogic,
): FleetPattern =>
  Object.assign(
    (overrides: Readonly<Record<string, object | undefined>> = {}): FleetDetector => ({
      name: description.pattern,
      ...logicIn(settled(description.settings, overrides[description.pattern] ?? {})),
    }),
    { descriptions: [description] },
  );

/**
 * Several patterns that rest on the same state.
 *
 * @param name of their detector: the first part of the names of its slots
 */
export const fleetPatterns = <const Descriptions extends readonly PatternDescription[]>(
  name: string,
  descriptions: Descriptions,
  logicIn: (settings: SettingsByPattern<Descriptions[number]>) => FleetPatternLogic,
): FleetPattern =>
  Object.assign(
    (overrides: Readonly<Record<string, object | undefined>> = {}): FleetDetector => {
      const settings = descriptions.map((one) => [one.pattern, settled(one.settings, overrides[one.pattern] ?? {})]);
      return { name, ...logicIn(Object.fromEntries(settings) as SettingsByPattern<Descriptions[number]>) };
    },
    { descriptions },
  );
