import type { Calibration, Labelled, Measure, SignalBody } from '@spanwise/schemas';
import { hash64 } from '../identity-hash.ts';
import { firstBelief, type LearnedWeights, MODEL_KEY } from '../judge/learned-verdict.ts';
import { probability } from '../judge/verdict.ts';
import type { Slots } from '../slots.ts';
import { type Belief, forget, learnExample, logOddsOf, type Term } from '../statistics/online-logistic.ts';
import {
  aucIn,
  brierIn,
  countIn,
  countScore,
  emptyHistogram,
  failedIn,
  reliabilityIn,
  type ScoreHistogram,
} from '../statistics/score-histogram.ts';
import type { FleetContext, FleetDetector } from './fleet-detector.ts';

/** Weights of one tenant. Others stay at what is documented. */
export const MAX_WEIGHTS = 256;
/** Labelled conversations that are known one by one, so that what was counted for them can be taken back. */
export const MAX_EXAMPLES = 512;
/** So many labelled conversations back, an example weighs a third (1/e). */
const MEMORY = 5_000;
/** Log-odds that a verdict would move, since the weights were told last, for them to be told anew. */
const MOVED = 0.1;
/** Log time from a label to the calibration that tells of it. */
const TELL_AFTER_MS = 60_000;
const MOST_TOLD = 64;

const NAME = 'verdict_learner';
const WEIGHT = 'w/';
const EXAMPLE = 'e/';

interface Totals {
  /** Examples so far. */
  count: number;
  /** receivedTime of the latest, microseconds. */
  receivedTime: number;
}

