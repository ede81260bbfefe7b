import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { idleBefore, isAct } from '../relations/calls.ts';
import { isDue } from '../relations/incident-pace.ts';
import { type Cycle, cyclesIn, rotationKey } from '../repetition/cycles.ts';
import { guessFindings } from '../repetition/guesses.ts';
import { type Acts, isWithoutProgress, occurredBefore, recentActs, tokenOf } from '../repetition/loop-acts.ts';
import { type Loop, loopFinding } from '../repetition/loop-finding.ts';
import { type Spoken, spokenIn, turnBegins } from '../repetition/turns.ts';

const DESCRIPTION = describePattern({
  pattern: 'no_progress_loop',
  inShort: 'the same steps repeat and nothing changes',
  claims:
    'A cycle of calls and handoffs, of any length up to a bound, repeats with the same arguments and the same ' +
    'results, or agents pass the same work to and fro. *Successes* are repeated here; a cycle with a failed call in ' +
    'it is retrying (`retry_storm`). So is it where an agent guesses: one id after the other, which nothing had given, ' +
    'is tried, and there is none of them.',
  doesNotClaim: [
    'a loop whose arguments or results move on: pagination, polling with progress; what was found is withdrawn ' +
      'when the next result is a new one',
    'repetition over several turns of a user',
    'calls whose arguments were not captured; handoffs without payload between which something new is said',
    'a search that goes through ids it was given, through days or pages; ids that were guessed until one of them was ' +
      'found; guesses where inputs were not captured',
    'polls that wait, calls that only acknowledge (scroll, press), work that says it is in progress, before they ' +
      'have repeated more often',
  ],
  needs: 'arguments and results of tools; where tools have no spans, the output of inferences',
  happened: 'the step whose repetition makes it a loop',
  began: 'the inference that asked for the first repetition: it had the answer already',
  evidence: {
    repeated_cycle:
      'seen: the steps of the cycle; numbers `period`, `repeats`, `steps`, `seconds`, and `inputTokens`, ' +
      '`outputTokens`, `costUsd` of the repetitions; spans: its steps',
    repeated_handoffs: 'the same, of handoffs alone',
    repeated_requests: 'calls that a model asks for, where tools have no spans; numbers `period`, `repeats`',
    repeated_text: 'what a model says; numbers `period`, `repeats`',
    guessed_ids: 'seen: the ids; numbers `guesses`, `seconds`; spans: the calls',
  },
  severity: {
    low: 'repeated text',
    medium: 'otherwise',
    high: 'three times the repetitions, or guesses, that make a loop',
  },
  published: ['MAST 1.3, 1.5', 'TRAIL resource abuse'],
  settings: {
    repeats: setting.count(
      4,
      'occurrences of one call on end that make a loop',
      'an agent may look twice, and once more to be sure',
    ),
    cycleRepeats: setting.count(3, 'occurrences of a cycle of two and more steps', 'a cycle does not repeat by chance'),
    weakRepeats: setting.count(
      5,
      'occurrences of a call whose result is only an acknowledgement, or says that work is in progress',
      'the same words may stand for another state',
    ),
    waitingRepeats: setting.count(
      12,
      'occurrences where each waits for at least `pauseMs`, or a waiting tool is part of the cycle',
      'who waits means to look again',
    ),
    pauseMs: setting.milliseconds(
      2_000,
      'time without any work between two steps that counts as waiting',
      'a model’s own latency mostly lies within the inference, not between steps',
    ),
    guesses: setting.count(
      5,
      'ids from nowhere, tried one after the other and not found, that make a loop',
      'an id that was misread may be tried in a few other spellings',
    ),
    maxPeriod: setting.count(8, 'longest cycle, in steps', 'longer ones were not seen, and cost time to look for'),
  },
});

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
  /** Keys of the guesses that were told; absent as long as there are none. */
  guesses?: string[];
}

const MOST_GUESSES = 8;

export const noProgressLoop = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
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

  /** Tells all guesses anew: what was found, or what had given an id, may come late. */
  function judgeGuesses(run: RunView, state: State, reporter: Reporter): boolean {
    if (run.troubles < settings.guesses || run.droppedSteps > 0) return false;
    const found = guessFindings(run, settings.guesses).slice(0, MOST_GUESSES);
    for (const finding of found) reporter.report(finding);
    const keys = found.map(({ key }) => key);
    const told = state.guesses ?? [];
    for (const key of told) if (!keys.includes(key)) reporter.withdraw(key);
    if (keys.join() === told.join()) return false;
    state.guesses = keys;
    return true;
  }

  return {
    initialState: () => ({ loops: [], turn: '', userTexts: [], spoken: [] }),

    onSpan(step, span, run, state, reporter) {
      const guessed = isDue(step, run) && judgeGuesses(run, state, reporter);
      if (step.kind === 'llm') {
        const turned = turnBegins(step, span, run, state);
        return spokenIn(step, span, run, state, reporter) || turned || guessed;
      }
      if (!isAct(step)) return guessed;
      if (state.loops.length === 0 && !occurredBefore(step, run)) return guessed;
      return judge(step, span, run, state, reporter) || guessed;
    },

    onRunEnd(_end, run, state, reporter) {
      for (const loop of state.loops) tell(loop, run, reporter);
      return judgeGuesses(run, state, reporter) || state.loops.length > 0;
    },
  };
});

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
