import { describe, expect, it } from 'vitest';
import { ofAttributes } from './spans.fixture.ts';

const tool = (name: string, args: unknown = {}, more: Record<string, unknown> = {}) => ({
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': name,
  'gen_ai.tool.call.arguments': JSON.stringify(args),
  ...more,
});

describe('a handover is recognised', () => {
  it.each([
    [
      'by the name of a tool',
      tool('transfer_to_refunds_agent', { amount: 3 }, { 'gen_ai.agent.name': 'triage-agent' }),
      'span',
      'triage_agent',
      'refunds_agent',
    ],
    [
      'by the argument of ADK’s one tool',
      tool('transfer_to_agent', { agent_name: 'refunds-agent' }),
      'span',
      '',
      'refunds_agent',
    ],
    [
      'by the coworker of CrewAI’s tool',
      tool('Delegate work to coworker', { task: 't', coworker: 'Refunds Agent' }),
      'span',
      '',
      'refunds_agent',
    ],
    [
      'by the command in a LangGraph tool’s result',
      tool(
        'transfer_to_refunds',
        {},
        { 'gen_ai.tool.call.result': '{"graph":"__parent__","update":{"messages":[]},"goto":"refunds-agent"}' },
      ),
      'span',
      '',
      'refunds_agent',
    ],
    [
      'by the entity of OpenLLMetry’s tool span',
      { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'transfer_to_refunds' },
      'transfer_to_refunds.tool',
      '',
      'refunds',
    ],
    [
      'by attributes',
      {
        'gen_ai.operation.name': 'handoff',
        'gen_ai.agent.handoff.source.name': 'A',
        'gen_ai.agent.handoff.target.name': 'B',
      },
      'span',
      'a',
      'b',
    ],
    [
      'by input and output of OpenAI Agents',
      { 'openinference.span.kind': 'TOOL', 'input.value': 'triage-agent', 'output.value': 'refunds-agent' },
      'handoff to refunds-agent',
      'triage_agent',
      'refunds_agent',
    ],
    ['by the name of the span alone', {}, 'Handoff: triage -> refunds agent', 'triage', 'refunds_agent'],
  ])('%s', (_, attributes, name, handoffFrom, handoffTo) => {
    expect(ofAttributes(attributes, name)).toMatchObject({ kind: 'handoff', handoffFrom, handoffTo });
  });
});

it('the tool’s payload stays, to be judged', () => {
  expect(ofAttributes(tool('transfer_to_refunds_agent', { amount: 3 }))).toMatchObject({
    tool: 'transfer_to_refunds_agent',
    toolArguments: '{"amount":3}',
    toolArgumentsDigest: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

it('two names are no payload', () => {
  const attributes = { 'openinference.span.kind': 'TOOL', 'input.value': 'a', 'output.value': 'b' };
  expect(ofAttributes(attributes, 'handoff to b')).toMatchObject({ tool: '', toolArguments: '', toolResult: '' });
});

it('people are no agents', () => {
  expect(ofAttributes(tool('transfer_to_human_agents', { summary: 's' }))).toMatchObject({
    kind: 'tool',
    handoffTo: '',
  });
});

it('a LangGraph goto is a step that names where control goes', () => {
  const attributes = {
    'gen_ai.operation.name': 'goto',
    'langgraph.command.source_node': 'tools',
    'langgraph.command.goto_node': 'refunds-agent',
  };
  expect(ofAttributes(attributes)).toMatchObject({ kind: 'step', handoffFrom: '', handoffTo: 'refunds_agent' });
});

it('an agent of OpenAI Agents names the one before it', () => {
  const attributes = {
    'openinference.span.kind': 'AGENT',
    'graph.node.id': 'refunds-agent',
    'graph.node.parent_id': 'triage-agent',
  };
  expect(ofAttributes(attributes)).toMatchObject({
    kind: 'agent',
    agent: 'refunds-agent',
    handoffFrom: 'triage_agent',
    handoffTo: '',
  });
});

it('a handover tool that OpenLLMetry names keeps its name', () => {
  const named = { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'transfer_to_refunds' };
  expect(ofAttributes(named, 'transfer_to_refunds.tool')).toMatchObject({
    kind: 'handoff',
    tool: 'transfer_to_refunds',
  });
  const span = { 'openinference.span.kind': 'TOOL', 'input.value': 'triage', 'output.value': 'refunds' };
  expect(ofAttributes(span, 'handoff to refunds')).toMatchObject({ kind: 'handoff', tool: '' });
});
