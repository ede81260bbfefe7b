import { join } from 'node:path';
import type { Finding } from '@spanwise/schemas';
import type { PatternDescription } from '../../packages/detectors/src/detector/pattern.ts';
import type { Setting } from '../../packages/detectors/src/detector/setting.ts';
import { BLIND_WITHOUT } from '../../packages/detectors/src/judge/run-record.ts';
import { PATTERN_WEIGHTS } from '../../packages/detectors/src/judge/verdict-priors.ts';
import type { DetectorCase } from '../../packages/detectors/src/run/detector-cases.ts';
import { caseFindings, caseSettings } from '../../packages/detectors/src/run/judged-cases.ts';
import { patternDescriptions, runDetectors } from '../../packages/detectors/src/run/registry.ts';
import { table } from './markdown.ts';

const CASES = join(import.meta.dirname, '../../packages/detectors/src/run');

const INTRODUCTION = `# Failure patterns

<!-- Written by docs/src/generate.ts from the patterns' own descriptions and cases; change those. -->

What Spanwise finds in a run, what each finding claims, and what it does not. Each section is the description at the top of
\`packages/detectors/src/run/<pattern>.ts\`; its example is what that detector really finds in the case of
\`<pattern>.cases.ts\` that is quoted above it. The cases beside it are hits, near misses, late and unordered spans.
`;

const ABOUT_FINDINGS = `*Weight* is what a finding of severity high adds to the [verdict](verdict.md). *Published* names the corresponding categories of two taxonomies
of agent failures, [MAST](https://arxiv.org/abs/2503.13657) and [TRAIL](https://arxiv.org/abs/2505.08638).

## What every finding says
- **Where it happened** (\`span_id\`) and **where it began** (\`root_cause_span_id\`): often the inference that asked for the call.
- Severity, confidence from 0 to 1, one sentence for a person (\`summary\`), and typed \`evidence\` as JSON: \`type\`, \`expected\`, \`seen\`,
  \`numbers\`, \`spans\` (at most 32).
- Agent, tool, release, environment, session, step. They are revised when the run comes to know them better.

Its id is a function of tenant, trace, pattern and place, so the same spans give the same findings. A finding can be revised, and withdrawn when
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
([an example](examples/detectors.yaml), [configuration](configuration.md)); \`detect\` takes over changes while it runs. A default that is a regular
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

/** The example case of a pattern, and what its detector finds in it. */
async function exampleOf(pattern: string): Promise<{ example: DetectorCase; finding: Finding }> {
  const file = join(CASES, `${pattern.replaceAll('_', '-')}.cases.ts`);
  const { cases } = (await import(file)) as { cases: readonly DetectorCase[] };
  const example = cases.find((one) => one.example);
  const detector = runDetectors(caseSettings).find((one) => one.pattern === pattern);
  const [finding] = example && detector ? caseFindings(detector, example) : [];
  if (!example || !finding) throw new Error(`${file} has no example in which ${pattern} finds anything`);
  return { example, finding };
}

async function exampleIn(pattern: string): Promise<string> {
  const { example, finding } = await exampleOf(pattern);
  const spanAt = (spanId: string): string => {
    const at = example.run.findIndex((span) => span.spanId === spanId);
    return `\`${example.run[at]?.name ?? ''}\` (span ${at + 1} of ${example.run.length})`;
  };
  const { spans: _, ...evidence } = JSON.parse(finding.evidence) as Record<string, unknown>;
  return `**Example**: *${example.name}*

> ${finding.summary.replaceAll('\n', ' ')}

${capital(finding.severity)}, confidence ${finding.confidence}, happened at ${spanAt(finding.spanId)}, began at ${spanAt(finding.rootCauseSpanId)}.

\`\`\`json
${JSON.stringify(evidence, undefined, 2)}
\`\`\`
`;
}

async function section(description: PatternDescription): Promise<string> {
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
    await exampleIn(pattern),
  ]
    .filter((part) => part !== '')
    .map((part) => part.trimEnd())
    .join('\n\n');
}

export async function patternsPage(): Promise<string> {
  const overview = patternDescriptions.map(({ pattern, inShort, severity, published }) => [
    `[\`${pattern}\`](#${pattern})`,
    inShort,
    Object.keys(severity).join(', '),
    String(PATTERN_WEIGHTS[pattern] ?? ''),
    published.join('; ') || '–',
  ]);
  const sections: string[] = [];
  for (const description of patternDescriptions) sections.push(await section(description));
  return [
    INTRODUCTION,
    table(['Pattern', 'In one line', 'Severity', 'Weight', 'Published'], overview),
    ABOUT_FINDINGS,
    ...sections.map((text) => `${text}\n`),
  ].join('\n');
}
