import type { Span } from '@spanwise/schemas';
import { type Normals, nothingKnown } from '../detector/normals.ts';
import type { RunView, Spent } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { agentOfRun, nearestNamed } from '../relations/attribution.ts';
import { encloses } from '../relations/enclosure.ts';
import { mostFrequent } from '../relations/tally.ts';
import type { Slots } from '../slots.ts';
import { ForgottenIds } from './forgotten-ids.ts';
import { META, type PackedMeta, packMeta, unpackMeta } from './packed-meta.ts';
import { countOf, type PackedStep, packStep, sizeOf, unpackStep } from './packed-step.ts';
import { isRootOf } from './root.ts';
import { contentOf, countStep, learn, newMeta, type RunMeta } from './run-meta.ts';
import { StepIndex } from './step-index.ts';
import { stepOf } from './step-of.ts';

export interface RunBounds {
  /** Steps remembered per run (default 1,024). The oldest are forgotten, a quarter of them at a time. */
  maxSteps: number;
  /** What they may take in state, in characters of JSON (default 2 Mi, far more than 1,024 ordinary ones). */
  maxStepChars: number;
  /** Ids of forgotten steps that are still recognised as resends (default 4,096). */
  maxForgottenIds: number;
}

export const defaultBounds: RunBounds = { maxSteps: 1024, maxStepChars: 2 * 1024 * 1024, maxForgottenIds: 4096 };

/**
 * Times that a run's root may change. Of two spans without a parent the earlier one is the root, and what a root says holds
 * for all steps: a trace whose every span is a root, each earlier than the last, must not have them all told anew with each.
 */
const MOST_ROOT_CHANGES = 64;

const NO_STEPS: readonly Step[] = [];

const namesIn = ({ conversations, agents }: RunMeta): number => conversations.names.length + agents.names.length;

/**
 * A run over its slots: one slot `s/<index>` per step, `meta` as of the last step that changed it in a way that steps do not
 * tell (what later ones count for is counted again), `ids/<index>` with the ids of a batch of forgotten steps.
 * Indexes are derived and live in memory only; a model made over restored slots is equal to the one that filled them.
 */
export class RunModel implements RunView {
  readonly meta: RunMeta;
  readonly #index = new StepIndex(this);
  now = 0;
  /** The whole fleet is known to be sampled or to lose spans; set by the caller. */
  fleetIncomplete = false;
  /** Set by the caller. */
  normals: Normals = nothingKnown;
  readonly #slots: Slots;
  readonly #bounds: RunBounds;
  #forgotten: ForgottenIds | undefined;
  /** Characters that each of `steps` takes, and their sum. */
  readonly #sizes: number[] = [];
  #size = 0;
  #justForgotten: Step[] = [];
  /** As of so many released steps: a nameless root has it looked for in all below. */
  #runAgent: { released: number; name: string } | undefined;

  private constructor(slots: Slots, meta: RunMeta, bounds: RunBounds) {
    this.#slots = slots;
    this.meta = meta;
    this.#bounds = bounds;
  }

  /** The model of a run whose state is in `slots`, or a new one that begins with `span`. */
  static open(slots: Slots, span: Span | undefined, bounds: RunBounds): RunModel | undefined {
    const packed = slots.get<PackedMeta>(META);
    if (!packed) return span && new RunModel(slots, newMeta(span), bounds);
    const stored = unpackMeta(packed);
    const model = new RunModel(slots, stored, bounds);
    for (let index = stored.dropped; ; index++) {
      const packed = slots.get<PackedStep>(`s/${index}`);
      if (!packed && index >= stored.released) break;
      if (!packed) continue;
      const step = unpackStep(packed, index, stored);
      if (index >= stored.released) {
        const { content, nowMs } = countOf(packed, stored);
        countStep(stored, step, content, nowMs);
      }
      model.#index.add(step);
      model.#weigh(packed);
    }
    if (stored.dropped > 0) model.#forgottenIds().restore();
    model.now = stored.lastSpanAt;
    return model;
  }

