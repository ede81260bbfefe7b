import type { Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import type { KnownPersona, ObservedPersona, PersonaCounts } from '../detector/normals.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { agentKey } from '../reading/agent-key.ts';
import { conversationKey } from '../reading/conversation-key.ts';
import { instructionsIn, likeness, promptLabels } from '../reading/instructions.ts';
import { wasCut } from '../reading/messages.ts';
import { isAct, wrapsInference } from '../relations/calls.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';
import { type OtherPersona, otherPersona, type Persona } from '../relations/other-persona.ts';
import {
  groupsOf,
  hasActed,
  hearAnswers,
  type Inference,
  keepInference,
  openingOfAnswer,
  type Spoken,
} from '../relations/persona-inferences.ts';

const DESCRIPTION = describePattern({
  pattern: 'persona_inconsistency',
  inShort: 'one agent goes on under the instructions of another persona',
  claims:
    'In one conversation, one agent of one release answers or acts under system instructions of another persona ' +
    'than before. Where a conversation that had begun in an earlier run goes on, the instructions of the run’s first ' +
    'inference are held against those under which the release’s runs have ended well. Two instructions speak to one persona where they name the same role (`You are …`), or where ' +
    'enough of their sentences or first words are the same, numbers aside.',
  doesNotClaim: [
    'dates, notes or knowledge that change in a template',
    'other agents, releases, or workflow points (the nodes of a graph have prompts of their own)',
    'calls with other tools or about another request: titles, summaries, critics',
    'a configured mode: a prompt name, version or mode on the span that differs too, a call of a tool for modes ' +
      'in between, one of the `modes`',
    'an answer that nobody heard',
    'a run that begins a conversation under instructions that are new',
  ],
  needs: 'system instructions, and the name of the agent on a span at or above the inference',
  happened:
    'the first inference under the other persona that was heard (its answer is in a later input or in the agent’s ' +
    'output, or is the agent’s last word) or acted (a tool it asked for was called)',
  began: 'the same',
  evidence: {
    other_instructions:
      'expected and seen: the two roles, else the digests of the instructions; number `likeness`; spans: the first ' +
      'inference, and those under the other persona',
    unlike_other_runs:
      'a conversation goes on, and no known instructions of the release speak to this persona; expected: the roles, else digests, that are ' +
      'known; seen: that of the run; numbers `likeness` (to the nearest), `runs` (they were learned from)',
  },
  severity: {
    medium: 'always',
  },
  published: ['MAST 1.2, 2.3'],
  settings: {
    likeness: setting.share(
      0.35,
      'instructions with less in common than this speak to another persona',
      'half of a short prompt’s words may be data',
    ),
    leastRuns: setting.count(
      10,
      'runs of a release that must have ended well before its personas are known',
      'a persona of one run in four is hardly missing among ten',
    ),
    modes: setting.names([], 'words by which instructions of configured modes are known', 'only operators know them'),
  },
});

const MOST_PERSONAS = 6;

/** Messages in which the model has answered before. */
const ASSISTANT = /"role": ?"assistant"/;

interface State {
  personas: Persona[];
  inferences: Inference[];
  told: string[];
}

export const personaInconsistency = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  function note(step: Step, span: Span, run: RunView, state: State): boolean {
    const instructions = instructionsIn(span.systemInstructions);
    const labels = state.personas.length === 0 ? '' : promptLabels(span.attributes);
    let at = state.personas.findIndex((known) => known.digest === instructions.digest);
    if (at < 0) {
      if (state.personas.length >= MOST_PERSONAS) return false;
      const configured = settings.modes.some((mode) => span.systemInstructions.includes(mode));
      at = state.personas.push({ ...instructions, labels: promptLabels(span.attributes), configured }) - 1;
    } else if (labels !== '' && state.personas[at]) (state.personas[at] as Persona).labels = labels;
    return keepInference(state, step, run, [
      step.spanId,
      at,
      span.toolDefinitionsDigest.slice(0, 8),
      conversationKey(span.inputMessages),
      step.requestedCalls.length > 0 ? '' : openingOfAnswer(span.outputMessages),
      0,
      ASSISTANT.test(span.inputMessages) ? 1 : 0,
    ]);
  }

  function judge(run: RunView, state: State, isOver: boolean, reporter: Reporter): void {
    const told: string[] = [];
    for (const group of groupsOf(state, run)) {
      const found = otherPersona(group, state.personas, run, settings.likeness, isOver);
      const strange = found || !isOver ? undefined : unlikeOthers(group, state, run);
      if (found) tell(found, state, reporter);
      else if (strange) tellStrange(strange, reporter);
      const at = found?.at ?? strange?.at;
      if (at) told.push(at.step.spanId);
    }
    withdrawUntrue(state, told, run, reporter);
  }

  const known = (step: Step, run: RunView): PersonaCounts | undefined =>
    run.normals.personas(run.tenant, agentKey(run.agentOf(step)), run.releaseOf(step));

  const nearest = (persona: Persona, { personas }: PersonaCounts): number =>
    Math.max(0, ...personas.map((one) => likeness(one, persona)));

  const isStrange = (persona: Persona, of: PersonaCounts): boolean =>
    of.runs >= settings.leastRuns && !of.isOpen && nearest(persona, of) < settings.likeness;

  /** A conversation goes on under a persona that the release is not known to have. */
  function unlikeOthers(group: readonly Spoken[], state: State, run: RunView): Strange | undefined {
    const [at] = group;
    const persona = at && state.personas[at.persona];
    if (!at?.continues || !persona || persona.configured) return undefined;
    const of = known(at.step, run);
    if (!of || !isStrange(persona, of) || of.personas.every(({ labels }) => labels !== persona.labels))
      return undefined;
    const isHeard = at.step.requestedCalls.length > 0 ? hasActed(at.step, run) : at.heard || group.length === 1;
    return isHeard ? { at, persona, of, likeness: nearest(persona, of) } : undefined;
  }

  return {
    initialState: () => ({ personas: [], inferences: [], told: [] }),

    onSpan(step, span, run, state, reporter) {
      if (step.kind === 'llm') {
        if (span.systemInstructions === '' || step.failed || wasCut(span, 'systemInstructions')) return false;
        if (wrapsInference(step, run)) return false;
        const isHeard = hearAnswers(span.inputMessages, step, state);
        const isNoted = note(step, span, run, state);
        if (state.personas.length > 1) judge(run, state, false, reporter);
        return isHeard || isNoted;
      }
      if (state.personas.length < 2 || (step.kind !== 'agent' && !isAct(step))) return false;
      if (step.kind === 'agent') hearAnswers(span.outputMessages, step, state);
      judge(run, state, false, reporter);
      return true;
    },

    onRunEnd(_end, run, state, reporter) {
      if (state.personas.length < 2 && !state.inferences.some(([, , , , , , continues]) => continues)) return false;
      judge(run, state, true, reporter);
      return true;
    },

    observe(run, state) {
      const observed = new Map<string, ObservedPersona>();
      for (const group of groupsOf(state, run)) {
        for (const { step, persona: at } of group) {
          const persona = state.personas[at];
          const [agent, release] = [agentKey(run.agentOf(step)), run.releaseOf(step)];
          const of = known(step, run);
          // What is known to be one of its personas need not be learned for ever.
          const isKnown =
            of && of.runs >= 2 * settings.leastRuns && persona && nearest(persona, of) >= settings.likeness;
          if (!persona || agent === '' || isKnown) continue;
          const { configured: _, ...learned } = persona;
          const isBeyond = of !== undefined && isStrange(persona, of);
          observed.set(`${agent}\n${release}\n${at}`, { about: 'persona', agent, release, persona: learned, isBeyond });
        }
      }
      return [...observed.values()];
    },

    isBlind: (run, state) => state.inferences.length === 0 && run.steps.some(({ kind }) => kind === 'llm'),
  };
});

