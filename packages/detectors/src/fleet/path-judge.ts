import type { PathProgress } from '@spanwise/schemas';
import { type DivergenceSettings, readPath } from '../paths/divergence.ts';
import { eventsOf, type PathEvent, transitionAt, transitionsOf } from '../paths/path-events.ts';
import { forgetContexts, MAX_CONTEXTS, PathModel } from '../paths/path-model.ts';
import { kindOf, learnNorms, normsOf, type PathNorms, saveNorms, surpriseRank } from '../paths/path-norms.ts';
import { type NewWay, noteWay, type PathRelease, releaseOf, saveRelease } from '../paths/path-release.ts';
import {
  advance,
  forgetPaths,
  MAX_PATHS_UNDER_WAY,
  newPath,
  type PathUnderWay,
  pathSlot,
} from '../paths/path-under-way.ts';
import type { FleetContext } from './fleet-detector.ts';
import { deviationDraft, newWayDraft, PATH_DEVIATION, unusualPath } from './path-findings.ts';

export interface PathSettings extends DivergenceSettings {
  readonly prior: number;
  readonly foreignPrior: number;
  readonly openShare: number;
  readonly youngPaths: number;
  readonly wayFrom: number;
  readonly wayShare: number;
  readonly keptMs: number;
}

/** Workflows of an agent whose paths are learned apart; those of further ones are learned together. */
const MAX_WORKFLOWS = 16;
const SWEEP_MS = 600_000;

/** What there is at a key: slot `census`. */
interface Census {
  workflows: string[];
  paths: number;
  contexts: number;
  /** Log time, ms; 0: none was asked for. */
  wakeAt: number;
}

/** A path goes on or ended: judges its steps, and learns of it once its run ended well. */
export function judgePath(progress: PathProgress, context: FleetContext, settings: PathSettings): void {
  const { slots, now } = context;
  const census = slots.get<Census>('census') ?? { workflows: [''], paths: 0, contexts: 0, wakeAt: 0 };
  const slot = pathSlot(progress);
  const known = slots.get<PathUnderWay>(slot);
  const path = known ?? newPath(progress);
  if (!known) {
    path.workflow = workflowOf(progress.workflow, census);
    if (census.paths >= MAX_PATHS_UNDER_WAY)
      census.paths = forgetPaths(slots, now - settings.keptMs, MAX_PATHS_UNDER_WAY / 2);
    census.paths++;
  }
  const { endedAs } = path;
  const isNews = advance(path, progress);
  path.at = now;
  // Others of its release may be told with it: they are found by their slots.
  if (!known) slots.put(slot, path);
  const judge = new PathJudge(slot, path, context, settings);
  if (isNews) judge.read();
  if (path.endedAs !== '' && (path.endedAs !== endedAs || isNews)) {
    census.contexts += judge.end(endedAs === '');
    if (census.contexts > MAX_CONTEXTS) census.contexts = forgetContexts(slots);
  }
  slots.put(slot, path);
  if (census.wakeAt === 0) {
    census.wakeAt = now + SWEEP_MS;
    context.wakeAt(census.wakeAt);
  }
  slots.put('census', census);
}

/** Forgets paths of which nothing has come for long. */
export function sweepPaths(context: FleetContext, settings: PathSettings): void {
  const { slots, now } = context;
  const census = slots.get<Census>('census');
  if (!census) return;
  census.paths = forgetPaths(slots, now - settings.keptMs, MAX_PATHS_UNDER_WAY);
  census.wakeAt = census.paths > 0 ? now + SWEEP_MS : 0;
  if (census.wakeAt > 0) context.wakeAt(census.wakeAt);
  slots.put('census', census);
}

function workflowOf(workflow: string, census: Census): string {
  const name = workflow.slice(0, 128);
  if (census.workflows.includes(name)) return name;
  if (census.workflows.length === MAX_WORKFLOWS) return '';
  census.workflows.push(name);
  return name;
}

/** One path beside what is known of its agent, its workflow and its release. */
class PathJudge {
  readonly #slot: string;
  readonly #path: PathUnderWay;
  readonly #context: FleetContext;
  readonly #settings: PathSettings;
  readonly #norms: PathNorms;
  readonly #release: PathRelease;
  readonly #model: PathModel;

  constructor(slot: string, path: PathUnderWay, context: FleetContext, settings: PathSettings) {
    this.#slot = slot;
    this.#path = path;
    this.#context = context;
    this.#settings = settings;
    this.#norms = normsOf(context.slots, path.workflow);
    this.#release = releaseOf(context.slots, path.workflow, path.release);
    this.#model = new PathModel(context.slots, path.workflow, this.#norms.epoch);
  }

