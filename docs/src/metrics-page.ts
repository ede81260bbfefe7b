import { type Metric, Registry } from 'prom-client';
import { table } from './markdown.ts';
import { metricsOf } from './services.ts';

const INTRODUCTION = `# Metrics

<!-- Written by docs/src/generate.ts from the services' own declarations; change those. -->

Each service serves \`/metrics\` in Prometheus' text format on its metrics port, beside \`/healthz\` (the process lives) and
\`/readyz\` (200, or 503 with the component that is not well). Node's own metrics (\`process_…\`, \`nodejs_…\`) are there too.

Labels are bounded: \`agent\`, \`release\`, \`tool\` and \`tenant\` keep the first values that a process sees, up to a limit, and count later
ones as \`other\`; an empty value is \`none\`. \`partition\` has as many values as the topic; all other labels come from closed lists.
What \`detect\` and \`correlate\` count moves only after the transaction that it belongs to has been committed.
`;

// prom-client has these on every metric and leaves them out of its types
type Declared = Metric & { name: string; help: string; labelNames: readonly string[] };

// prom-client's classes; a histogram's series are name_bucket, name_sum and name_count
const typeOf = (metric: Metric): string => metric.constructor.name.toLowerCase();

function rowsOf(register: (registry: Registry) => void): string[][] {
  const registry = new Registry();
  register(registry);
  const metrics = registry.getMetricsAsArray() as unknown as Declared[];
  return metrics.map((metric) => [
    `\`${metric.name}\``,
    typeOf(metric),
    metric.labelNames.map((label) => `\`${label}\``).join(', '),
    metric.help,
  ]);
}

export function metricsPage(): string {
  const sections = Object.entries(metricsOf).map(
    ([service, register]) => `## ${service}\n\n${table(['Metric', 'Type', 'Labels', 'Meaning'], rowsOf(register))}`,
  );
  return [INTRODUCTION, ...sections].join('\n');
}
