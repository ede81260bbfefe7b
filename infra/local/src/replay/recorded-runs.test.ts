import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOtlpFile } from '@spanwise/otlp-file';
import { describeWithSharedData } from '@spanwise/testkit';
import { expect, test } from 'vitest';
import { readLabels } from './labels.ts';
import { RecordedFile } from './recorded-file.ts';

async function readWhole(file: string): Promise<RecordedFile> {
  const recorded = new RecordedFile(file);
  for await (const part of readOtlpFile(file)) {
    if ('problem' in part) recorded.problems.push(part.problem);
    else recorded.note(part.spans);
  }
  return recorded;
}

describeWithSharedData('recorded runs', (dataDir) => {
  test('every labelled run is read whole: as many spans as its label says', async () => {
    const files = await Promise.all(globSync(join(dataDir, 'agent-runs/*.gz')).map(readWhole));
    expect(files.flatMap(({ problems }) => problems)).toEqual([]);
    const labels = readFileSync(join(dataDir, 'agent-runs/labels.jsonl'), 'utf8').trim().split('\n');
    expect(await readLabels(join(dataDir, 'agent-runs/labels.jsonl'))).toHaveLength(labels.length);
    for (const { trace_id: traceId, n_spans: spanCount } of labels.map((line) => JSON.parse(line))) {
      expect(files.flatMap(({ spans }) => spans.get(traceId)?.size ?? [])).toEqual([spanCount]);
    }
  });

  test('all files of the protocol’s, the agents’ and the frameworks’ recordings are read without a problem', async () => {
    const found = globSync(['frameworks/*/*.jsonl', 'agent-prism/*/*', 'opentelemetry-proto/trace.*'], {
      cwd: join(dataDir, 'otlp'),
    });
    expect(found.length).toBeGreaterThan(0);
    for (const file of found) {
      const { problems, spansRead } = await readWhole(join(dataDir, 'otlp', file));
      expect({ file, problems }).toEqual({ file, problems: [] });
      expect(spansRead).toBeGreaterThan(0);
    }
  });

  test.each(['logs', 'metrics', 'events'])('a recording of %s is reported as no traces', async (signal) => {
    for (const form of ['json', 'pb']) {
      const { problems, spansRead } = await readWhole(join(dataDir, `otlp/opentelemetry-proto/${signal}.${form}`));
      expect(problems).toHaveLength(1);
      expect(spansRead).toBe(0);
    }
  });
});
