import { specOf } from '../plan/script.ts';
import { type CallSite, callSites, insertCall } from '../plan/sites.ts';
import type { RunPlan, ToolSpec } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { scenarios } from '../scenario/scenarios.ts';
import type { FaultNote } from '../truth.ts';
import { hasEnum } from './failures.ts';
import type { Injector } from './injector.ts';

/** A call of a tool that the model was not offered, that is another agent's, or that is dropped for another; or arguments that break the schema. */
export const toolMisrouting: Injector = {
  fault: 'tool_misrouting',
  inject(plan, random) {
    const sites = callSites(plan);
    if (sites.length === 0) return undefined;
    const site = random.pick(sites);
    const form = random.pick([unofferedTool, unofferedTool, brokenSchema, brokenSchema, abandonedChoice, foreignTool]);
    return form(site, random, plan);
  },
};

/** The model picks a tool, drops what it gives, and asks another one the same. */
function abandonedChoice(site: CallSite, random: Random): FaultNote[] {
  const { owner, inference, tool } = site;
  const spec = specOf(owner.agent, tool.tool);
  const name = `${tool.tool.replace(/^(get|find|list|check)_/, '')}_overview`;
  const right = wanted(site);
  if (spec)
    owner.agent = {
      ...owner.agent,
      tools: [...owner.agent.tools, { ...spec, name, description: 'Gives an overview.' }],
    };
  request(site, name, right.arguments);
  delete tool.backend;
  tool.result = { overview: 'general information', entries: random.integer(2, 9), updated: 'weekly' };
  const [again, second] = insertCall(site, 2, { text: `${right.tool} is what I need.`, ...right }, random);
  const orCause = [tool, again, second];
  return [
    {
      pattern: 'tool_misrouting',
      variant: 'abandoned_choice',
      at: tool,
      cause: inference,
      orCause,
      steps: [inference, tool, second],
    },
  ];
}

/** Tools that other agents use in every run, by the tenant whose they are: those of another tenant are nobody's there. */
const FOREIGN: Readonly<Record<string, readonly ToolSpec[]>> = {
  default: [
    toolSpec('get_order', 'Looks up an order.', { order_id: textArgument('like W1234567') }),
    toolSpec('read_document', 'Gives the text of a document.', { document_id: textArgument('id') }),
  ],
  acme: [
    toolSpec('check_stock', 'Says how much there is.', { sku: textArgument('like SKU-1234') }),
    toolSpec('get_account', 'Looks up an account.', { account_id: textArgument('like AC-12345678') }),
  ],
  globex: [
    toolSpec('list_alarms', 'Lists open alarms of a site.', { site: textArgument('like S-114') }),
    toolSpec('flight_details', 'Details of a flight.', { flight_id: textArgument('id') }),
  ],
  initech: [
    toolSpec('find_policy', 'Finds a policy.', { policy_id: textArgument('like P99-12345') }),
    toolSpec('read_report', 'Reads a report.', { report_id: textArgument('like MR-123456') }),
  ],
};

const tenantOf = ({ scenario }: RunPlan): string =>
  scenarios.find(({ name }) => name === scenario)?.tenant ?? 'default';

/** A tool that is offered but is another agent's business; after that the right one. */
function foreignTool(site: CallSite, random: Random, plan: RunPlan): FaultNote[] {
  const { owner, inference, tool } = site;
  const known = new Set(owner.agent.tools.map(({ name }) => name));
  const spec = random.pick((FOREIGN[tenantOf(plan)] ?? []).filter(({ name }) => !known.has(name)));
  owner.agent = { ...owner.agent, tools: [...owner.agent.tools, spec] };
  const right = wanted(site);
  const [key = ''] = spec.parameters.required;
  const [value] = Object.values(right.arguments as object);
  request(site, spec.name, { [key]: String(value) });
  delete tool.backend;
  tool.result = { [key]: String(value), found: false };
  const [again, second] = insertCall(site, 2, { text: 'I need another tool for this.', ...right }, random);
  const orCause = [tool, again, second];
  const steps = [inference, tool, second];
  return [{ pattern: 'tool_misrouting', variant: 'foreign_tool', at: tool, cause: inference, orCause, steps }];
}

const INVENTED = ['lookup_record', 'get_details', 'query_database', 'execute_action', 'fetch_data', 'browser'];

function unofferedTool(site: CallSite, random: Random): FaultNote[] {
  const { tool, arguments: right, result } = wanted(site);
  const invented = random.chance(0.5) ? random.pick(INVENTED) : `${tool}_v2`;
  request(site, invented, right);
  delete site.tool.backend;
  return refusal(site, 'unoffered_tool', `tool '${invented}' not found`, { tool, arguments: right, result }, random);
}

function brokenSchema(site: CallSite, random: Random): FaultNote[] {
  const { tool, arguments: right, result } = wanted(site);
  const schema = specOf(site.owner.agent, tool)?.parameters;
  const [properties, required] = [schema?.properties ?? {}, schema?.required ?? []];
  const key = random.pick(required);
  const broken: Record<string, unknown> = { ...(right as object) };
  let variant = 'missing_argument';
  if (hasEnum(properties[key])) {
    variant = 'not_in_enum';
    broken[key] = 'whatever';
  } else if (random.chance(0.5)) {
    variant = 'wrong_type';
    broken[key] = { value: broken[key] };
  } else delete broken[key];
  request(site, tool, broken);
  return refusal(site, variant, `invalid arguments for ${tool}: '${key}'`, { tool, arguments: right, result }, random);
}

const wanted = ({ tool }: CallSite) => ({ tool: tool.tool, arguments: tool.arguments, result: tool.result });

/** The model asks for another call than the one of the clean run, and that one is made. */
function request(site: CallSite, name: string, given: unknown): void {
  const { inference, tool } = site;
  const misrouted = { ...tool, tool: name, arguments: given };
  Object.assign(tool, misrouted);
  inference.calls.splice(0, 1, { id: tool.callId, name, arguments: given });
}

/** Either the call is refused and put right, or it is carried out as if nothing were wrong. */
function refusal(
  site: CallSite,
  variant: string,
  message: string,
  right: { tool: string; arguments: unknown; result: unknown },
  random: Random,
): FaultNote[] {
  const { inference, tool } = site;
  const fault: FaultNote = {
    pattern: 'tool_misrouting',
    variant,
    at: tool,
    cause: inference,
    steps: [inference, tool],
  };
  if (random.chance(0.4)) return [fault];
  tool.failure = { type: 'ToolInputError', message };
  tool.httpStatus = 400;
  const [, again] = insertCall(site, 2, { text: 'I correct the call.', ...right }, random);
  const after = { at: tool, cause: inference, steps: [tool, again], isConsequence: true } as const;
  return [
    fault,
    { pattern: 'recovery', variant: variant === 'unoffered_tool' ? 'other_tool' : 'retried_changed', ...after },
  ];
}
