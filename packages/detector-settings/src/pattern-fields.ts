import { patternDescriptions, type SettingKind } from '@spanwise/detectors';
import { z } from 'zod';

/** A regular expression as text; capital and small letters are alike. */
const expression = z.string().transform((text, context): RegExp => {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** How a setting of each kind is given; undefined where it is declared for all patterns at once. */
const FORMS: Readonly<Record<SettingKind, z.ZodType | undefined>> = {
  count: z.int().min(1),
  whole: z.int().min(0),
  share: z.number().min(0).max(1),
  amount: z.number().min(0),
  milliseconds: z.number().min(0),
  flag: z.boolean(),
  names: z.array(z.string().min(1)),
  pattern: expression,
  declared: undefined,
};

/** Every setting of every pattern, as the pattern declares it. */
export const patternFields: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = Object.fromEntries(
  patternDescriptions.map(({ pattern, settings }) => [
    pattern,
    Object.fromEntries(
      Object.entries(settings).flatMap(([name, { kind }]) => {
        const form = FORMS[kind];
        return form ? [[name, form]] : [];
      }),
    ),
  ]),
);
