import { readFileSync } from 'node:fs';
import { RunJudge } from '@spanwise/detectors';
import { describe, expect, test } from 'vitest';
import { parseSettings } from './parse-settings.ts';
import { patternFields } from './pattern-fields.ts';
import { detectorsOf, noSettings } from './settings.ts';

const refused = (text: string) => () => parseSettings(text, 'agents.yaml');

describe('settings of detectors', () => {
  const example = readFileSync(new URL('../../../docs/examples/detectors.yaml', import.meta.url), 'utf8');

  test('are read from YAML as the documented example has them', () => {
    const settings = parseSettings(example, 'detectors.yaml');
    expect(settings.contracts).toMatchObject([{ from: 'triage-agent', to: 'refunds-agent' }]);
    expect(Object.keys(settings.toolSchemas)).toEqual(['refund_order']);
    expect(settings.criticalKeys).toEqual({ 'refunds-agent': ['order_id', 'refund_limit'] });
    expect(settings.patterns.retry_storm).toEqual({ failures: 4, windowMs: 60_000 });
    expect(settings.patterns.ungrounded_argument?.ownChoice).toEqual(/^(?:limit|page)$/i);
    expect(settings.agents['market-study']?.no_progress_loop).toEqual({ repeats: 12 });
    expect(() => new RunJudge({ detectors: detectorsOf(settings) })).not.toThrow();
  });

  test('are read from JSON', () => {
    expect(parseSettings('{"criticalKeys": ["consent"]}', 'x')).toEqual({ ...noSettings, criticalKeys: ['consent'] });
  });

  test.each(['', '# nothing yet\n', '{}'])('may be none: %j', (text) => {
    expect(parseSettings(text, 'x')).toEqual(noSettings);
  });

  test('know every pattern', () => {
    const patterns = detectorsOf(noSettings).map(({ pattern }) => pattern);
    expect(Object.keys(patternFields).sort()).toEqual(patterns.sort());
  });
});

describe('what is wrong is named', () => {
  test.each([
    ['YAML that is none', 'contracts: [', /agents\.yaml holds no settings.*\n.*at line 1, column 13/],
    ['a list', '- a', /the file: Invalid input: expected object, received array/],
    ['an unknown section', 'contract: []', /the file: Unrecognized key: "contract"/],
    ['an unknown pattern', 'patterns: {retry_strom: {}}', /patterns: Unrecognized key: "retry_strom"/],
    [
      'an unknown setting',
      'patterns: {retry_storm: {failure: 2}}',
      /patterns\.retry_storm: Unrecognized key: "failure"/,
    ],
    ['a word for a number', 'patterns: {retry_storm: {failures: many}}', /retry_storm\.failures: .*expected number/],
    [
      'a share above one',
      'agents: {a: {reasoning_drift: {keptShare: 2}}}',
      /agents\.a\.reasoning_drift\.keptShare: Too big/,
    ],
    ['a broken pattern', 'patterns: {tool_misrouting: {unlisted: "("}}', /unlisted: .*Unterminated group/],
    ['what is declared for all', 'patterns: {context_decay: {criticalKeys: [a]}}', /Unrecognized key: "criticalKeys"/],
    ['a contract without receiver', 'contracts: [{schema: {required: [a]}}]', /contracts\.0\.to: /],
    [
      'a contract without fields',
      'contracts: [{to: a, schema: {type: object}}]',
      /contract for handoffs to "a" declares no field/,
    ],
    ['a schema that is none', 'toolSchemas: {refund: {type: thing}}', /toolSchemas\.refund: .*type/],
    ['a schema that is text', 'toolSchemas: {refund: "x"}', /toolSchemas\.refund: a JSON Schema is an object/],
    ['keys that are none', 'criticalKeys: {a: order_id}', /criticalKeys: expected keys, or keys by agent/],
  ])('%s', (_what, text, message) => expect(refused(text)).toThrow(message));

  test('all at once', () => {
    const wrong = 'contracts: [{schema: {}}]\npatterns: {clock_skew: {notableMs: x}}\nmore: 1\n';
    expect(refused(wrong)).toThrow(/contracts\.0\.to.*notableMs.*"more"/s);
  });

  test('a small file that would become a huge one', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    expect(refused(`l0: &l0 [a]\n${levels.join('\n')}`)).toThrow(/alias/);
  });
});
