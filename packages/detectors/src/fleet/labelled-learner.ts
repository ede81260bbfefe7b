import { type Labelled, newRecord } from '@spanwise/schemas';
import { learnedLogOdds } from '../judge/learned-verdict.ts';
import { probability } from '../judge/verdict.ts';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { FleetJudge } from './fleet-judge.ts';
import { learnedWeights, verdictLearner } from './verdict-learner.ts';

/** The learner of verdicts by itself, for those who judge its worth: learns from some conversations and predicts others. */
export class LabelledLearner {
  readonly #judge = new FleetJudge([verdictLearner()]);
  readonly #slots = new MemorySlots();

  learn(labelled: Labelled): void {
    const body = signalBody({ labelled: { ...labelled, previousFailed: null } });
    const signal = newRecord('Signal', { tenant: 'any', keyKind: 'tenant', key: 'any', emittedTime: 0, body });
    this.#judge.onSignal(this.#slots, signal, 0);
  }

  /** 0 to 1. */
  probabilityOf({ priorLogOdds, evidence }: Labelled): number {
    return probability(priorLogOdds + learnedLogOdds(evidence, learnedWeights(this.#slots)));
  }
}
