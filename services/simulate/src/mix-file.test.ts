import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateRuns, SessionSource } from './generate.ts';
import { readMix } from './mix-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mix-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const file = join(folder, 'mix.yaml');
  writeFileSync(file, text);
  return file;
}

describe('a mix file', () => {
  test('says what a fleet is made of, and the preset says the rest', () => {
    const mix = readMix(written('faults: {retry_storm: 3, recovery: 1}\nfaultShare: 1\nnegativeShare: 0\nseed: 5'));
    const runs = [...generateRuns({ seed: 1, ...mix, count: 200 })];
    const injected = runs.flatMap(({ truths }) =>
      truths.flatMap((truth) => (truth.type === 'fault' && truth.primary ? [truth.pattern] : [])),
    );
    const storms = injected.filter((pattern) => pattern === 'retry_storm').length;
    expect(new Set(injected)).toEqual(new Set(['retry_storm', 'recovery']));
    expect(storms / injected.length).toBeGreaterThan(0.6);
  });

  test('as it stands in the documentation is one', () => {
    const mix = readMix(fileURLToPath(new URL('../../../docs/examples/fleet.yaml', import.meta.url)));
    expect(new SessionSource({ seed: 1, ...mix }).session(0, 0).length).toBeGreaterThan(0);
  });

  test.each([
    ['an unknown key', 'boredom: 1', 'Unrecognized key: "boredom"'],
    ['a share above 1', 'lateShare: 2', 'lateShare: '],
    ['strengths that are one number', 'strengths: 0.5', 'strengths: '],
    ['a choice that is none', 'faults: recovery', 'faults: expected a list of names, or weights by name'],
    ['what is no YAML', 'faults: [', 'does not say what a fleet is made of'],
  ])('with %s is refused', (_, text, message) => {
    const file = written(text);
    expect(() => readMix(file)).toThrow(message);
    expect(() => readMix(file)).toThrow(file);
  });

  test('that is not there is named', () => {
    expect(() => readMix(join(folder, 'none.yaml'))).toThrow('it cannot be read');
  });
});
