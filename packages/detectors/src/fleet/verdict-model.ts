import { type LearnedWeights, NOTHING_LEARNED } from '../judge/learned-verdict.ts';
import type { Slots } from '../slots.ts';
import type { FleetDetector } from './fleet-detector.ts';
import { MAX_WEIGHTS } from './verdict-learner.ts';

const NAME = 'verdict_model';
const WEIGHTS = 'weights';

/** What labels have taught, from all slots of the partition's key `MODEL_KEY`. */
export const learnedIn = (slots: Slots): LearnedWeights =>
  slots.get<LearnedWeights>(`${NAME}/${WEIGHTS}`) ?? NOTHING_LEARNED;

/** Keeps, in every partition, what a tenant's labels have taught, for the verdicts on conversations there. */
export const verdictModel = (): FleetDetector => ({
  name: NAME,
  keyKind: 'partition',
  onSignal({ weights }, { slots }) {
    if (!weights) return;
    const known = weights.weights.filter(({ name, value }) => name.length <= 128 && Number.isFinite(value));
    slots.put(WEIGHTS, Object.fromEntries(known.slice(0, MAX_WEIGHTS).map(({ name, value }) => [name, value])));
  },
});