  /** Reads the path as far as it has come, and reports where it diverged; what later steps refute is taken back. */
  read(): void {
    const path = this.#path;
    const events = eventsOf(path.steps, path.isDone);
    const reading = readPath(events, path.isDone, this.#model, this.#settings);
    path.bits = reading.bits;
    path.worst = events[reading.worst]?.spanId ?? '';
    path.isJudged = reading.judged > 0;
    path.divergence = path.isWhole ? (reading.divergence ?? standing(path, events)) : null;
    const at = path.divergence && events[path.divergence.index];
    path.place = null;
    if (!path.divergence || !at) {
      this.#takeBack(path, this.#slot);
      return;
    }
    const { spanId, causeSpanId, end, receivedTime } = at;
    path.place = { spanId, causeSpanId, end, receivedTime };
    const way = noteWay(this.#release, path.divergence.key, this.#slot);
    saveRelease(this.#context.slots, path.workflow, path.release, this.#release);
    path.isHeld = this.#release.paths < this.#settings.youngPaths && this.#isLater();
    if (!path.isHeld && !way.isTold) this.#report(path, this.#slot);
  }

  /** The path's run ended, for the first time or again. Returns how many contexts are new. */
  end(isFirst: boolean): number {
    const path = this.#path;
    const { slots, now, send } = this.#context;
    if (isFirst && path.isWhole) {
      const finding = unusualPath(path, surpriseRank(this.#norms, path.bits), this.#norms.paths, this.#context);
      if (finding) send({ keyKind: 'session', key: path.sessionId, body: { finding } });
    }
    if (path.isReported) this.#report(path, this.#slot);
    const isGood = path.endedAs === 'correct' && path.isWhole && path.isDone;
    if (isGood === (path.learned !== null)) return 0;
    const times = isGood ? 1 : -1;
    const learned = path.learned ?? {
      events: eventsOf(path.steps, true).map(({ point, failed }) => ({ point, failed })),
      bits: path.bits,
      isJudged: path.isJudged,
    };
    path.learned = isGood ? learned : null;
    const made = this.#model.learn(learned.events, times);
    const transitions = transitionsOf(learned.events);
    learnNorms(this.#norms, { ...learned, divergence: path.divergence, transitions }, this.#settings.knownFrom, times);
    saveNorms(slots, path.workflow, this.#norms);
    const release = this.#release;
    release.paths = Math.max(0, release.paths + times);
    release.at = now;
    for (const [key, way] of Object.entries(release.ways))
      if (transitions.has(key)) way.count = Math.max(0, way.count + times);
    if (isGood) this.#settle();
    saveRelease(slots, path.workflow, path.release, release);
    return made;
  }

  /** The release has shown more of itself: what it does anew is told of it, what was held back of single paths is told of them. */
  #settle(): void {
    const { youngPaths, wayFrom, wayShare } = this.#settings;
    const { paths, ways } = this.#release;
    if (paths < youngPaths) return;
    for (const way of Object.values(ways)) {
      if (way.isTold) continue;
      if (way.count >= wayFrom && way.count >= wayShare * paths && this.#isLater()) this.#tellWay(way);
      else if (paths === youngPaths) {
        for (const [slot, path] of this.#pathsOf(way)) {
          if (!path.isHeld) continue;
          path.isHeld = false;
          this.#report(path, slot);
          this.#context.slots.put(slot, path);
        }
      }
    }
  }

  #tellWay(way: NewWay): void {
    way.isTold = true;
    const examples = this.#pathsOf(way);
    for (const [slot, path] of examples) {
      path.isHeld = false;
      this.#takeBack(path, slot);
      this.#context.slots.put(slot, path);
    }
    const { workflow, release } = this.#path;
    const of = { agent: this.#context.key, workflow, release, paths: this.#release.paths };
    const draft = newWayDraft(
      of,
      way.count,
      examples.map(([, path]) => path),
    );
    if (draft) this.#context.report(draft);
  }

  /** Paths that went this way and are still remembered. */
  #pathsOf({ paths }: NewWay): [slot: string, path: PathUnderWay][] {
    return paths.flatMap((slot): [string, PathUnderWay][] => {
      const path = this.#context.slots.get<PathUnderWay>(slot);
      return path ? [[slot, path]] : [];
    });
  }

  /** Reports where a path diverged, unless the agent's own paths say that this means little. */
  #report(path: PathUnderWay, slot: string): void {
    if (!path.divergence) return;
    const { judged, diverged, lawful } = this.#norms;
    const { prior, foreignPrior, openShare, knownFrom } = this.#settings;
    const kind = kindOf(path.divergence.type);
    const [usual, wrong] = kind === 'foreign' ? [foreignPrior, diverged.foreign] : [prior, lawful.missing];
    const isOpen = diverged[kind] > Math.max(knownFrom, openShare * judged);
    // What was told is told in the same words again: what is known of the agent by now is no news of this path.
    if (!path.isReported) {
      path.confidence = Math.round((100 * usual) / (usual + (wrong + 0.5) / (judged + 1))) / 100;
      if (path.confidence < 0.5 || isOpen) return;
    }
    const draft = deviationDraft(slot, path, this.#context.key, path.confidence);
    if (!draft) return;
    path.isReported = true;
    this.#context.report(draft);
  }

  #takeBack(path: PathUnderWay, slot: string): void {
    if (!path.isReported) return;
    path.isReported = false;
    this.#context.withdraw(PATH_DEVIATION, slot);
  }

  /** The agent had other releases before this one. */
  #isLater(): boolean {
    return this.#norms.paths - this.#release.paths >= this.#settings.youngPaths;
  }
}

/** The divergence that was found before, where the path still goes that way: what has become known since is no reason to take it back. */
function standing({ divergence }: PathUnderWay, events: readonly PathEvent[]): PathUnderWay['divergence'] {
  if (!divergence) return null;
  for (let at = 0; at <= events.length; at++) {
    if (transitionAt(events, at) === divergence.key) return { ...divergence, index: Math.min(at, events.length - 1) };
  }
  return null;
}
