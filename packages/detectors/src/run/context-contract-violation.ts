import type { Severity, Span } from '@spanwise/schemas';
import type { Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import {
  type CompiledContract,
  type ContractBreak,
  compileContract,
  type HandoffContract,
} from '../reading/handoff-contract.ts';
import type { HandoffPayload } from '../reading/handoff-payload.ts';
import { type Part, wasCut } from '../reading/messages.ts';
import { type OfferedContract, offeredContract } from '../reading/offered-contract.ts';
import { OfferedToolsCache } from '../reading/offered-tools.ts';
import { type PayloadShape, shapesOf } from '../reading/payload-shape.ts';
import { type Handoff, type HandoffLog, handoffsOf, noteHandoff } from '../relations/handoffs.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';
import { breaksOfNorms, normSettings, type PayloadNorm } from '../relations/payload-norms.ts';

const DESCRIPTION = describePattern({
  pattern: 'context_contract_violation',
  inShort: 'a handoff lacks what it must carry',
  claims:
    'At a handoff from agent to agent, a field that must be there is missing, empty or of another type. The payload ' +
    'is read where the framework records it: the arguments of the handoff’s span, else of the call that the model ' +
    'asked for, else the input of the invoked agent; alone, in an object within it, or as JSON within words.',
  doesNotClaim: [
    'fields that are not required: they may be missing or null, unless the pair practically always had them',
    'a handoff whose context travels otherwise: a shared conversation, prose, a target and nothing else; the ' +
      'coverage of a run whose handoffs all do lists the pattern as blind',
  ],
  needs:
    'payloads of handoffs with fields; a declared contract, the definition of the tool that hands over, or enough ' +
    'handoffs of the pair to learn from',
  happened: 'the handoff’s span, else the invoked agent’s',
  began: 'the inference that asked for it',
  evidence: {
    declared_contract:
      'by a JSON Schema that was declared for the receiver, or for the pair; expected: the broken rules; seen: the ' +
      'fields that were handed over; numbers `missing`, `empty`, `wrongType`, `otherRules`, and `again`: how often the ' +
      'same payload was handed over once more',
    offered_schema:
      'where none was declared: required arguments are missing, or of another type, by the schema with which the tool that ' +
      'hands over was offered to the model; holds the same',
    learned_contract:
      'by what practically all handoffs of the pair carried that ended well, in payloads of this form; holds the same, ' +
      'and `handoffs` that it was learned from',
  },
  severity: {
    info: 'what was learned from so few handoffs that it is a hint',
    low: 'only what receivers cope with, as a number as text; what was always there and is declared optional',
    medium: 'another type, a broken rule, what was learned',
    high: 'a declared field is missing or empty',
  },
  published: ['MAST 2.4, 1.4', 'TRAIL context handling failures'],
  settings: {
    contracts: setting.declared([] as readonly HandoffContract[], 'what handoffs must carry: `{ from?, to, schema }`'),
    ...normSettings,
    declaredOptionalError: setting.share(
      0.007,
      '`error` of an argument that the tool which hands over declares optional',
      'what may be left out may also have been given by chance: 50 handoffs have to have it',
    ),
  },
});

/** What is remembered of a payload. */
interface Kept {
  shapes: PayloadShape[];
  /** Digest of all of it; absent where there is nothing, or nothing was kept by an older version. */
  task?: string;
  /** Breaks by the contract's id; absent where the contract does not apply. */
  breaks: Record<string, ContractBreak[]>;
  /** Of a call of a tool that was offered with a schema. */
  offered?: OfferedContract;
}

/** A tool was offered and asked for, and what it was given names the target at most. */
const showsNothing = ({ shapes, offered }: Kept): boolean => shapes.length === 0 && !offered?.breaks.length;

interface State {
  log: HandoffLog<Kept>;
  told: string[];
}

export const contextContractViolation = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const compiled = settings.contracts.map(compileContract);
  const offers = new OfferedToolsCache();

  function keep(payload: HandoffPayload): Kept | null {
    const shapes = shapesOf(payload);
    if (shapes.length === 0) return null;
    const breaks: Kept['breaks'] = {};
    // Whom it is for may only be known later: all contracts are asked, and the one that holds is chosen then.
    for (const contract of compiled) {
      const found = contract.check(payload);
      if (found && found.length > 0) breaks[contract.id] = found;
    }
    return { shapes, breaks, ...taskOf(payload) };
  }

  function keepOfRequest(payload: HandoffPayload, call: Part, span: Span): Kept | null {
    const offer =
      span.toolDefinitions === '' || wasCut(span, 'toolDefinitions')
        ? undefined
        : offers.get(span.toolDefinitions, span.toolDefinitionsDigest);
    const offered = offer && offeredContract(offer, String(call.name), call.arguments);
    return offered ? { ...(keep(payload) ?? { shapes: [], breaks: {}, ...taskOf(payload) }), offered } : null;
  }

  /** The broken rules of the contract that goes before the others; undefined where none is broken. */
  function brokenBy(handoff: Handoff<Kept>, run: RunView): Broken | undefined {
    const { kept, keptOfRequest } = handoff;
    const contract = contractFor(compiled, handoff);
    if (contract) return brokenOf('declared_contract', kept?.breaks[contract.id] ?? []);
    const offered = keptOfRequest?.offered;
    if (offered && offered.breaks.length > 0) return brokenOf('offered_schema', offered.breaks);
    const known = run.normals.handoffs(run.tenant, handoff.from, handoff.to);
    const optional = { fields: offered?.optional ?? [], error: settings.declaredOptionalError };
    const learned = known && kept && breaksOfNorms(known, kept.shapes, { optional }, settings);
    return learned ? brokenOf('learned_contract', learned.breaks, learned.norm) : undefined;
  }

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const told: { handoff: Handoff<Kept>; broken: Broken; again: Handoff<Kept>[] }[] = [];
    for (const handoff of handoffsOf(state.log, run)) {
      const broken = brokenBy(handoff, run);
      if (!broken) continue;
      // What is handed over to and fro is one payload: its first handoff broke the contract.
      const first = told.find((one) => isSamePayload(one.handoff, handoff));
      if (first) first.again.push(handoff);
      else told.push({ handoff, broken, again: [] });
    }
    for (const { handoff, broken, again } of told) tell(handoff, broken, again, reporter);
    const spanIds = told.map(({ handoff }) => handoff.step.spanId);
    withdrawUntrue(state, spanIds, run, reporter);
  }

  return {
    initialState: () => ({ log: { notes: [] }, told: [] }),

    onSpan(step, span, run, state, reporter) {
      const isNoted = noteHandoff(state.log, step, span, keep, (payload, call) => keepOfRequest(payload, call, span));
      // The root tells who hands over where no span below it did.
      const isTold = step === run.root && state.log.notes.length > 0;
      if (!isNoted && !isTold) return false;
      judge(run, state, reporter);
      return true;
    },

    onRunEnd(_end, run, state, reporter) {
      if (state.log.notes.length === 0) return false;
      judge(run, state, reporter);
      return true;
    },

    isBlind(run, state) {
      const handoffs = handoffsOf(state.log, run);
      return handoffs.length > 0 && handoffs.every(({ kept }) => !kept || showsNothing(kept));
    },

    observe(run, state) {
      return handoffsOf(state.log, run).flatMap((handoff) => {
        const { from, to, kept } = handoff;
        if (!kept || kept.shapes.length === 0 || to === '') return [];
        const isBeyond = brokenBy(handoff, run)?.type === 'learned_contract';
        return [{ about: 'handoff' as const, from, to, shapes: kept.shapes, isBeyond }];
      });
    },
  };
});

