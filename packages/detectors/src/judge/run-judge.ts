import type { Finding, Span } from '@spanwise/schemas';
import type { RunDetector, RunEnd } from '../detector/detector.ts';
import type { DetectorFault } from '../detector/fault.ts';
import { type Normals, nothingKnown, type Observation } from '../detector/normals.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { runFailure } from '../relations/run-failure.ts';
import { META } from '../run-model/packed-meta.ts';
import { defaultBounds, type RunBounds, RunModel } from '../run-model/run-model.ts';
import { runFeatures } from '../signals/run-features.ts';
import { type MeasureState, measureSpan, measuresOf, noMeasures } from '../signals/run-measures.ts';
import type { SignalDraft, SignalSource } from '../signals/signal-source.ts';
import type { Slots } from '../slots.ts';
import { AskedStates } from './asked-states.ts';
import { Collector } from './collector.ts';
import { ENDED_WELL, withoutUnlikeOthers } from './ended-well.ts';
import { FindingLedger } from './finding-ledger.ts';
import { giveUp } from './give-up.ts';
import { resolveRevisions } from './resolve-revisions.ts';
import type { RunOutput } from './run-output.ts';
import { runRecord } from './run-record.ts';
import { SourceStates } from './source-states.ts';
import { amend, judgeRun } from './verdict.ts';

export interface RunJudgeOptions {
  /** In order of registration; each pattern once. */
  detectors: readonly RunDetector[];
  /** What takes out of runs that which is judged across them (default: nothing). */
  sources?: readonly SignalSource[];
  bounds?: Partial<RunBounds>;
  /** The fleet is sampled or known to lose spans: patterns that rest on absence stay silent (default false). */
  fleetIncomplete?: boolean;
}

/** Late parents in a run of many steps are a cause to look over all of them at every sixteenth step only; the end does. */
const isLookedOver = ({ index }: Step): boolean => index < 256 || index % 16 === 0;

const NO_OBSERVATIONS: readonly Observation[] = [];
const NO_SIGNALS: readonly SignalDraft[] = [];

const tellFindings = (
  source: SignalSource,
  findings: readonly Finding[],
  ...rest: [RunModel, unknown, (signal: SignalDraft) => void]
): boolean => findings.length > 0 && source.onFindings?.(findings, ...rest) === true;

/** Slot of what is counted of a run for its measures. */
const MEASURES = 'measures';

/** Everything that is derived of one run's slots. */
class Context {
  readonly judge: RunJudge;
  readonly model: RunModel;
  readonly ledger: FindingLedger;
  readonly states: AskedStates<RunDetector>;
  readonly sources: SourceStates;
  readonly measures: MeasureState;

  constructor(judge: RunJudge, model: RunModel, slots: Slots, states: AskedStates<RunDetector>, sources: SourceStates) {
    this.measures = slots.get<MeasureState>(MEASURES) ?? noMeasures();
    this.judge = judge;
    this.model = model;
    this.ledger = new FindingLedger(slots, model);
    this.states = states;
    this.sources = sources;
  }
}

/**
 * Judges runs span by span, over slots that its caller keeps. Pure: the same calls give the same outputs, whether the slots
 * were restored in between or not. One judge serves any number of runs.
 */
export class RunJudge {
  readonly #detectors: readonly RunDetector[];
  readonly #stateSlots: readonly string[];
  readonly #sources: readonly SignalSource[];
  readonly #sourceSlots: readonly string[];
  readonly #bounds: RunBounds;
  readonly #fleetIncomplete: boolean;

  /** Throws an Error when two detectors have one pattern. */
  constructor(options: RunJudgeOptions) {
    this.#detectors = options.detectors;
    this.#stateSlots = options.detectors.map((detector) => `d/${detector.pattern}`);
    this.#sources = options.sources ?? [];
    this.#sourceSlots = this.#sources.map((source) => `s/${source.name}`);
    this.#bounds = { ...defaultBounds, ...options.bounds };
    this.#fleetIncomplete = options.fleetIncomplete ?? false;
    const patterns = new Set(options.detectors.map((detector) => detector.pattern));
    if (patterns.size !== options.detectors.length) throw new Error('two detectors are registered for one pattern');
  }

