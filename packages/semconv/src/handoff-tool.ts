import { agentKey } from './agent-name.ts';

/** What a tool's name says about a handover. */
export interface HandoffTool {
  /** Agent key of the target; empty where only the arguments name it */
  target: string;
}

// Verbs that frameworks use for handing the conversation or a task to another agent
const SURE = /^(?:transfer|handoff|hand_off|handover|hand_over|delegate|delegate_work|ask_question)(?:_back)?_to_(.+)$/;
// Verbs that ordinary tools use as well: the target has to be called an agent
const UNSURE = /^(?:route|switch|forward|escalate|send|pass|call|ask|consult|assign|redirect)(?:_task)?(?:_to)?_(.+)$/;
// Tools that are nothing but a handover: LlamaIndex's has the target among its arguments
const BARE = /^(?:handoff|hand_off|handover|hand_over)$/;
const AGENT = /(?:^|_)(?:agent|assistant|bot|subagent|coworker|teammate)$/;
const GENERIC = /^(?:an?_|the_|another_|other_)?(?:agent|coworker|assistant|subagent|teammate|specialist)$/;
const PERSON =
  /(?:^|_)(?:humans?|persons?|people|operator|representative|rep|staff|manager|person|live|user|customer)(?:_|$)/;
const MONEY = /(?:^|_)(?:accounts?|bank|wallet|card|savings|checking|iban|address|balance|funds)$/;

const REMEMBERED = 2048;
const read = new Map<string, HandoffTool | null>();

/**
 * Reads a tool's name as a handover to another agent; null where it is none. `transfer_to_human_agents` hands over to
 * people and `transfer_to_account` moves money: plain tool calls both.
 */
export function handoffTool(tool: string): HandoffTool | null {
  const known = read.get(tool);
  if (known !== undefined) return known;
  const result = readName(agentKey(tool));
  if (read.size >= REMEMBERED) read.clear();
  if (tool.length <= 256) read.set(tool, result);
  return result;
}

function readName(name: string): HandoffTool | null {
  if (BARE.test(name)) return { target: '' };
  const sure = SURE.exec(name)?.[1];
  const target = sure ?? unsureTarget(name);
  if (target === undefined || PERSON.test(target) || MONEY.test(target)) return null;
  return { target: GENERIC.test(target) ? '' : target };
}

function unsureTarget(name: string): string | undefined {
  const target = UNSURE.exec(name)?.[1];
  return target !== undefined && AGENT.test(target) && /_to_/.test(name) ? target : undefined;
}
