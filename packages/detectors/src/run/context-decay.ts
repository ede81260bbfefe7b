import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import { fieldName } from '../reading/field-names.ts';
import { type HandoffLog, handoffsOf, noteHandoff } from '../relations/handoffs.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';
import { belowNormal, type ContextLoss, lostItems, type NormalShare, survivedIn } from '../relations/lost-items.ts';
import { type CarriedKeys, declaredKeys, lostKeys, noteCarried } from '../relations/lost-keys.ts';
import { type GivenContext, type Hop, hopsOf, noteContext } from '../relations/passed-contexts.ts';

const DESCRIPTION = describePattern({
  pattern: 'context_decay',
  inShort: 'over handoffs, what the first agent was given gets lost',
  claims: 'Over handoffs from agent to agent, what the first was given gets lost.',
  doesNotClaim: [
    'a summary that keeps those items in whatever form; prose that is left out',
    'a receiver that gets the whole conversation',
    'one step down to a part of the work',
  ],
  needs: 'the inputs of the receivers, or payloads with fields',
  happened: 'the handoff after which too little is left',
  began:
    'the inference that asked for the handoff at which the first value was lost; a rule only where no value was, as it may go on in another language',
  evidence: {
    critical_key_lost:
      'a key that was declared critical (a setting, or `spanwise.context.critical_keys`) was in the context of the ' +
      'one who hands over and is not in the receiver’s: `spanwise.context.keys` where given, else the fields of the ' +
      'payloads; expected: the keys; seen: each that was lost, by the hop; numbers `items`, `kept`, `hops`, and `again`: how ' +
      'often the same was handed over once more',
    below_normal:
      'of the identifiers, numbers, dates and prohibitions that the one who hands over was given, a smaller share ' +
      'is in what the receiver begins with than in all but few of the pair’s handoffs that ended well; holds the same of those ' +
      'items, and `share`, `normalShare`, `handoffs`',
    rule_lost:
      'where no norm is known, or few handoffs kept as little: control passed over, less than half is left, and what ' +
      'must not be done is not among it; numbers as the first, and `share`',
    worn_down:
      'likewise: after two handoffs and more, less than half of what the first agent was given is left; holds the same',
  },
  severity: {
    low: 'an agent asks another for a part of the work, and no norm is known',
    medium: 'otherwise',
    high: 'a critical key',
  },
  published: ['MAST 1.4, 2.4', 'TRAIL context handling failures'],
  settings: {
    criticalKeys: setting.declared(
      [] as readonly string[] | Readonly<Record<string, readonly string[]>>,
      'keys that every receiver needs, or those of some, by agent',
    ),
    leastHandoffs: setting.count(
      50,
      'handoffs of a pair that must have ended well before it is known what normally survives them',
      'below that the lowest shares are chance',
    ),
    rarelyBelow: setting.share(
      0.02,
      'share of these that kept less than what counts as normal',
      'as rare as a required field may be missing',
    ),
    clearly: setting.share(
      0.75,
      'a share has to be below so much of what is normal, and by more than one item',
      'of few items, one more or less is chance',
    ),
    commonly: setting.share(
      0.1,
      'share of these that must have kept as little for a loss to be normal that would be told if no norm were known',
      'losses that keep happening teach, too, where nothing else comes of them',
    ),
    leastShare: setting.share(
      0.5,
      'share that has to survive where no norm is known',
      'a summary halves a text, not its facts',
    ),
    leastItems: setting.count(
      4,
      'items that the first must have been given for a share to mean anything',
      'a share of three things means little',
    ),
  },
});

const MOST_KEYS = 32;

interface State {
  /** Names of the fields of payloads. */
  log: HandoffLog<string[]>;
  contexts: GivenContext[];
  carried: CarriedKeys[];
  told: string[];
}

