import { describe, expect, it } from 'vitest';
import { agentKey } from './agent-name.ts';
import { handoffTool } from './handoff-tool.ts';

describe('the name of a tool hands over to another agent', () => {
  it.each([
    ['transfer_to_refunds_agent', 'refunds_agent'],
    ['transfer_to_research_expert', 'research_expert'],
    ['transfer_back_to_supervisor', 'supervisor'],
    ['transferToRefundsAgent', 'refunds_agent'],
    ['handoff_to_billing', 'billing'],
    ['hand-off-to-billing-agent', 'billing_agent'],
    ['delegate_to_refunds_agent', 'refunds_agent'],
    ['route_to_billing_agent', 'billing_agent'],
    ['transfer_to_agent', ''],
    ['handoff_to_agent', ''],
    ['Delegate work to coworker', ''],
    ['Ask question to coworker', ''],
  ])('%s → %j', (tool, target) => expect(handoffTool(tool)).toEqual({ target }));

  it.each([
    'transfer_to_human_agents',
    'escalate_to_human',
    'transfer_to_live_agent',
    'transfer_to_account',
    'transfer_to_savings',
    'route_to_queue',
    'forward_to_email',
    'switch_to_5g',
    'send_to_agent_inbox',
    'transfer_money',
    'get_order',
    'call_agent_api',
  ])('%s does not: it is an ordinary call', (tool) => expect(handoffTool(tool)).toBeNull());
});

it.each([
  ['refunds-agent', 'refunds_agent'],
  ['Refunds Agent', 'refunds_agent'],
  ['RefundsAgent', 'refunds_agent'],
  ['  x  ', 'x'],
  ['日本 agent', '日本_agent'],
])('agents are compared by one form of their names: %s', (name, key) => expect(agentKey(name)).toBe(key));
