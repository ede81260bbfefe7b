import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { campaignNames } from './campaign/campaign-truth.ts';
import type { FleetMix } from './fleet-mix.ts';

/** A file does not say what a fleet is made of; `message` lists every problem, one a line. */
export class MixFileError extends Error {
  override readonly name = 'MixFileError';

  /** @param source the file, as it was named */
  constructor(source: string, problems: readonly string[]) {
    super(`${source} does not say what a fleet is made of:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
}

const share = z.number().min(0).max(1);
const positive = z.number().positive();
const whole = z.int().min(0);
const names = z.array(z.string().min(1)).min(1);
const choice = z.union([names, z.record(z.string(), z.number().min(0))], {
  error: 'expected a list of names, or weights by name',
});

const schema = z
  .strictObject({
    seed: whole,
    preset: z.string(),
    scenarios: choice,
    faults: choice,
    negatives: choice,
    conventions: choice,
    faultShare: share,
    negativeShare: share,
    secondFaultShare: share,
    strengths: z.tuple([share, share]),
    faultlessSessions: whole,
    firstRounds: whole,
    runs: z.array(z.int().positive()).min(1),
    sessionsPerDay: positive,
    pause: z.strictObject({ medianMs: positive, spread: z.number().min(0), mostMs: positive }),
    returnShare: share,
    releaseEveryDays: z.number().min(0),
    slowDayShare: share,
    campaigns: z.array(z.enum(campaignNames)),
    resendShare: share,
    lateShare: share,
  })
  .partial();

/**
 * Reads from YAML or JSON what a fleet is made of. Names are not looked at yet.
 *
 * @throws MixFileError that names everything that is wrong at once
 */
export function readMix(file: string): Partial<FleetMix> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new MixFileError(file, [`it cannot be read: ${(error as Error).message}`]);
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new MixFileError(
      file,
      document.errors.map(({ message }) => message.split('\n')[0] ?? message),
    );
  }
  const { success, data, error } = schema.safeParse(document.toJS() ?? {});
  if (success) return data as Partial<FleetMix>;
  throw new MixFileError(
    file,
    error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
  );
}
