import { join } from 'node:path';
import type { Finding } from '@spanwise/schemas';
import type { PatternDescription } from '../../packages/detectors/src/detector/pattern.ts';
import type { Setting } from '../../packages/detectors/src/detector/setting.ts';
import type { FleetCase } from '../../packages/detectors/src/fleet/fleet-cases.ts';
import { fleetCaseFindings } from '../../packages/detectors/src/fleet/judged-fleet-cases.ts';
import { fleetDetectorOf, fleetPatternDescriptions } from '../../packages/detectors/src/fleet/registry.ts';
import { BLIND_WITHOUT } from '../../packages/detectors/src/judge/run-record.ts';
import { PATTERN_WEIGHTS } from '../../packages/detectors/src/judge/verdict-priors.ts';
import type { DetectorCase } from '../../packages/detectors/src/run/detector-cases.ts';
import { caseFindings, caseSettings } from '../../packages/detectors/src/run/judged-cases.ts';
import { patternDescriptions, runDetectors } from '../../packages/detectors/src/run/registry.ts';
import { table } from './markdown.ts';

const DETECTORS = join(import.meta.dirname, '../../packages/detectors/src');

const INTRODUCTION = `# Failure patterns

<!-- Written by docs/src/generate.ts from the patterns' own descriptions and cases; change those. -->

What Spanwise finds within a run and across runs, what each finding claims, and what it does not. Each section is the description at the top of
\`<pattern>.ts\` in \`packages/detectors/src/run\` or \`fleet\`; its example is what that detector really finds in the case of
\`<pattern>.cases.ts\` that is quoted above it. The cases beside it are hits, near misses, what comes late and out of order.
`;

const ABOUT_FINDINGS = `*Weight* is what a finding of severity high adds to the [verdict](verdict.md). *Published* names the corresponding categories of two taxonomies
of agent failures, [MAST](https://arxiv.org/abs/2503.13657) and [TRAIL](https://arxiv.org/abs/2505.08638).

## What every finding says
- **Where it happened** (\`span_id\`) and **where it began** (\`root_cause_span_id\`): often the inference that asked for the call.
- Severity, confidence from 0 to 1, one sentence for a person (\`summary\`), and typed \`evidence\` as JSON: \`type\`, \`expected\`, \`seen\`,
  \`numbers\`, \`spans\` (at most 32).
- Agent, tool, release, environment, session, step. They are revised when the run comes to know them better.

What is found across runs has a scope: \`run\` or \`session\` where it is about one, \`fleet\` where it is about an agent, a release, an entity, …; then
there may be no span that it happened at.

Its id is a function of tenant, trace (across runs: of what was judged), pattern and place, so the same spans give the same findings. A finding can be revised, and withdrawn when
later spans refute it; the view \`findings\` shows the latest revision and leaves out withdrawn ones. A run lists at most 64 findings of one
pattern; one more, with evidence \`more_findings\`, says how many others there were.

A finding that only follows from another one names it in \`superseded_by\` and adds nothing to the verdict: what was lost at a handoff that breaks
its contract, the repetitions of agents that pass work round in a circle, the error of a caller that gave up in a cascade.

Severities mean the same everywhere: \`info\` is worth knowing, \`low\` cost something and was dealt with, \`medium\` makes the run suspect, \`high\`
means that its outcome is probably wrong, \`critical\` that harm was done which nobody in the run undoes
([decision](decisions/0023-critical-is-harm-that-is-done.md)).

## What can be seen
A detector sees only what was captured. \`runs.coverage\` has, for each run, the share of spans that carry agent, session, arguments, results,
tokens, messages and parent, and under \`blind\` the patterns that could see nothing of what they judge: those that say so of themselves (of
handoffs without payload, of inferences without instructions), and

${BLIND_WITHOUT.map(([content, patterns]) => `- without ${content} ${patterns.map((one) => `\`${one}\``).join(', ')}`).join('\n')}

A run is *incomplete* when its root has ended and a span names a parent that never came. Then patterns that rest on absence
(\`unresolved_error\`, \`abandoned_session\`) stay silent. A run of more than 1,024 spans forgets its oldest.

## Settings
Defaults and their reasons stand with each pattern. They are set in the settings file, by pattern and by agent
([an example](examples/detectors.yaml), [configuration](configuration.md)); \`detect\` takes over changes while it runs. Patterns across runs have their
defaults. A default that is a regular
expression is the one that stands in the code.
`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function shown({ kind, fallback }: Setting<unknown>): string {
  if (kind === 'declared') return 'none declared';
  if (fallback instanceof RegExp) return 'regular expression';
  if (Array.isArray(fallback)) return fallback.length === 0 ? 'none' : fallback.map((one) => `\`${one}\``).join(', ');
  if (typeof fallback !== 'number') return `\`${fallback}\``;
  return kind === 'milliseconds' ? `\`${fallback}\` ms` : `\`${fallback}\``;
}

