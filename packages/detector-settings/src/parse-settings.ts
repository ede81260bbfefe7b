import { type RunDetectorSettings, schemaProblem } from '@spanwise/detectors';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { patternFields } from './pattern-fields.ts';
import { type DetectorSettings, detectorsOf, noSettings } from './settings.ts';
import { SettingsError } from './settings-error.ts';

/** More aliases than any honest file has: a small one could otherwise become a huge one. */
const MOST_ALIASES = 100;

const schema = z.unknown().superRefine((given, context) => {
  const message = schemaProblem(given);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const keys = z.array(z.string().min(1));
const agent = z.string().min(1);

const patterns = z.strictObject(
  Object.fromEntries(
    Object.entries(patternFields).map(([name, fields]) => [name, z.strictObject(fields).partial().optional()]),
  ),
) as z.ZodType<RunDetectorSettings>;

const settings = z.strictObject({
  contracts: z.array(z.strictObject({ from: agent.optional(), to: agent, schema })).optional(),
  toolSchemas: z.record(z.string(), schema).optional(),
  criticalKeys: z.union([keys, z.record(agent, keys)], { error: 'expected keys, or keys by agent' }).optional(),
  patterns: patterns.optional(),
  agents: z.record(agent, patterns).optional(),
});

/**
 * Reads settings of detectors from YAML or JSON.
 *
 * @param source what an error calls the text
 * @throws SettingsError that names everything that is wrong at once
 */
export function parseSettings(text: string, source: string): DetectorSettings {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new SettingsError(
      source,
      document.errors.map(({ message }) => firstLine(message)),
    );
  }
  let given: unknown;
  try {
    given = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
  } catch (error) {
    throw new SettingsError(source, [(error as Error).message]);
  }
  const { success, data, error } = settings.safeParse(given);
  if (!success) {
    throw new SettingsError(
      source,
      error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    );
  }
  const declared = { ...noSettings, ...data } as DetectorSettings;
  try {
    detectorsOf(declared);
  } catch (refusal) {
    throw new SettingsError(source, [(refusal as Error).message]);
  }
  return declared;
}

/** `… at line 3, column 5:`, without the excerpt below it. */
const firstLine = (message: string): string => (message.split('\n')[0] ?? message).replace(/:$/, '');