export const contextDecay = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const criticalFor = declaredKeys(settings.criticalKeys);

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const told: { hop: Hop<string[]>; found: ContextLoss }[] = [];
    const hops = hopsOf(handoffsOf(state.log, run), state.contexts, run);
    const below = new Set<number>();
    hops.forEach((hop, i) => {
      const found =
        lostKeys(hop, hops, state.carried, criticalFor(hop.handoff.to), run) ?? foundIn(hop, i, hops, below, run);
      if (!found) return;
      // What is handed to and fro is one context: it was lost when it was handed over first.
      const first = told.find((one) => isSameContext(one.hop, hop));
      if (first) first.found.numbers.again = (first.found.numbers.again ?? 0) + 1;
      else told.push({ hop, found });
    });
    for (const { hop, found } of told) tell(hop, found, reporter);
    const spanIds = told.map(({ hop }) => hop.handoff.step.spanId);
    withdrawUntrue(state, spanIds, run, reporter);
  }

  function foundIn(hop: Hop<string[]>, at: number, hops: readonly Hop<string[]>[], below: Set<number>, run: RunView) {
    const normal = normalShareOf(hop, run);
    const lost = normal && belowNormal(hop, normal, settings.clearly);
    if (lost) return lost;
    const share = survivedIn(hop)?.share ?? 1;
    return normal && share >= normal.common ? undefined : lostItems(hop, at, hops, below, settings);
  }

  function normalShareOf({ handoff }: Hop<string[]>, run: RunView): NormalShare | undefined {
    const known = run.normals.retention(run.tenant, handoff.from, handoff.to);
    if (!known || known.handoffs < settings.leastHandoffs) return undefined;
    const { handoffs } = known;
    return { share: known.quantile(settings.rarelyBelow), common: known.quantile(settings.commonly), handoffs };
  }

  return {
    initialState: () => ({ log: { notes: [] }, contexts: [], carried: [], told: [] }),

    onSpan(step, span, run, state, reporter) {
      const isHandoff = noteHandoff(state.log, step, span, ({ forms }) => [
        ...new Set(forms.flatMap((form) => Object.keys(form).slice(0, MOST_KEYS).map(fieldName))),
      ]);
      const isCarried = noteCarried(step, span, state.carried);
      const isBegun = noteContext(state.contexts, step, span, run, state.log.notes.length > 0);
      // The root tells who hands over where no span below it did.
      if (!isHandoff && !isCarried && !isBegun && step !== run.root) return false;
      if (state.log.notes.length > 0) judge(run, state, reporter);
      return true;
    },

    onRunEnd(_end, run, state, reporter) {
      if (state.log.notes.length === 0) return false;
      judge(run, state, reporter);
      return true;
    },

    isBlind(run, state) {
      const handoffs = handoffsOf(state.log, run);
      return handoffs.length > 0 && state.contexts.length === 0 && handoffs.every(({ kept }) => !kept);
    },

    observe(run, state) {
      const hops = hopsOf(handoffsOf(state.log, run), state.contexts, run);
      const below = new Set<number>();
      return hops.flatMap((hop, i) => {
        const isBeyond = foundIn(hop, i, hops, below, run) !== undefined;
        const survived = survivedIn(hop);
        const { from, to } = hop.handoff;
        return survived && to !== ''
          ? [{ about: 'retention' as const, from, to, share: survived.share, isBeyond }]
          : [];
      });
    },
  };
});

const isSameContext = (a: Hop<string[]>, b: Hop<string[]>): boolean =>
  a.handoff.from === b.handoff.from &&
  a.handoff.to === b.handoff.to &&
  a.after !== undefined &&
  a.after.marks === b.after?.marks;

function tell(hop: Hop<string[]>, found: ContextLoss, reporter: Reporter): void {
  const { step, to } = hop.handoff;
  const { asked, step: first } = found.began.handoff;
  const { items = 0, kept = 0 } = found.numbers;
  const lost = found.lost.slice(0, 4).join(', ');
  reporter.report({
    key: step.spanId,
    span: step,
    rootCause: asked ?? first,
    severity: found.severity,
    confidence: found.confidence,
    summary:
      found.type === 'critical_key_lost'
        ? `${to} did not get ${lost}, which is critical and which ${found.began.handoff.from || 'the agent before it'} had`
        : `${to} got ${kept} of the ${items} values and rules that the work began with; lost: ${lost}`,
    evidence: {
      type: found.type,
      expected: found.expected,
      seen: found.seen,
      numbers: found.numbers,
      spans: [...new Set([first.spanId, step.spanId])],
    },
  });
}