/** How a handoff breaks a contract. */
interface Broken {
  type: 'declared_contract' | 'offered_schema' | 'learned_contract';
  breaks: readonly ContractBreak[];
  /** Undefined unless it was learned. */
  norm: PayloadNorm | undefined;
}

const brokenOf = (type: Broken['type'], breaks: readonly ContractBreak[], norm?: PayloadNorm): Broken | undefined =>
  breaks.length === 0 ? undefined : { type, breaks, norm };

/** The contract of the pair, else of the receiver. */
function contractFor(contracts: readonly CompiledContract[], handoff: Handoff<Kept>): CompiledContract | undefined {
  const ofReceiver = contracts.filter(({ to }) => to === handoff.to);
  return ofReceiver.find(({ from }) => from === handoff.from) ?? ofReceiver.find(({ from }) => from === '');
}

function inWords({ field, problem, rule }: ContractBreak): string {
  const name = field === '' ? 'a field' : `"${field}"`;
  if (problem === 'missing') return `lacks ${name}`;
  if (problem === 'empty') return `has an empty ${name}`;
  return `has a wrong ${field === '' ? 'payload' : name} (${rule})`;
}

/** A declared field that is not there is grave; what most receivers cope with is not. */
function severityOf({ breaks, norm }: Broken): Severity {
  if (norm?.isHint) return 'info';
  if (breaks.every((broken) => broken.lenient)) return 'low';
  const isAbsent = breaks.some(({ problem }) => problem === 'missing' || problem === 'empty');
  return isAbsent && !norm ? 'high' : 'medium';
}

const AGAINST = {
  declared_contract: ', against its contract',
  offered_schema: ', against the schema of the tool that hands over',
};

const taskOf = ({ tasks }: HandoffPayload): Pick<Kept, 'task'> => {
  const task = tasks.at(-1);
  return task === undefined ? {} : { task };
};

const isSamePayload = (a: Handoff<Kept>, b: Handoff<Kept>): boolean =>
  a.from === b.from && a.to === b.to && a.kept?.task !== undefined && a.kept.task === b.kept?.task;

function tell(
  { step, asked, from, to, kept }: Handoff<Kept>,
  broken: Broken,
  again: readonly Handoff<Kept>[],
  reporter: Reporter,
): void {
  const { type, breaks, norm } = broken;
  const count = (problem: ContractBreak['problem']) => breaks.filter((broken) => broken.problem === problem).length;
  const rules = breaks.slice(0, 3).map(inWords).join(', ');
  const told = type === 'learned_contract' ? `, unlike the ${norm?.payloads} before it that ended well` : AGAINST[type];
  reporter.report({
    key: step.spanId,
    span: step,
    rootCause: asked ?? step,
    severity: severityOf(broken),
    confidence: norm ? (norm.isHint ? 0.6 : 0.85) : 0.95,
    summary: `the handoff ${from === '' ? '' : `from ${from} `}to ${to} ${rules}${told}`,
    evidence: {
      type,
      expected: breaks.map(({ field, rule }) => (field === '' ? rule : `${field} ${rule}`)),
      seen: Object.keys(kept?.shapes[0] ?? {}).slice(0, 16),
      numbers: {
        missing: count('missing'),
        empty: count('empty'),
        wrongType: count('type'),
        otherRules: count('rule'),
        ...(norm ? { handoffs: norm.payloads } : {}),
        ...(again.length > 0 ? { again: again.length } : {}),
      },
      spans: [...(asked ? [asked.spanId] : []), step.spanId, ...again.slice(0, 16).map((one) => one.step.spanId)],
    },
  });
}
