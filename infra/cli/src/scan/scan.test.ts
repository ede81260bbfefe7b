import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseScanCommand } from './command-line.ts';
import { arrivedSpans, jsonLines, scratchFolder } from './simulated-runs.fixture.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

function spanwise(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('npm run spanwise -- scan', () => {
  const lines = jsonLines(arrivedSpans(7, 12));

  test('tells findings and verdicts to a person, and passes without a gate', () => {
    using folder = scratchFolder();
    writeFileSync(folder.file('runs.jsonl'), lines);
    const { status, stdout } = spanwise('scan', folder.file('runs.jsonl'));
    expect(stdout).toMatch(/── conv-\w+ ─ (?:suspect|failed|abandoned), probability of failure \d\.\d\d ─ /);
    expect(stdout).toMatch(/ {2}(?:high|medium) +\w+: .+\n {11}\S.+, span \w{16} of trace \w{32}/);
    expect(stdout).toMatch(/\d+ spans in 1 files: \d+ runs, \d+ sessions \(/);
    expect(status).toBe(0);
  });

  test('fails a gate, and says so as JSON and JUnit', () => {
    using folder = scratchFolder();
    writeFileSync(folder.file('runs.jsonl'), lines);
    const junit = folder.file('junit.xml');
    const { status, stdout } = spanwise('scan', folder.file('.'), '--fail-on', 'high', '--json', '--junit', junit);
    expect(status).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: false, failOn: 'high', problems: [] });
    expect(report.failing).toBeGreaterThan(0);
    const failing = report.sessions.filter((session: { failing: boolean }) => session.failing);
    expect(failing).toHaveLength(report.failing);
    const xml = readFileSync(junit, 'utf8');
    expect(xml.match(/<testcase /g)).toHaveLength(report.sessions.length);
    expect(xml.match(/<failure /g)).toHaveLength(report.failing);
    expect(xml).toContain(`tests="${report.sessions.length}" failures="${report.failing}" errors="0"`);
  });

  test('says what it could not read, and that the report is not of everything', () => {
    using folder = scratchFolder();
    writeFileSync(folder.file('cut.json'), '{"resourceSpans": [');
    const { status, stdout } = spanwise('scan', folder.file('cut.json'), '--fail-on', 'critical');
    expect(stdout).toMatch(/Not everything could be read:\n.*cut\.json: the file: no JSON/);
    expect(status).toBe(2);
  });

  test.each([
    ['a file that is not there', ['scan', 'none.json'], 'There is no file none.json.'],
    ['no file', ['scan'], 'Name at least one file or folder'],
    ['another command', ['scam'], 'There is no command scam'],
  ])('refuses %s in one sentence', (_what, args, sentence) => {
    const { status, stderr } = spanwise(...args);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  test('judges by the settings it is given, and refuses those that are none', () => {
    using folder = scratchFolder();
    writeFileSync(folder.file('runs.jsonl'), lines);
    const settings = folder.file('detectors.yaml');
    const scanned = () => spanwise('scan', folder.file('runs.jsonl'), '--json', '--settings', settings);
    const countIn = ({ stdout }: { stdout: string }) => JSON.parse(stdout).patterns.recovery ?? 0;
    writeFileSync(settings, '{}');
    const before = countIn(scanned());
    const unmet = { type: 'object', required: ['no_tool_takes_this'] };
    const tools = JSON.parse(scanned().stdout).sessions.flatMap(({ findings }: { findings: { tool: string }[] }) =>
      findings.flatMap(({ tool }) => (tool === '' ? [] : [[tool, unmet]])),
    );
    writeFileSync(settings, JSON.stringify({ toolSchemas: Object.fromEntries(tools) }));
    const strict = scanned();
    expect(countIn(strict)).toBe(before);
    expect(JSON.parse(strict.stdout).patterns.tool_misrouting).toBeGreaterThan(5);

    writeFileSync(settings, 'patterns: {retry_strom: {}}');
    const refused = scanned();
    expect(refused.stderr).toContain('Unrecognized key: "retry_strom"');
    expect(refused.status).toBe(2);
  });

  test('explains itself', () => {
    expect(spanwise().stdout).toContain('scan FILE');
    expect(spanwise('scan', '--help').stdout).toContain('--junit FILE');
  });
});

test.each([
  [['a', '--fail-on', 'warning'], "--fail-on takes one of info, low, medium, high, critical, not 'warning'."],
  [['a', '--tea'], "Unknown option '--tea'"],
])('the command line refuses %j', (args, message) => {
  expect(() => parseScanCommand(args)).toThrow(message);
});
