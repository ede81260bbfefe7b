import { describePattern } from '../detector/pattern.ts';
import * as setting from '../detector/setting.ts';
import { fleetPattern } from './fleet-pattern.ts';
import { judgePath, sweepPaths } from './path-judge.ts';

const DESCRIPTION = describePattern({
  pattern: 'path_deviation',
  inShort: 'an agent leaves the path that its runs take that end well',
  claims:
    'A step came where, in the agent’s runs that ended well, another one nearly always comes: one was left out, came too late, or is ' +
    'nothing that this agent does; or the path ended where it always goes on. Paths are learned as they come, by agent and workflow, in a ' +
    'variable-order Markov model (Begleiter, El-Yaniv, Yona 2004) that forgets slowly. A step is judged by the longest context ' +
    'that was seen often enough for Wald’s sequential test to say that it is rare there. How far a claim is to be trusted is what the agent’s ' +
    'own paths have shown: a divergence that comes again and again in runs that end well was a lawful way. What a new release does ' +
    'anew is one observation of the release. How unusual a path is as a whole, by its rank among those of the agent, weighs a little in the verdict of its ' +
    'session, without a finding.',
  doesNotClaim: [
    'the order of acts that overlap in time',
    'the same act again and again: retries, pages, batches',
    'extra steps that the agent takes at other times, rare branches that the memory holds',
    'what comes after a failed step, unless that was seen often enough itself',
    'paths of which steps are missing: sampled, lost, or too long',
    'anything while the model has seen too little of a place',
  ],
  needs: 'names of agents and tools, runs that end, and some hundred of them that ended well',
  happened: 'the first step that does not belong there; for an end, the last step before it',
  began: 'the inference that asked for it, where there is one',
  evidence: {
    skipped_step:
      'a step came that comes after another one, which was left out. expected: what usually comes, with shares; seen: what came',
    replaced_step: 'another step came instead of one, and then what comes after that',
    wrong_order: 'a step was left out, and came later',
    ended_early: 'the path ended, or the agent answered, where another step always comes',
    foreign_step:
      'the agent has never done this in any path. Numbers of each: `observed`, times that the place was seen, `times`, this step there',
    new_path:
      'of a release: expected: what came there before; seen: what it does; numbers `paths`, those of the release that ended well, `times`, ' +
      'those of them that went this way',
  },
  severity: { info: 'of a release', medium: 'of a run' },
  published: ['MAST 1.1, 2.3, 3.1', 'TRAIL task orchestration'],
  settings: {
    rareShare: setting.share(0.005, 'share of a step that does not belong there', 'one run in two hundred'),
    usualShare: setting.share(
      0.05,
      'share of a step that comes now and then, which it is told from',
      'a branch that one run in twenty takes is a branch',
    ),
    error: setting.share(
      0.001,
      'probability of taking the one for the other at one place',
      'a path passes ten places or so; with this, some 150 visits of a place in which the step never came are needed',
    ),
    knownFrom: setting.count(
      3,
      'runs that ended well in which a step came at its place from which on it is known there, however rare it is',
      'twice may be the same mistake made twice; a lawful branch that is rarer than one run in a hundred is told up to so often before it is known',
    ),
    prior: setting.share(
      0.02,
      'share of runs that deviate in earnest, before anything is known of the agent: what weighs against the share of its divergences that ' +
        'proved lawful',
      'an agent of which one run in fifty does more than it should is still in service',
    ),
    foreignPrior: setting.share(
      0.002,
      'the same for a step that nobody knows, against the share of runs that ended well with one, however often it came again',
      'agents look things up in new ways much more often than they leave out what they always do',
    ),
    openShare: setting.share(
      0.1,
      'share of its runs that ended well, yet diverged, above which an agent has no paths to speak of',
      'an agent that decides each time anew is not to be told that it did',
    ),
    youngPaths: setting.count(
      20,
      'paths of a new release that are awaited before one of it is said to deviate',
      'by then what the release always does has come several times',
    ),
    wayFrom: setting.count(
      3,
      'runs of a release from which on what it does anew may be its way',
      'twice may be the same mistake made twice',
    ),
    wayShare: setting.share(
      0.05,
      'share of a release’s paths from which on what it does anew is a way of the release',
      'the share that is called usual of a step',
    ),
    keptMs: setting.milliseconds(
      3_600_000,
      'time that a path without a signal is remembered',
      'runs end within half an hour of silence',
    ),
  },
});

export const pathDeviation = fleetPattern(DESCRIPTION, (settings) => ({
  keyKind: 'agent',
  onSignal({ path }, context) {
    if (path) judgePath(path, context, settings);
  },
  onWake(context) {
    sweepPaths(context, settings);
  },
}));