  /**
   * A span was released at log time `nowMs`.
   *
   * @param normals what is normal now (default: nothing is known)
   */
  onSpan(slots: Slots, span: Span, nowMs: number, normals: Normals = nothingKnown): RunOutput {
    const context = this.#contextOf(slots, span) as Context;
    const { model } = context;
    model.normals = normals;
    const isNew = model.meta.released === 0;
    const rootHadEnded = model.meta.rootSpanId !== '';
    const step = model.add(span, nowMs);
    const collector = new Collector(context.ledger);
    const output = this.#output(model, collector);
    if (!step) {
      output.duplicate = true;
      return output;
    }
    output.step = step;
    output.forgotten = model.takeForgotten();
    if (model.meta.judged && !model.meta.reopened) {
      model.meta.reopened = true;
      model.saveMeta();
      output.reopened = true;
    }
    context.states.ask(
      (detector, state) => detector.onSpan(step, span, model, state, collector),
      output.faults,
      collector,
    );
    if (measureSpan(step, span, model, context.measures)) slots.put(MEASURES, context.measures);
    collector.tieConsequences();
    output.signals = context.sources.ask((source, state, send) => {
      const changed = source.onSpan(step, span, model, state, send);
      return tellFindings(source, collector.findings, model, state, send) || changed;
    }, output.faults);
    if (model.meta.rootSpanId !== '' && !model.meta.rootAssumed) {
      // The root tells what its run is; a late parent may name the agent of its children; any other tells only of itself.
      const isParent = model.childrenOf(step.spanId).length > 0;
      const reaches = step.spanId === model.meta.rootSpanId || (isParent && isLookedOver(step));
      if (reaches) collector.refresh();
      output.revisions = resolveRevisions(model, slots, reaches ? model.steps : [step]);
    }
    output.lifecycle = this.#lifecycle(model);
    output.lifecycle.changed = isNew || output.reopened || (output.lifecycle.rootEnded && !rootHadEnded);
    return output;
  }

  /**
   * The run ended at log time `nowMs`. Nothing is emitted for slots that hold no run.
   *
   * @param normals what is normal now (default: nothing is known)
   */
  onEnd(slots: Slots, end: RunEnd, nowMs: number, normals: Normals = nothingKnown): RunOutput {
    const context = this.#contextOf(slots, undefined);
    if (!context) throw new Error('a run can only end after a span of it was judged over the same slots');
    const { model, ledger } = context;
    model.now = nowMs;
    model.normals = normals;
    const collector = new Collector(ledger);
    const output = this.#output(model, collector);
    context.states.ask((detector, state) => detector.onRunEnd(end, model, state, collector), output.faults, collector);
    collector.tieConsequences();
    collector.refresh();
    output.revisions = resolveRevisions(model, slots, model.steps);
    if (model.meta.agentic > 0) {
      const { meta } = model;
      // Where spans get lost, or the root came after all, the silence is no sign that the run was abandoned.
      const known: RunEnd = model.root || model.incomplete ? 'closed' : end;
      const endOf = (spanId: string): number | undefined => {
        const step = model.stepOf(spanId);
        return step && model.endOf(step);
      };
      const measures = measuresOf(context.measures);
      const judge = (findings: Iterable<Finding>) =>
        judgeRun(findings, known, meta.llmCalls + meta.toolCalls, runFailure(model), endOf, measures);
      const seen = judge(ledger.standing());
      const judgement = meta.continuation > 0 && meta.judged ? amend(seen, meta.judged) : seen;
      const revision = (meta.judged?.revision ?? 0) + 1;
      if (revision === 1 && model.root && !model.incomplete) {
        const endedWell =
          seen.verdict === ENDED_WELL || judge(withoutUnlikeOthers(ledger.standing())).verdict === ENDED_WELL;
        if (endedWell) output.observations = this.#observe(context, output.faults);
      }
      const blind = this.#blind(context, output.faults);
      const judged = runRecord(model, judgement, ledger.standing(), revision, blind);
      output.run = judged;
      const attributes = context.sources.attributesOf(model, output.faults);
      output.features = runFeatures(model, ledger.standing(), judged.rootCauseSpanId, attributes, measures);
      output.signals = context.sources.ask((source, state, send) => {
        const told = tellFindings(source, collector.findings, model, state, send);
        return source.onRunEnd(end, judged, model, state, send) || told;
      }, output.faults);
      const { verdict, failureProbability: probability } = judgement;
      meta.judged = { end, revision, verdict, probability, sessionId: model.sessionId };
      meta.reopened = false;
      model.saveMeta();
    }
    return output;
  }

