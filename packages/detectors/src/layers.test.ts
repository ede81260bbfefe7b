import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** From the bottom: a folder imports only from folders before it, tests aside. */
const LAYERS = [
  '.',
  'statistics',
  'reading',
  'detector',
  'relations',
  'normals',
  'repetition',
  'run',
  'run-model',
  'signals',
  'paths',
  'judge',
  'session',
  'fleet/incident',
  'fleet',
];
/** Folders that stand side by side: the patterns see a run only as `RunView`, and whoever judges names no pattern. */
const APART: Record<string, readonly string[]> = {
  run: ['normals', 'run-model', 'judge', 'session'],
  'run-model': ['run'],
  signals: ['normals', 'run', 'run-model'],
  judge: ['run'],
};

const src = import.meta.dirname;

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts' && !file.endsWith('-cases.ts'),
);

const importsOf = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) =>
    relative(src, join(src, dirname(file), path)),
  );

test.each(files)('%s imports only from layers below its own', (file) => {
  const layer = dirname(file);
  expect(LAYERS).toContain(layer);
  for (const imported of importsOf(file)) {
    const other = dirname(imported);
    expect(LAYERS.indexOf(other), `${imported} lies above ${layer}`).toBeLessThanOrEqual(LAYERS.indexOf(layer));
    expect(APART[layer] ?? [], `${imported} must not be known to ${layer}`).not.toContain(other);
  }
});
