import { type Convention, conceptNames } from '../concept.ts';
import { conventions } from './index.ts';

/** The declarations as Markdown: for each concept every name in the order in which it is believed. */
export function conventionsTable(): string {
  const rows = conceptNames.map((concept) => {
    const names = conventions.flatMap((convention) => [
      ...(convention.attributes[concept] ?? []),
      ...(convention.indexed?.[concept] ?? []).map((prefix) => `${prefix}<i>.…`),
    ]);
    return `| ${concept} | ${names.map((name) => `\`${name}\``).join(', ')} |`;
  });
  return ['| Concept | Attributes, best first |', '|---|---|', ...rows].join('\n');
}

/** Names of the conventions, as `Span.convention` has them. */
export function conventionNames(all: readonly Convention[] = conventions): string[] {
  return all.map(({ name }) => name).filter((name) => name !== '');
}
