import { type ConfigSpec, describeConfig } from '@spanwise/runtime';
import { table } from './markdown.ts';
import { configurations } from './services.ts';

interface Setting {
  name: string;
  fallback: string;
  doc: string;
}

const INTRODUCTION = `# Configuration

<!-- Written by docs/src/generate.ts from the services' own declarations; change those. -->

Services are configured by environment variables. \`node services/<service>/src/main.ts --help\` prints the same list. A
variable that is wrong ends the service at once with exit code 2 and a line that says what was expected; one that begins
with the service's prefix and means nothing to it gives a warning. An empty variable counts as unset, except where text may be empty.

Durations are written \`500ms\`, \`30s\`, \`30m\`, \`24h\`, \`7d\`; sizes \`512KiB\`, \`16MiB\` or plain bytes.
`;

/** Settings of a service, from the text that its \`--help\` prints. */
function settingsOf(spec: ConfigSpec): Setting[] {
  const entries = describeConfig(spec).matchAll(/^ {2}(SPANWISE_\w+) {2}\((.*)\)\n {6}(.*)$/gm);
  const settings = [...entries].map(([, name = '', fallback = '', doc = '']) => ({ name, fallback, doc }));
  if (settings.length !== Object.keys(spec.shape).length) {
    throw new Error(`the help of ${spec.service} is not in the form that docs/src/configuration-page.ts reads`);
  }
  return settings;
}

const rowOf = ({ name, fallback, doc }: Setting): string[] => [
  `\`${name}\``,
  fallback.startsWith('default ') ? `\`${fallback.slice('default '.length)}\`` : fallback.replace(' by default', ''),
  doc,
];

const settingsTable = (settings: readonly Setting[]): string =>
  table(['Variable', 'Default', 'Meaning'], settings.map(rowOf));

export function configurationPage(): string {
  const byService = configurations.map((spec) => ({ service: spec.service, settings: settingsOf(spec) }));
  const [first, ...others] = byService;
  const isShared = ({ name }: Setting) =>
    others.every(({ settings }) => settings.some((setting) => setting.name === name));
  const shared = first?.settings.filter(isShared) ?? [];
  const names = new Set(shared.map(({ name }) => name));
  const sections = byService.map(({ service, settings }) => {
    const own = settings.filter(({ name }) => !names.has(name));
    return `## ${service}\n\n${settingsTable(own)}`;
  });
  return [INTRODUCTION, `## Every service\n\n${settingsTable(shared)}`, ...sections].join('\n');
}
