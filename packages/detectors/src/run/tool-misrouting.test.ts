import { trace } from '@spanwise/testkit/spans';
import { describe, expect, test } from 'vitest';
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
