import { currentSchema, type Severity } from '@spanwise/schemas';

/** The closed list of the schema, least grave first. */
export const severities: readonly Severity[] = currentSchema('Finding').schema.fields.flatMap(({ name, type }) =>
  name === 'severity' ? (type as { symbols: Severity[] }).symbols : [],
);

/** Negative where `a` is less grave than `b`. */
export const compareSeverity = (a: Severity, b: Severity): number => severities.indexOf(a) - severities.indexOf(b);

export const isAtLeast = (severity: Severity, least: Severity): boolean => compareSeverity(severity, least) >= 0;
