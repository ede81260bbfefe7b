import type { Span } from '@spanwise/schemas';
import type { Reporter, RunDetector } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { idleBefore, isAct } from '../relations/calls.ts';
import { type Cycle, cyclesIn, rotationKey } from '../repetition/cycles.ts';
import { type Acts, isWithoutProgress, occurredBefore, recentActs, tokenOf } from '../repetition/loop-acts.ts';
import { type Loop, loopFinding } from '../repetition/loop-finding.ts';
import { type Spoken, spokenIn, turnBegins } from '../repetition/turns.ts';

/**
 * `no_progress_loop`: a cycle of calls and handoffs, of any period up to a bound, repeats and nothing changes: the same
 * calls with the same arguments give the same results, or agents pass the same work to and fro. MAST 1.3 (step repetition),
 * 1.5 (unaware of termination); TRAIL: resource abuse.
 *
 * The boundary to `retry_storm`: here *successes* are repeated; a cycle that contains a failed call is retrying.
 *
 * It does not claim a loop where arguments or results move on (pagination, polling with progress: what was found is
 * withdrawn when the next repetition brings a new result), across turns of a user, where arguments were not captured, or
 * where agents hand over without payload and say something new each time. Polls that wait, calls that return only an
 * acknowledgement (scroll, press) and work that says itself that it is in progress need more repetitions.
 *
 * Happened: the step whose repetition makes it a loop. Began: the inference that asked for the first repetition, since it
 * had the answer already.
 * Evidence `repeated_cycle` (numbers: period, repeats, steps, seconds, inputTokens, outputTokens, costUsd of the
 * repetitions), `repeated_handoffs` (the same), `repeated_requests` and `repeated_text` (calls without spans, and answers,
 * both from the model's output: period, repeats).
 */
export interface NoProgressLoopSettings {
  /** Occurrences of one call on end that make a loop. Default 4. */
  repeats: number;
  /** Occurrences of a cycle of two and more steps. Default 3. */
  cycleRepeats: number;
  /** Occurrences of a call whose result is only an acknowledgement or says that work is in progress. Default 5. */
  weakRepeats: number;
  /** Occurrences where each waits for at least `pauseMs` or a waiting tool is part of the cycle. Default 12. */
  waitingRepeats: number;
  /** Milliseconds without any work between two steps that count as waiting. Default 2,000. */
  pauseMs: number;
  /** Longest cycle, in steps. Default 8. */
  maxPeriod: number;
}

const DEFAULTS: NoProgressLoopSettings = {
  repeats: 4,
  cycleRepeats: 3,
  weakRepeats: 5,
  waitingRepeats: 12,
  pauseMs: 2_000,
  maxPeriod: 8,
};

const MOST_LOOPS = 8;

const WAITING_TOOL = /^(?:wait|sleep|delay|pause)(?![a-z])/i;
const ACKNOWLEDGEMENT =
  /^\s*(?:"?(?:ok|okay|done|success|successful|true|null|none|acknowledged|accepted|scrolled|clicked)\.?"?|\{\s*"(?:ok|success|status|result|message)"\s*:\s*(?:true|"(?:ok|success|done)")\s*\})?\s*$/i;
const IN_PROGRESS =
  /"(?:status|state|phase|stage)"\s*:\s*"(?:pending|queued|running|in[_ -]?progress|processing|scheduled|waiting|starting|building|not[_ -]ready)"/i;

interface State {
  loops: Loop[];
  /** Span id of the inference with which the current turn of the user began. */
  turn: string;
  /** Digests of what users said last. */
  userTexts: string[];
  /** What models said last without calling a tool, or asked for where tools have no spans. */
  spoken: Spoken[];
}

