import type { Severity, Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { agentKey } from '../reading/agent-key.ts';
import { type ContextItem, holds } from '../reading/context-items.ts';
import { fieldName } from '../reading/field-names.ts';
import { namesIn, ownAttributes } from '../reading/own-attributes.ts';
import { type HandoffLog, handoffsOf, noteHandoff } from '../relations/handoffs.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';
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

type ContextDecaySettings = setting.SettingsOf<typeof DESCRIPTION.settings>;

const MOST_KEYS = 32;
const MOST_CARRIED = 24;
const TICK = 1_000;

/** Keys that a span says its context has, and which of them are critical. */
type Carried = [spanId: string, keys: string[], critical: string[]];

interface State {
  /** Names of the fields of payloads. */
  log: HandoffLog<string[]>;
  contexts: GivenContext[];
  carried: Carried[];
  told: string[];
}

export const contextDecay = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const criticalFor = declaredKeys(settings.criticalKeys);

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const told: { hop: Hop<string[]>; found: Found }[] = [];
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
      const isCarried = noteCarried(step, span, state);
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

function declaredKeys(keys: ContextDecaySettings['criticalKeys']): (agent: string) => string[] {
  if (Array.isArray(keys)) {
    const all = keys.map(fieldName);
    return () => all;
  }
  const byAgent = new Map(Object.entries(keys).map(([agent, names]) => [agentKey(agent), names.map(fieldName)]));
  return (agent) => byAgent.get(agent) ?? [];
}

function noteCarried(step: Step, span: Span, state: State): boolean {
  const own = ownAttributes(span);
  if (!own) return false;
  const [keys, critical] = [own['context.keys'], own['context.critical_keys']].map((names) =>
    namesIn(names).map(fieldName),
  );
  if (!keys || !critical || keys.length + critical.length === 0) return false;
  state.carried.push([step.spanId, keys.slice(0, MOST_KEYS), critical.slice(0, MOST_KEYS)]);
  if (state.carried.length > MOST_CARRIED) state.carried.splice(1, 1);
  return true;
}

interface Found {
  type: 'critical_key_lost' | 'below_normal' | 'worn_down' | 'rule_lost';
  severity: Severity;
  confidence: number;
  expected: string[];
  /** What was lost, by hop. */
  seen: string[];
  lost: string[];
  began: Hop<string[]>;
  numbers: Record<string, number>;
}

const nameOf = ({ handoff: { from, to } }: Hop<string[]>): string => `${from || '?'} → ${to}`;

function lostKeys(
  hop: Hop<string[]>,
  hops: readonly Hop<string[]>[],
  carried: readonly Carried[],
  declared: readonly string[],
  run: RunView,
): Found | undefined {
  const { handoff } = hop;
  const at = run.startOf(handoff.step);
  const known = carried.flatMap(([spanId, keys, critical]) => {
    const step = run.stepOf(spanId);
    return step ? [{ step, keys, critical, agent: agentKey(run.agentOf(step)), start: run.startOf(step) }] : [];
  });
  known.sort((a, b) => a.start - b.start || (a.step.spanId < b.step.spanId ? -1 : 1));
  const critical = new Set([
    ...declared,
    ...known.filter(({ start }) => start <= at + TICK).flatMap((one) => one.critical),
  ]);
  if (critical.size === 0) return undefined;
  const sender = known.findLast(
    ({ agent, start, step, keys }) => agent === handoff.from && start <= at && step !== handoff.step && keys.length > 0,
  );
  const had = sender?.keys ?? hops[hop.previous]?.handoff.kept;
  const receiver =
    known.find(({ step, keys }) => step === handoff.step && keys.length > 0) ??
    known.find(({ agent, start, keys }) => agent === handoff.to && start >= at - TICK && keys.length > 0);
  const has = receiver?.keys ?? handoff.kept;
  if (!had || !has || has.length === 0) return undefined;
  const lost = [...critical].filter((key) => had.includes(key) && !has.includes(key));
  if (lost.length === 0) return undefined;
  const expected = [...critical].filter((key) => had.includes(key));
  return {
    type: 'critical_key_lost',
    severity: 'high',
    confidence: receiver ? 0.95 : 0.85,
    expected,
    seen: lost.map((key) => `${nameOf(hop)}: ${key}`),
    lost,
    began: hop,
    numbers: { items: expected.length, kept: expected.length - lost.length, hops: 1 },
  };
}

const survivors = (items: readonly ContextItem[], context: GivenContext): ContextItem[] =>
  items.filter((item) => holds(context.marks, item));

const rounded = (share: number): number => Math.round(share * 100) / 100;

/** Share of a context that survives the handoffs of a pair in all but few cases. */
interface NormalShare {
  share: number;
  /** A share that a part of them does not exceed that is too large to be chance, or a fault. */
  common: number;
  handoffs: number;
}

function belowNormal(hop: Hop<string[]>, normal: NormalShare, clearly: number): Found | undefined {
  const survived = survivedIn(hop);
  if (!survived || survived.share >= clearly * normal.share) return undefined;
  const { items, share } = survived;
  if (share * items.length + 1 >= normal.share * items.length) return undefined;
  return foundOver([hop], survived.items, survived.after, 'below_normal', {
    normalShare: rounded(normal.share),
    handoffs: normal.handoffs,
  });
}

/** What is left of what the one who hands over was given; undefined where that is nothing, or was not seen. */
function survivedIn({ before, after }: Hop<string[]>) {
  if (!before || !after || before.items.length === 0) return undefined;
  const { items } = before;
  return { items, after, share: survivors(items, after).length / items.length };
}

/** @param below hops that are told to have fallen below, for what follows them */
function lostItems(
  hop: Hop<string[]>,
  at: number,
  hops: readonly Hop<string[]>[],
  below: Set<number>,
  settings: ContextDecaySettings,
): Found | undefined {
  if (!hop.after) return undefined;
  const chain = [hop];
  for (let i = hop.previous; i >= 0 && chain.length < hops.length; i = hops[i]?.previous ?? -1)
    chain.unshift(hops[i] as Hop<string[]>);
  // What came before the first agent whose context was seen is not known.
  while (chain[0] && !chain[0].before) chain.shift();
  const items = chain[0]?.before?.items ?? [];
  const kept = survivors(items, hop.after);
  if (kept.length >= settings.leastShare * items.length) return undefined;
  if (chain.length < 2) {
    // Who takes the work over has to know what must not be done with it; who does a part of it need not.
    const isRuleLost = items.some((item) => item.rule && !kept.includes(item));
    if (!isRuleLost || hop.handoff.nested || items.length < settings.leastItems - 1) return undefined;
    return foundOver(chain, items, hop.after, 'rule_lost', {});
  }
  if (items.length < settings.leastItems) return undefined;
  below.add(at);
  if (below.has(hop.previous)) return undefined;
  return foundOver(chain, items, hop.after, 'worn_down', {});
}

function foundOver(
  chain: readonly Hop<string[]>[],
  items: readonly ContextItem[],
  after: GivenContext,
  type: Found['type'],
  numbers: Record<string, number>,
): Found {
  const kept = survivors(items, after);
  const lost = items.filter((item) => !kept.includes(item));
  const lostAt = (item: ContextItem): number =>
    chain.findIndex((hop) => hop.after !== undefined && !holds(hop.after.marks, item));
  const hops = lost.map(lostAt);
  // A rule may go on in another language, a value does not.
  const ofValues = hops.filter((_, i) => lost[i]?.rule === false);
  const began = chain[Math.max(0, Math.min(...(ofValues.length > 0 ? ofValues : hops)))] as Hop<string[]>;
  // Who asks another for a part of the work tells it only that part.
  const isPart = chain.some(({ handoff }) => handoff.nested);
  return {
    type,
    severity: type !== 'below_normal' && isPart ? 'low' : 'medium',
    confidence: type === 'below_normal' ? 0.8 : isPart ? 0.5 : type === 'rule_lost' ? 0.6 : 0.7,
    expected: items.map(({ stated }) => stated),
    seen: lost.map((item, i) => `${nameOf(chain[hops[i] ?? 0] as Hop<string[]>)}: ${item.stated}`),
    lost: lost.map(({ stated }) => stated),
    began,
    numbers: {
      items: items.length,
      kept: kept.length,
      hops: chain.length,
      share: rounded(kept.length / items.length),
      ...numbers,
    },
  };
}

function tell(hop: Hop<string[]>, found: Found, reporter: Reporter): void {
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