interface Example {
  /** Order in which it came. */
  at: number;
  learned: number;
  prior: number;
  failed: number;
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/**
 * Learns from a tenant's labelled conversations what its evidence is worth, one by one: first it predicts, and what it predicted is
 * compared with the label (prequentially: A. P. Dawid, "Statistical theory: the prequential approach", 1984), then it learns. What has moved
 * is told to every partition. A label that is changed is taken out of the calibration and counted again with what was predicted
 * first; the weights learn the new one as a further example, since what an example did to them cannot be taken back.
 */
export const verdictLearner = (): FleetDetector => ({
  name: NAME,
  keyKind: 'tenant',
  onSignal({ labelled }: SignalBody, context: FleetContext) {
    if (labelled) learn(labelled, context);
  },
  onWake(context) {
    context.publish(calibrationOf(context));
  },
});

function learn(labelled: Labelled, context: FleetContext): void {
  const { slots } = context;
  const target = Math.min(1, Math.max(0, labelled.failed));
  const evidence = labelled.evidence.filter(({ name, value }) => name.length <= 128 && Number.isFinite(value));
  if (!Number.isFinite(labelled.priorLogOdds) || !Number.isFinite(target)) return;
  const terms = termsOf(evidence, context);
  const offset = labelled.priorLogOdds;
  const slot = EXAMPLE + hash64(labelled.sessionId);
  const known = slots.get<Example>(slot);
  if (labelled.previousFailed !== null && !known) return;
  if (known?.failed === target) return;
  const totals: Totals = { ...(slots.get<Totals>('totals') ?? { count: 0, receivedTime: 0 }) };
  const example: Example = known
    ? { ...known, failed: target }
    : {
        at: totals.count,
        learned: probability(
          logOddsOf(
            offset,
            terms.map(({ term }) => term),
          ),
        ),
        prior: probability(offset),
        failed: target,
      };
  tally('learned', context, example.learned, target, known?.failed);
  tally('prior', context, example.prior, target, known?.failed);
  totals.count++;
  totals.receivedTime = Math.max(totals.receivedTime, labelled.receivedTime);
  slots.put('totals', totals);
  if (!known) dropOldest(context);
  slots.put(slot, example);
  learnExample(
    offset,
    terms.map(({ term }) => term),
    target,
  );
  for (const { name, term } of terms) {
    forget(term.belief, firstBelief(name), 1 / MEMORY);
    slots.put(WEIGHT + name, { mean: round(term.belief.mean), variance: round(term.belief.variance) });
  }
  tellIfMoved(evidence, totals.count, context);
  context.wakeAt(context.now + TELL_AFTER_MS);
}

/** Names beyond the bound stay at what is documented. */
function termsOf(evidence: readonly Measure[], { slots }: FleetContext): { name: string; term: Term }[] {
  let free = MAX_WEIGHTS;
  for (const slot of slots.keys()) if (slot.startsWith(WEIGHT)) free--;
  const terms: { name: string; term: Term }[] = [];
  for (const { name, value } of evidence) {
    const known = slots.get<Belief>(WEIGHT + name);
    if (!known && free-- <= 0) continue;
    terms.push({
      name,
      term: { value: Math.min(10, Math.max(-10, value)), belief: { ...(known ?? firstBelief(name)) } },
    });
  }
  return terms;
}

function tally(
  name: 'learned' | 'prior',
  { slots }: FleetContext,
  score: number,
  failed: number,
  before: number | undefined,
): void {
  const histogram = slots.get<ScoreHistogram>(name) ?? emptyHistogram();
  if (before !== undefined) countScore(histogram, score, before, -1);
  countScore(histogram, score, failed);
  slots.put(name, histogram);
}

function dropOldest({ slots }: FleetContext): void {
  const examples: [string, number][] = [];
  for (const slot of slots.keys()) {
    if (slot.startsWith(EXAMPLE)) examples.push([slot, slots.get<Example>(slot)?.at ?? 0]);
  }
  if (examples.length < MAX_EXAMPLES) return;
  const [oldest] = examples.sort(([, a], [, b]) => a - b);
  if (oldest) slots.delete(oldest[0]);
}

/** All weights, by name. */
function weightsIn({ slots }: FleetContext): [string, Belief][] {
  const weights: [string, Belief][] = [];
  for (const slot of slots.keys()) {
    const belief = slot.startsWith(WEIGHT) ? slots.get<Belief>(slot) : undefined;
    if (belief) weights.push([slot.slice(WEIGHT.length), belief]);
  }
  return weights.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What was learnt, from all slots of a tenant's key. */
export function learnedWeights(slots: Slots): LearnedWeights {
  const weights: Record<string, number> = {};
  for (const slot of slots.keys()) {
    const belief = slot.startsWith(`${NAME}/${WEIGHT}`) ? slots.get<Belief>(slot) : undefined;
    if (belief) weights[slot.slice(NAME.length + 1 + WEIGHT.length)] = belief.mean;
  }
  return weights;
}

/** A verdict like this one would be another by now. */
function tellIfMoved(evidence: readonly Measure[], labels: number, context: FleetContext): void {
  const told = context.slots.get<Record<string, number>>('told') ?? {};
  let moved = 0;
  for (const { name, value } of evidence) {
    const mean = context.slots.get<Belief>(WEIGHT + name)?.mean ?? 0;
    moved += (mean - (Object.hasOwn(told, name) ? (told[name] ?? 0) : 0)) * value;
  }
  if (Math.abs(moved) < MOVED) return;
  const weights = weightsIn(context).map(([name, { mean }]) => ({ name, value: round(mean) }));
  context.slots.put('told', Object.fromEntries(weights.map(({ name, value }) => [name, value])));
  context.send({ keyKind: 'partition', key: MODEL_KEY, body: { weights: { labels, weights } } });
}

function calibrationOf(context: FleetContext): Calibration {
  const { slots, tenant, now } = context;
  const learned = slots.get<ScoreHistogram>('learned') ?? emptyHistogram();
  const prior = slots.get<ScoreHistogram>('prior') ?? emptyHistogram();
  const weights = weightsIn(context)
    .map(([name, { mean, variance }]) => ({ name, mean: round(mean), deviation: round(Math.sqrt(variance)) }))
    .sort((a, b) => Math.abs(b.mean) / b.deviation - Math.abs(a.mean) / a.deviation || (a.name < b.name ? -1 : 1));
  return {
    tenant,
    time: now * 1_000,
    receivedTime: slots.get<Totals>('totals')?.receivedTime ?? 0,
    labels: countIn(learned),
    failures: Math.round(failedIn(learned)),
    brier: brierIn(learned),
    priorBrier: brierIn(prior),
    auc: aucIn(learned),
    priorAuc: aucIn(prior),
    bins: reliabilityIn(learned),
    weights: weights.slice(0, MOST_TOLD),
  };
}
