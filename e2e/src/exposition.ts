export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

const HELP = /^# HELP ([a-zA-Z_:][\w:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[+-]?[0-9.]+(?:e[+-]?\d+)?)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/**
 * Metric families of a page in Prometheus' text format, by name.
 *
 * @throws Error at a line that the format does not allow, a sample before its TYPE, or a family told twice.
 */
export function readExposition(page: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let help: RegExpExecArray | null = null;
  let open: [name: string, family: Family] | undefined;
  for (const line of page.split('\n').filter((each) => each !== '')) {
    const [isHelp, isType, isSample] = [HELP.exec(line), TYPE.exec(line), SAMPLE.exec(line)];
    if (isHelp) help = isHelp;
    else if (isType) {
      const [, name = '', type = ''] = isType;
      if (families.has(name) || help?.[1] !== name) throw new Error(`told twice, or without HELP: ${line}`);
      open = [name, { type, help: help[2] as string, samples: [] }];
      families.set(...open);
    } else if (isSample) {
      const [, name = '', labels = '', value = ''] = isSample;
      if (!open || !belongs(name, ...open)) throw new Error(`not of the family before it: ${line}`);
      open[1].samples.push({ name, labels: readLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
    } else throw new Error(`neither comment nor sample: ${line}`);
  }
  return families;
}

function belongs(sample: string, name: string, { type }: Family): boolean {
  const suffixes =
    type === 'histogram' ? ['_bucket', '_sum', '_count'] : type === 'summary' ? ['', '_sum', '_count'] : [''];
  return suffixes.some((suffix) => sample === name + suffix);
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    const found = LABEL.exec(text);
    if (!found) throw new Error(`no label: ${text.slice(at)}`);
    const [, name = '', value = ''] = found;
    if (name in labels) throw new Error(`two values of ${name}: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

/** The samples of a histogram by their labels without `le`: upper bounds with counts in order, sum and count. */
export function histogramsOf(name: string, { samples }: Family) {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...rest } }) => JSON.stringify(rest));
  return [...series.values()].map((own) => ({
    buckets: own
      .filter((sample) => sample.name === `${name}_bucket`)
      .map(({ labels, value }) => ({ le: Number(labels.le?.replace('Inf', 'Infinity')), count: value })),
    sum: own.find((sample) => sample.name === `${name}_sum`)?.value,
    count: own.find((sample) => sample.name === `${name}_count`)?.value,
  }));
}
