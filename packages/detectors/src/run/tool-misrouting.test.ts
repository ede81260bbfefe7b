import type { Finding, Span } from '@spanwise/schemas';
import { trace } from '@spanwise/testkit/spans';
import { describe, expect, test } from 'vitest';
import { RunJudge } from '../judge/run-judge.ts';
import { LearnedNormals } from '../normals/learned-normals.ts';
import { MemorySlots } from '../slots.ts';
import { describeCases } from './detector-cases.ts';
import { standingFindings } from './judged-cases.ts';
import { cases } from './tool-misrouting.cases.ts';
import { toolMisrouting } from './tool-misrouting.ts';

describeCases('tool_misrouting', toolMisrouting, cases);

describe('a declared schema', () => {
  const schema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
  const detector = toolMisrouting({ schemas: { get_order: schema } });
  const asked = (args: unknown, tools?: { name: string; parameters?: unknown }[]) =>
    trace()
      .llm({ calls: [{ name: 'get_order', arguments: args, id: 'c1' }], ...(tools ? { tools } : {}) })
      .tool('get_order', args, { callId: 'c1', result: { total: 1 } })
      .end();

  test('speaks where no offer was captured', () => {
    expect(standingFindings([detector], asked({ number: 7 }))).toMatchObject([
      {
        summary: expect.stringContaining(
          "called get_order with arguments that break its schema: must have required property 'id'",
        ),
      },
    ]);
    expect(standingFindings([detector], asked({ id: 'A-7' }))).toEqual([]);
    expect(standingFindings([toolMisrouting()], asked({ number: 7 }))).toEqual([]);
  });

  test('goes before that of the offer', () => {
    const lax = [{ name: 'get_order', parameters: { type: 'object' } }];
    expect(standingFindings([detector], asked({ number: 7 }, lax))).toHaveLength(1);
  });
});

describe('what runs teach of their agents’ tools', () => {
  const normals = () => new LearnedNormals(new MemorySlots());

  /** Lets runs happen one after the other, each judged by what the ones before it have taught; the findings of each. */
  function play(known: LearnedNormals, runs: readonly (readonly Span[])[]): Finding[][] {
    const judge = new RunJudge({ detectors: [toolMisrouting()] });
    return runs.map((run, i) => {
      const slots = new MemorySlots();
      const outputs = run.map((span) => judge.onSpan(slots, span, i, known));
      outputs.push(judge.onEnd(slots, 'closed', i, known));
      for (const { run, observations } of outputs) if (run) known.learn(run.tenant, observations, i);
      const standing = new Map(outputs.flatMap(({ findings }) => findings.map((found) => [found.findingId, found])));
      return [...standing.values()].filter(({ withdrawn }) => !withdrawn);
    });
  }

  let seed = 0;
  const run = (agent: string, tool: string, { offered = [] as string[], release = '1.0' } = {}) =>
    trace({ seed: `${seed++}`, agent, release })
      .llm({
        calls: [{ name: tool, arguments: { plate: 'GR-17-KX' }, id: 'c1' }],
        ...(offered.length > 0 && { tools: offered.map((name) => ({ name })) }),
        span: { release },
      })
      .tool(tool, { plate: 'GR-17-KX' }, { callId: 'c1', result: { spot: 'B-12' } })
      .end();
  const runs = (count: number, ...args: Parameters<typeof run>) => Array.from({ length: count }, () => run(...args));
  const own = { offered: ['carry_bags'] };
  const both = { offered: ['carry_bags', 'park_car'] };

  test('a tool that only another agent calls is found from the thirty-first run of both on', () => {
    const known = normals();
    play(known, [...runs(30, 'valet', 'park_car'), ...runs(29, 'porter', 'carry_bags', own)]);
    expect(play(known, [run('porter', 'park_car', both)])).toEqual([[]]);
    const more = normals();
    play(more, [...runs(30, 'valet', 'park_car'), ...runs(30, 'porter', 'carry_bags', own)]);
    const [[found]] = play(more, [run('porter', 'park_car', both)]) as [[Finding]];
    expect(found).toMatchObject({
      severity: 'medium',
      summary: 'porter called park_car, a tool of valet that none of its 30 known runs had',
    });
    expect(JSON.parse(found.evidence).numbers).toEqual({ runs: 30, calling: 0, ownerRuns: 30, ownerCalling: 30 });
  });

  test('an agent that comes to have a tool without a new release is found some times, and then no more', () => {
    const known = normals();
    play(known, [...runs(60, 'valet', 'park_car'), ...runs(400, 'porter', 'carry_bags', own)]);
    const found = play(known, runs(6, 'porter', 'park_car', both)).map(({ length }) => length);
    expect(found).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test('where it is not seen what runs are offered, one that called it is enough', () => {
    const known = normals();
    play(known, [...runs(60, 'valet', 'park_car'), ...runs(240, 'porter', 'carry_bags')]);
    const found = play(known, runs(2, 'porter', 'park_car'));
    expect(found.map((each) => each.map(({ severity }) => severity))).toEqual([['low'], []]);
  });

  test('a release is not judged by the runs of another, until some of it are known', () => {
    const known = normals();
    const next = { release: '1.1' };
    play(known, [...runs(60, 'valet', 'park_car'), ...runs(60, 'porter', 'carry_bags', own)]);
    play(known, runs(4, 'porter', 'carry_bags', { ...own, ...next }));
    expect(play(known, [run('porter', 'park_car', { ...both, ...next })])[0]).toEqual([]);
  });

  test('a tool that was not offered teaches nothing of what the agent has', () => {
    const known = normals();
    play(known, runs(1, 'porter', 'park_car', own));
    expect(known.tools('default', 'porter')).toBeUndefined();
    play(known, runs(1, 'porter', 'carry_bags', own));
    expect(known.tools('default', 'porter')).toMatchObject({ runs: 1, tools: [['carry_bags', 1, 1]] });
    expect(known.toolUsers('default', 'carry_bags')).toEqual([{ agent: 'porter', runs: 1, calling: 1 }]);
    expect(known.toolUsers('other', 'carry_bags')).toEqual([]);
  });
});
