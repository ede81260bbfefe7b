import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startCollector } from './collector.fixture.ts';
import { readCommandLine, UsageError } from './command-line.ts';

const main = new URL('./main.ts', import.meta.url).pathname;

async function run(args: readonly string[], onLine?: (kill: () => void) => void) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { out: '', error: '' };
  let isKilled = false;
  child.stdout.on('data', (data) => {
    told.out += data;
    // a second signal would end it at once
    if (!isKilled) onLine?.(() => child.kill('SIGTERM'));
    isKilled = true;
  });
  child.stderr.on('data', (data) => {
    told.error += data;
  });
  const [code] = await once(child, 'close');
  return { code, ...told };
}

describe('the command', () => {
  test('explains itself', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of ['--rate', '--truth', 'context_truncation', 'openllmetry', 'SPANWISE_SIMULATE_API_KEY']) {
      expect(out).toContain(word);
    }
  });

  test('tells its totals as JSON lines and ends by itself', async () => {
    await using collector = await startCollector();
    const { code, out } = await run(['--endpoint', collector.endpoint, '--for', '10s', '--fast']);
    expect(code).toBe(0);
    const totals = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
    expect(totals.spansSent).toBe(new Set(collector.spans.map((span) => span.spanId)).size);
    expect(totals).toMatchObject({ sessions: expect.any(Number), injected: expect.any(Object) });
  });

  test('ends in order on SIGTERM', async () => {
    await using collector = await startCollector();
    const { code, out, error } = await run(['--endpoint', collector.endpoint], (kill) => kill());
    expect([code, error]).toEqual([0, '']);
    const totals = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
    expect(totals.spansSent).toBe(new Set(collector.spans.map((span) => span.spanId)).size);
  });

  test('says in one line what went wrong', async () => {
    await using collector = await startCollector(() => ({ status: 404 }));
    const { code, error } = await run(['--endpoint', collector.endpoint, '--for', '10s', '--fast']);
    expect(code).toBe(1);
    expect(error).toMatch(/^http\S+ refused spans with status 404 *\n$/);
  });
});

describe('the command line', () => {
  test('has defaults', () => {
    expect(readCommandLine([])).toEqual({
      help: false,
      to: 'otlp',
      endpoint: 'http://127.0.0.1:4318',
      spansPerSecond: 400,
      isFast: false,
      mix: {},
    });
  });

  test('is read into options', () => {
    const args =
      '--rate 50 --seed 7 --for 1.5m --truth t --fault-share 0.1 --negative-share 0 --faults a,b --conventions c --strengths 0.2-.8';
    expect(readCommandLine(args.split(' '))).toMatchObject({
      ...{ spansPerSecond: 50, durationMs: 90_000, truthFile: 't' },
      mix: {
        seed: 7,
        faultShare: 0.1,
        negativeShare: 0,
        faults: ['a', 'b'],
        conventions: ['c'],
        strengths: [0.2, 0.8],
      },
    });
  });

  test('leaves the pace of simulated time to the mix', () => {
    expect(readCommandLine(['--fast', '--for', '14d'])).not.toHaveProperty('spansPerSecond');
    expect(readCommandLine(['--fast', '--for', '14d', '--rate', '2'])).toMatchObject({ spansPerSecond: 2 });
  });

  test.each([
    [['--to', 'mars'], "--to takes otlp, spans, otlp_spans, got 'mars'"],
    [['--strengths', '1'], '--strengths takes two numbers such as 0.2-0.8'],
    [['--rate', '0'], "--rate takes a number above 0, got '0'"],
    [['--rate', 'many'], '--rate takes a number above 0'],
    [['--seed', ''], '--seed takes a number'],
    [['--for', 'ever'], "--for takes a duration such as 60s, got 'ever'"],
    [['--fast'], '--fast needs --for'],
    [['--endpoint', 'nowhere'], '--endpoint takes a URL'],
    [['--loud'], 'see --help'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
    expect(() => readCommandLine(args)).toThrow(message);
  });
});
