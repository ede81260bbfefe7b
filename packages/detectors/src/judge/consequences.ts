import type { Finding } from '@spanwise/schemas';

interface Consequence {
  effect: string;
  cause: string;
  /** What ties them. */
  by: 'span' | 'evidence';
}

/**
 * Findings that say less of what another finding of the run says: the effect points to its cause and does not compete with it.
 * `span`: both happened at one span; `evidence`: the effect's steps are, for the most part, among those of the cause.
 */
const CONSEQUENCES: readonly Consequence[] = [
  // What was lost at a handoff is what its contract asks for.
  { effect: 'context_decay', cause: 'context_contract_violation', by: 'span' },
  // A call that hands over by a tool breaks that tool's schema by the same stroke.
  { effect: 'tool_misrouting', cause: 'context_contract_violation', by: 'evidence' },
  // Agents that pass work round in a circle repeat themselves.
  { effect: 'no_progress_loop', cause: 'circular_delegation', by: 'evidence' },
  // Who is told to be somebody else follows other goals.
  { effect: 'reasoning_drift', cause: 'persona_inconsistency', by: 'span' },
  // What was lost on the way is missing, or of another type, where it arrives.
  { effect: 'context_contract_violation', cause: 'serialization_loss', by: 'span' },
  { effect: 'context_decay', cause: 'serialization_loss', by: 'span' },
  { effect: 'tool_misrouting', cause: 'serialization_loss', by: 'span' },
  // What a result says otherwise was not taken from nowhere.
  { effect: 'ungrounded_argument', cause: 'misread_output', by: 'span' },
  // A call with a value from nowhere fails of it, and what is done about the failure is no trouble of its own.
  { effect: 'masked_tool_error', cause: 'ungrounded_argument', by: 'span' },
  { effect: 'unresolved_error', cause: 'ungrounded_argument', by: 'span' },
  { effect: 'recovery', cause: 'ungrounded_argument', by: 'span' },
  // A caller that gives up, and one that tries again, do so because of the dependency below them.
  { effect: 'unresolved_error', cause: 'timeout_cascade', by: 'evidence' },
  { effect: 'retry_storm', cause: 'timeout_cascade', by: 'evidence' },
  { effect: 'recovery', cause: 'timeout_cascade', by: 'evidence' },
  { effect: 'recovery', cause: 'retry_storm', by: 'evidence' },
  { effect: 'recovery', cause: 'compounding_recovery', by: 'evidence' },
  // What nobody has an id of cannot be obtained by guessing.
  { effect: 'unresolved_error', cause: 'no_progress_loop', by: 'evidence' },
  { effect: 'recovery', cause: 'no_progress_loop', by: 'evidence' },
  // Who goes round in a loop does the same thing once more each time.
  { effect: 'duplicate_side_effect', cause: 'no_progress_loop', by: 'evidence' },
  // What repeats itself without end takes more than it needs.
  { effect: 'runaway_cost', cause: 'circular_delegation', by: 'evidence' },
  { effect: 'runaway_cost', cause: 'no_progress_loop', by: 'evidence' },
  { effect: 'runaway_cost', cause: 'retry_storm', by: 'evidence' },
  { effect: 'runaway_cost', cause: 'compounding_recovery', by: 'evidence' },
  // Agents that go round in a circle look the same things up.
  { effect: 'duplicate_work', cause: 'circular_delegation', by: 'evidence' },
];

const EFFECTS = new Set(CONSEQUENCES.map(({ effect }) => effect));
const CAUSES = new Set(CONSEQUENCES.map(({ cause }) => cause));

/** Whether what changed in these findings may change what follows from what. */
export const mayTie = (changed: readonly Finding[]): boolean =>
  changed.some(({ pattern }) => EFFECTS.has(pattern) || CAUSES.has(pattern));

function spansOf({ evidence, spanId }: Finding): string[] {
  const { spans } = JSON.parse(evidence) as { spans?: string[] };
  return spans ?? [spanId];
}

function follows(effect: Finding, cause: Finding, by: Consequence['by']): boolean {
  if (by === 'span') return effect.spanId === cause.spanId;
  const causes = new Set(spansOf(cause));
  const spans = spansOf(effect);
  return spans.filter((span) => causes.has(span)).length * 2 >= Math.min(spans.length, causes.size);
}

/** Of each finding that may follow from another: the id of that other, or the empty string. */
export function* causesOf(standing: readonly Finding[]): Generator<[effect: Finding, causeId: string]> {
  for (const effect of standing) {
    if (!EFFECTS.has(effect.pattern)) continue;
    let causeId = '';
    for (const consequence of CONSEQUENCES) {
      if (consequence.effect !== effect.pattern || causeId !== '') continue;
      const causes = standing.filter(({ pattern }) => pattern === consequence.cause);
      causeId = causes.find((cause) => follows(effect, cause, consequence.by))?.findingId ?? '';
    }
    yield [effect, causeId];
  }
}