export function noProgressLoop(overrides: Partial<NoProgressLoopSettings> = {}): RunDetector<State> {
  const settings = { ...DEFAULTS, ...overrides };
  const repeatsOf = (period: number) => (period === 1 ? settings.repeats : settings.cycleRepeats);

  function thresholdOf(acts: readonly Step[], cycle: Cycle, weak: boolean, run: RunView): number {
    const base = repeatsOf(cycle.period);
    const once = acts.slice(cycle.from, cycle.from + cycle.period);
    if (once.some((act) => WAITING_TOOL.test(act.tool))) return settings.waitingRepeats;
    let waits = 0;
    for (let i = cycle.from + 1; i < cycle.to; i++) {
      const [before, act] = [acts[i - 1], acts[i]];
      if (before && act && idleBefore(before, act, run) >= settings.pauseMs) waits += 1;
    }
    if (waits * cycle.period >= (cycle.to - cycle.from - 1) * 0.5) return Math.max(base, settings.waitingRepeats);
    return weak || once.every((act) => act.outcome === 'empty') ? Math.max(base, settings.weakRepeats) : base;
  }

  /** Judges the acts of the current turn after `step` was added to them. */
  function judge(step: Step, span: Span, run: RunView, state: State, reporter: Reporter): boolean {
    const acts = recentActs(run, state.turn);
    const tokens = acts.list.map(tokenOf);
    const token = tokenOf(step);
    const seen = new Set<string>();
    let changed = false;
    for (const cycle of cyclesIn(tokens, settings.maxPeriod, repeatsOf)) {
      if (!isWithoutProgress(acts.list, cycle, run, state.spoken)) continue;
      const key = hash64(rotationKey(tokens.slice(cycle.from, cycle.from + cycle.period)));
      let loop = state.loops.find((known) => known.key === key);
      const isCutOff = cycle.from === 0 && !acts.whole;
      if (loop && !isCutOff && cycle.to - cycle.from < loop.threshold * loop.period) continue;
      seen.add(key);
      if (!loop) {
        if (!tokens.slice(cycle.from, cycle.to).includes(token) || state.loops.length >= MOST_LOOPS) continue;
        const threshold = thresholdOf(acts.list, cycle, isWeak(step, span), run);
        if (cycle.to - cycle.from < threshold * cycle.period) continue;
        loop = {
          key,
          period: cycle.period,
          first: '',
          repetition: '',
          at: '',
          threshold,
          steps: 0,
          last: '',
          reported: 0,
        };
        state.loops.push(loop);
      }
      if (!update(loop, acts, cycle, run)) continue;
      changed = true;
      if (Math.floor(loop.steps / loop.period) >= 2 * loop.reported) tell(loop, run, reporter);
    }
    return withdrawBroken(acts.list, seen, state, reporter) || changed;
  }

  return {
    pattern: 'no_progress_loop',
    initialState: () => ({ loops: [], turn: '', userTexts: [], spoken: [] }),

    onSpan(step, span, run, state, reporter) {
      if (step.kind === 'llm') {
        const turned = turnBegins(step, span, run, state);
        return spokenIn(step, span, run, state, reporter) || turned;
      }
      if (!isAct(step)) return false;
      if (state.loops.length === 0 && !occurredBefore(step, run)) return false;
      return judge(step, span, run, state, reporter);
    },

    onRunEnd(_end, run, state, reporter) {
      for (const loop of state.loops) tell(loop, run, reporter);
      return state.loops.length > 0;
    },
  };
}

const isWeak = (step: Step, span: Span): boolean =>
  step.resultDigest !== '' && (ACKNOWLEDGEMENT.test(span.toolResult) || IN_PROGRESS.test(span.toolResult));

/** Places a loop on the acts, or counts on where its beginning lies before them; true where anything changed. */
function update(loop: Loop, acts: Acts, cycle: Cycle, run: RunView): boolean {
  const last = acts.list[cycle.to - 1];
  if (!last) return false;
  if (cycle.from === 0 && !acts.whole && loop.first !== '') {
    const counted = run.stepOf(loop.last);
    if (counted && run.startOf(last) <= run.startOf(counted)) return false;
    loop.steps += cycle.to - 1 - acts.list.findIndex((act) => act.spanId === loop.last);
    loop.last = last.spanId;
    return true;
  }
  const idAt = (i: number) => acts.list[cycle.from + i]?.spanId ?? '';
  const [first, at] = [idAt(0), idAt(loop.threshold * loop.period - 1)];
  const steps = cycle.to - cycle.from;
  if (first === loop.first && at === loop.at && steps === loop.steps && last.spanId === loop.last) return false;
  if (first !== loop.first || at !== loop.at) loop.reported = 0;
  Object.assign(loop, { first, at, repetition: idAt(loop.period), steps, last: last.spanId });
  return true;
}

/** What was reported stays as it is once the steps that it rests on are forgotten. */
function tell(loop: Loop, run: RunView, reporter: Reporter): void {
  const finding = loopFinding(loop, run);
  if (finding) reporter.report(finding);
  loop.reported = Math.floor(loop.steps / loop.period);
}

/** Takes back loops of this turn that the acts no longer show: something was between, or the next result moved on. */
function withdrawBroken(acts: readonly Step[], seen: ReadonlySet<string>, state: State, reporter: Reporter): boolean {
  const ids = new Set(acts.map((act) => act.spanId));
  const broken = state.loops.filter((loop) => !seen.has(loop.key) && ids.has(loop.first));
  for (const loop of broken) reporter.withdraw(loop.key);
  if (broken.length > 0) state.loops = state.loops.filter((loop) => !broken.includes(loop));
  return broken.length > 0;
}
