import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { fieldName } from '../reading/field-names.ts';
import { namesIn, ownAttributes } from '../reading/own-attributes.ts';
import { type ContextLoss, nameOfHop } from './lost-items.ts';
import { TICK } from './operation.ts';
import type { Hop } from './passed-contexts.ts';

const MOST_KEYS = 32;
const MOST_CARRIED = 24;

/** Keys that a span says its context has, and which of them are critical. */
export type CarriedKeys = [spanId: string, keys: string[], critical: string[]];

/** Critical keys by agent, in normal form, as they were declared: for all, or for each. */
export function declaredKeys(
  keys: readonly string[] | Readonly<Record<string, readonly string[]>>,
): (agent: string) => string[] {
  if (Array.isArray(keys)) {
    const all = keys.map(fieldName);
    return () => all;
  }
  const byAgent = new Map(Object.entries(keys).map(([agent, names]) => [agentKey(agent), names.map(fieldName)]));
  return (agent) => byAgent.get(agent) ?? [];
}

/** Notes the keys that a span says of its context; true where it does. */
export function noteCarried(step: Step, span: Span, carried: CarriedKeys[]): boolean {
  const own = ownAttributes(span);
  if (!own) return false;
  const [keys, critical] = [own['context.keys'], own['context.critical_keys']].map((names) =>
    namesIn(names).map(fieldName),
  );
  if (!keys || !critical || keys.length + critical.length === 0) return false;
  carried.push([step.spanId, keys.slice(0, MOST_KEYS), critical.slice(0, MOST_KEYS)]);
  if (carried.length > MOST_CARRIED) carried.splice(1, 1);
  return true;
}

/**
 * Critical keys that the one who hands over had, by its last span before that says so, else by what was handed over to it, and that the
 * receiver has not.
 *
 * @param declared critical keys that were declared for the receiver
 */
export function lostKeys(
  hop: Hop<string[]>,
  hops: readonly Hop<string[]>[],
  carried: readonly CarriedKeys[],
  declared: readonly string[],
  run: RunView,
): ContextLoss | undefined {
  const { handoff } = hop;
  const at = run.startOf(handoff.step);
  const known = carried.flatMap(([spanId, keys, critical]) => {
    const step = run.stepOf(spanId);
    return step ? [{ step, keys, critical, agent: agentKey(run.agentOf(step)), start: run.startOf(step) }] : [];
  });
  known.sort((a, b) => a.start - b.start || (a.step.spanId < b.step.spanId ? -1 : 1));
  const critical = new Set([
    ...declared,
    ...known.filter(({ start }) => start <= at + TICK).flatMap((one) => one.critical),
  ]);
  if (critical.size === 0) return undefined;
  const sender = known.findLast(
    ({ agent, start, step, keys }) => agent === handoff.from && start <= at && step !== handoff.step && keys.length > 0,
  );
  const had = sender?.keys ?? hops[hop.previous]?.handoff.kept;
  const receiver =
    known.find(({ step, keys }) => step === handoff.step && keys.length > 0) ??
    known.find(({ agent, start, keys }) => agent === handoff.to && start >= at - TICK && keys.length > 0);
  const has = receiver?.keys ?? handoff.kept;
  if (!had || !has || has.length === 0) return undefined;
  const lost = [...critical].filter((key) => had.includes(key) && !has.includes(key));
  if (lost.length === 0) return undefined;
  const expected = [...critical].filter((key) => had.includes(key));
  return {
    type: 'critical_key_lost',
    severity: 'high',
    confidence: receiver ? 0.95 : 0.85,
    expected,
    seen: lost.map((key) => `${nameOfHop(hop)}: ${key}`),
    lost,
    began: hop,
    numbers: { items: expected.length, kept: expected.length - lost.length, hops: 1 },
  };
}