  /** Takes a span in. Undefined when its id was seen before. */
  add(span: Span, nowMs: number): Step | undefined {
    if (this.#index.stepOf(span.spanId) || this.#forgotten?.has(span.spanId)) return undefined;
    this.now = nowMs;
    const { meta } = this;
    const step = stepOf(span, meta.released, meta.listening > 0);
    this.#index.add(step);
    const { rootChanges, dropped } = meta;
    const named = namesIn(meta);
    const isRoot = rootChanges < MOST_ROOT_CHANGES && isRootOf(step, this, meta.rootAssumed);
    if (isRoot) this.#setRoot(step);
    else if (meta.rootAssumed && !encloses(meta.rootSpanId, step, this)) this.#setRoot(undefined);
    const content = contentOf(span);
    countStep(meta, step, content, nowMs);
    const isNew = learn(meta, span, isRoot);
    const packed = packStep(step, { content, nowMs }, meta);
    this.#slots.put(`s/${step.index}`, packed);
    this.#weigh(packed);
    while (
      this.steps.length > this.#bounds.maxSteps ||
      (this.#size > this.#bounds.maxStepChars && this.steps.length > 1)
    )
      this.#forgetOldest();
    // Else the slot of the step tells all that changed.
    const isUntold = isNew || step.index === 0 || named !== namesIn(meta) || countOf(packed, meta).nowMs !== nowMs;
    if (isUntold || rootChanges !== meta.rootChanges || dropped !== meta.dropped) this.saveMeta();
    return step;
  }

  /** Steps that were forgotten since the last call. */
  takeForgotten(): readonly Step[] {
    if (this.#justForgotten.length === 0) return NO_STEPS;
    const forgotten = this.#justForgotten;
    this.#justForgotten = [];
    return forgotten;
  }

  /** To be called when `meta` was changed in place. */
  saveMeta(): void {
    this.#slots.put(META, packMeta(this.meta));
  }

  #setRoot(step: Step | undefined): void {
    this.meta.rootChanges++;
    this.meta.rootSpanId = step ? step.spanId : '';
    this.meta.rootAssumed = step !== undefined && step.parentSpanId !== '';
  }

  #forgottenIds(): ForgottenIds {
    this.#forgotten ??= new ForgottenIds(this.#slots, this.#bounds.maxForgottenIds);
    return this.#forgotten;
  }

  #weigh(packed: PackedStep): void {
    const size = sizeOf(packed);
    this.#sizes.push(size);
    this.#size += size;
  }

  #forgetOldest(): void {
    const batch = Math.max(1, Math.min(this.#bounds.maxSteps, this.steps.length) >> 2);
    const gone = this.#index.forgetOldest(batch);
    for (const size of this.#sizes.splice(0, batch)) this.#size -= size;
    this.#justForgotten.push(...gone);
    for (const step of gone) this.#slots.delete(`s/${step.index}`);
    this.#forgottenIds().add(
      this.meta.dropped,
      gone.map((step) => step.spanId),
    );
    this.meta.dropped += gone.length;
  }

  get tenant(): string {
    return this.meta.tenant;
  }

  get traceId(): string {
    return this.meta.traceId;
  }

  /** The root's conversation id; before it came, the one that most spans carry (several: sub-agents have their own). */
  get sessionId(): string {
    return this.root?.conversation || mostFrequent(this.meta.conversations) || this.meta.traceId;
  }

  get environment(): string {
    return this.meta.environment;
  }

  get workflow(): string {
    return this.meta.workflow;
  }

  get agents(): readonly string[] {
    return this.meta.agents.names;
  }

  get spent(): Spent {
    return this.meta;
  }

  get troubles(): number {
    return this.meta.troubles;
  }

  get quietSince(): number {
    return this.meta.lastSpanAt;
  }

  get droppedSteps(): number {
    return this.meta.dropped;
  }

  get root(): Step | undefined {
    return this.meta.rootSpanId === '' ? undefined : this.#index.stepOf(this.meta.rootSpanId);
  }

  get incomplete(): boolean {
    if (this.fleetIncomplete) return true;
    if (this.meta.rootSpanId === '' || this.meta.dropped > 0) return false;
    for (const step of this.steps) {
      if (step.parentSpanId === '' || step.spanId === this.meta.rootSpanId) continue;
      if (!this.#index.parentOf(step)) return true;
    }
    return false;
  }

  get steps(): readonly Step[] {
    return this.#index.steps;
  }

  get calls(): number {
    return this.#index.calls;
  }

  stepOf(spanId: string): Step | undefined {
    return this.#index.stepOf(spanId);
  }

  parentOf(step: Step): Step | undefined {
    return this.#index.parentOf(step);
  }

  childrenOf(spanId: string): readonly Step[] {
    return this.#index.childrenOf(spanId);
  }

  sameArguments(step: Step): readonly Step[] {
    return this.#index.sameArguments(step);
  }

  agentOf(step: Step): string {
    return nearestNamed(step, 'agent', this)?.agent ?? this.agent;
  }

  get agent(): string {
    if (this.#runAgent?.released !== this.meta.released) {
      this.#runAgent = { released: this.meta.released, name: agentOfRun(this, this.meta.agents) };
    }
    return this.#runAgent.name;
  }

  releaseOf(step: Step): string {
    return nearestNamed(step, 'release', this)?.release ?? this.meta.release;
  }

  pointOf(step: Step): string {
    return `${this.agentOf(step)}/${step.kind}/${step.tool}`;
  }

  chronological(): readonly Step[] {
    return this.#index.chronological();
  }

  startOf(step: Step): number {
    return this.#index.startOf(step);
  }

  endOf(step: Step): number {
    return this.#index.endOf(step);
  }

  requesterOf(step: Step): Step | undefined {
    return this.#index.requesterOf(step);
  }
}