function settingsTable(settings: PatternDescription['settings']): string {
  const rows = Object.entries(settings).map(([name, one]) => [`\`${name}\``, shown(one), one.meaning, one.reason]);
  return rows.length === 0 ? '' : table(['Setting', 'Default', 'Meaning', 'Why'], rows);
}

/** What a pattern's detector finds in its example case, and where that happened. */
interface Example {
  name: string;
  finding: Finding;
  /** Markdown, a clause. */
  place: string;
}

/** Throws an Error when a pattern has no example, or nothing is found in it. */
async function exampleIn<Case extends { example?: true; name: string }>(
  folder: string,
  pattern: string,
  find: (example: Case) => Finding | undefined,
  placeOf: (finding: Finding, example: Case) => string,
): Promise<Example> {
  const file = join(DETECTORS, folder, `${pattern.replaceAll('_', '-')}.cases.ts`);
  const { cases } = (await import(file)) as { cases: readonly Case[] };
  const example = cases.find((one) => one.example);
  const finding = example && find(example);
  if (!example || !finding) throw new Error(`${file} has no example in which ${pattern} finds anything`);
  return { name: example.name, finding, place: placeOf(finding, example) };
}

const runExample = (pattern: string): Promise<Example> =>
  exampleIn<DetectorCase>(
    'run',
    pattern,
    (example) => {
      const detector = runDetectors(caseSettings).find((one) => one.pattern === pattern);
      return detector && caseFindings(detector, example)[0];
    },
    ({ spanId, rootCauseSpanId }, { run }) => {
      const spanAt = (id: string): string => {
        const at = run.findIndex((span) => span.spanId === id);
        return `\`${run[at]?.name ?? ''}\` (span ${at + 1} of ${run.length})`;
      };
      return `happened at ${spanAt(spanId)}, began at ${spanAt(rootCauseSpanId)}`;
    },
  );

const fleetExample = (pattern: string): Promise<Example> =>
  exampleIn<FleetCase>(
    'fleet',
    pattern,
    (example) => fleetCaseFindings(fleetDetectorOf(pattern), example).find((one) => one.pattern === pattern),
    (finding) => {
      const named = (['agent', 'release', 'workflow', 'tool', 'step', 'spanId'] as const).filter(
        (field) => finding[field] !== '',
      );
      return [`scope ${finding.scope}`, ...named.map((field) => `${field} \`${finding[field]}\``)].join(', ');
    },
  );

function exampleText({ name, finding, place }: Example): string {
  const { spans: _, ...evidence } = JSON.parse(finding.evidence) as Record<string, unknown>;
  return `**Example**: *${name}*

> ${finding.summary.replaceAll('\n', ' ')}

${capital(finding.severity)}, confidence ${finding.confidence}, ${place}.

\`\`\`json
${JSON.stringify(evidence, undefined, 2)}
\`\`\`
`;
}

function section(description: PatternDescription, example: Example): string {
  const { pattern, inShort, claims, doesNotClaim, needs, happened, began, evidence, severity, settings } = description;
  const rowsOf = (texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).map(([name, text]) => [`\`${name}\``, text]);
  return [
    `## ${pattern}`,
    `*${capital(inShort)}.* ${sentence(claims)}`,
    `- **Needs**: ${sentence(needs)}\n- **Happened**: ${sentence(happened)}\n- **Began**: ${sentence(began)}`,
    `**Does not claim**\n${doesNotClaim.map((text) => `- ${text}`).join('\n')}`,
    table(['Evidence', 'When, and what it holds'], rowsOf(evidence)),
    table(['Severity', 'When'], rowsOf(severity)),
    settingsTable(settings),
    exampleText(example),
  ]
    .filter((part) => part !== '')
    .map((part) => part.trimEnd())
    .join('\n\n');
}

export async function patternsPage(): Promise<string> {
  const overview = [...patternDescriptions, ...fleetPatternDescriptions].map(
    ({ pattern, inShort, severity, published }) => [
      `[\`${pattern}\`](#${pattern})`,
      inShort,
      Object.keys(severity).join(', '),
      String(PATTERN_WEIGHTS[pattern] ?? ''),
      published.join('; ') || '–',
    ],
  );
  const sections: string[] = [];
  for (const one of patternDescriptions) sections.push(section(one, await runExample(one.pattern)));
  for (const one of fleetPatternDescriptions) sections.push(section(one, await fleetExample(one.pattern)));
  return [
    INTRODUCTION,
    table(['Pattern', 'In one line', 'Severity', 'Weight', 'Published'], overview),
    ABOUT_FINDINGS,
    ...sections.map((text) => `${text}\n`),
  ].join('\n');
}