  /**
   * Gives up what is not needed to continue the run when a span comes late; see `giveUp`.
   *
   * @returns whether anything is left in the slots
   */
  giveUp(slots: Slots): boolean {
    if (slots.get(META) === undefined) throw new Error('these slots hold no run');
    const isLeft = giveUp(slots, () => this.viewOf(slots) as RunModel);
    slots.derived = undefined;
    return isLeft;
  }

  /** What decides when the run of these slots ends. Throws an Error for slots that hold no run. */
  lifecycleOf(slots: Slots): RunOutput['lifecycle'] {
    const context = this.#contextOf(slots, undefined);
    if (!context) throw new Error('these slots hold no run');
    return this.#lifecycle(context.model);
  }

  /** The run of these slots. Throws an Error for slots that hold none. */
  viewOf(slots: Slots): RunView {
    const context = this.#contextOf(slots, undefined);
    if (!context) throw new Error('these slots hold no run');
    return context.model;
  }

  #contextOf(slots: Slots, span: Span | undefined): Context | undefined {
    const { derived } = slots;
    if (derived instanceof Context && derived.judge === this) return derived;
    const model = RunModel.open(slots, span, this.#bounds);
    if (!model) return undefined;
    model.fleetIncomplete = this.#fleetIncomplete;
    const states = new AskedStates(this.#detectors, this.#stateSlots, slots, ({ pattern }) => pattern);
    const sources = new SourceStates(this.#sources, this.#sourceSlots, slots);
    const context = new Context(this, model, slots, states, sources);
    slots.derived = context;
    return context;
  }

  /** Patterns that had something to judge in this run and could not see it, or threw in it. */
  #blind({ model, states }: Context, faults: DetectorFault[]): string[] {
    const blind = new Set<string>();
    states.ask((detector, state) => {
      if (detector.isBlind?.(model, state) === true) blind.add(detector.pattern);
      return false;
    }, faults);
    for (const { pattern } of states.silenced()) blind.add(pattern);
    return this.#detectors.map(({ pattern }) => pattern).filter((pattern) => blind.has(pattern));
  }

  #observe({ model, states }: Context, faults: DetectorFault[]): Observation[] {
    const observations: Observation[] = [];
    states.ask((detector, state) => {
      observations.push(...(detector.observe?.(model, state) ?? []));
      return false;
    }, faults);
    return observations;
  }

  #lifecycle(model: RunModel): RunOutput['lifecycle'] {
    return { rootEnded: model.meta.rootSpanId !== '', quietSince: model.meta.lastSpanAt, changed: false };
  }

  #output(model: RunModel, collector: Collector): RunOutput {
    return {
      duplicate: false,
      forgotten: [],
      signals: NO_SIGNALS,
      observations: NO_OBSERVATIONS,
      findings: collector.findings,
      revisions: [],
      reopened: false,
      lifecycle: this.#lifecycle(model),
      faults: [],
    };
  }
}