interface Strange {
  at: Spoken;
  persona: Persona;
  of: PersonaCounts;
  likeness: number;
}

const named = ({ role, digest }: KnownPersona): string => role || `instructions ${digest.slice(0, 8)}`;

function tellStrange({ at, persona, of, likeness: alike }: Strange, reporter: Reporter): void {
  const others = of.personas.map(named);
  reporter.report({
    key: at.step.spanId,
    span: at.step,
    rootCause: at.step,
    severity: 'medium',
    confidence: 0.8,
    summary: `a conversation that had begun before went on with ${AGENT} as "${named(persona)}", under which none of ${of.runs} runs of the release had ended well; those were "${others[0]}"`,
    evidence: {
      type: 'unlike_other_runs',
      expected: others,
      seen: named(persona),
      numbers: { likeness: Math.round(alike * 100) / 100, runs: of.runs },
      spans: [at.step.spanId],
    },
  });
}

function tell({ group, first, at, likeness: alike, confidence }: OtherPersona, state: State, reporter: Reporter): void {
  const [was, is] = [state.personas[first.persona] as Persona, state.personas[at.persona] as Persona];
  const other =
    was.role !== '' && is.role !== ''
      ? `as "${is.role}", after it had been "${was.role}"`
      : `under other system instructions, with ${Math.round(alike * 100)} % in common with those before`;
  const under = group.filter((spoken) => spoken.persona === at.persona);
  reporter.report({
    key: at.step.spanId,
    span: at.step,
    rootCause: at.step,
    severity: 'medium',
    confidence,
    summary: `in one conversation, ${AGENT} went on ${other}`,
    evidence: {
      type: 'other_instructions',
      expected: named(was),
      seen: named(is),
      numbers: { likeness: Math.round(alike * 100) / 100 },
      spans: [first, ...under].slice(0, 32).map((spoken) => spoken.step.spanId),
    },
  });
}
