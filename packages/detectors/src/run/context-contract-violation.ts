import type { Severity } from '@spanwise/schemas';
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
import { type PayloadShape, shapesOf } from '../reading/payload-shape.ts';
import { type HandoffNorm, normOf } from '../relations/handoff-norms.ts';
import { type Handoff, type HandoffLog, handoffsOf, noteHandoff } from '../relations/handoffs.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';

const DESCRIPTION = describePattern({
  pattern: 'context_contract_violation',
  inShort: 'a handoff lacks what it must carry',
  claims:
    'At a handoff from agent to agent, a field that must be there is missing, empty or of another type. The payload ' +
    'is read where the framework records it: the arguments of the handoff’s span, else of the call that the model ' +
    'asked for, else the input of the invoked agent; alone, in an object within it, or as JSON within words.',
  doesNotClaim: [
    'fields that are not required: they may be missing or null',
    'a handoff whose context travels otherwise: a shared conversation, prose, a target and nothing else; the ' +
      'coverage of a run whose handoffs all do lists the pattern as blind',
  ],
  needs: 'payloads of handoffs with fields; a declared contract, or enough handoffs of the pair to learn from',
  happened: 'the handoff’s span, else the invoked agent’s',
  began: 'the inference that asked for it',
  evidence: {
    declared_contract:
      'by a JSON Schema that was declared for the receiver, or for the pair; expected: the broken rules; seen: the ' +
      'fields that were handed over; numbers `missing`, `empty`, `wrongType`, `otherRules`',
    learned_contract:
      'by what practically all handoffs of the pair carried that ended well; holds the same, and `handoffs` that it ' +
      'was learned from',
  },
  severity: {
    low: 'only what receivers cope with, as a number as text',
    medium: 'another type, a broken rule, what was learned',
    high: 'a declared field is missing or empty',
  },
  published: ['MAST 2.4, 1.4', 'TRAIL context handling failures'],
  settings: {
    contracts: setting.declared([] as readonly HandoffContract[], 'what handoffs must carry: `{ from?, to, schema }`'),
    leastHandoffs: setting.count(
      50,
      'handoffs of a pair that must have ended well before a contract is learned from them',
      'of 50, none that lacks a field means that fewer than one in 17 do (95 %)',
    ),
    requiredShare: setting.share(
      0.98,
      'share of these that must have had a field, of one type, for it to be required',
      'one odd handoff in 50 does not make a field optional; a field that twice as many lack is held to be optional ' +
        'from then on',
    ),
  },
});

/** What is remembered of a payload. */
interface Kept {
  shapes: PayloadShape[];
  /** Breaks by the contract's id; absent where the contract does not apply. */
  breaks: Record<string, ContractBreak[]>;
}

interface State {
  log: HandoffLog<Kept>;
  told: string[];
}

export const contextContractViolation = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const compiled = settings.contracts.map(compileContract);

  function keep(payload: HandoffPayload): Kept | null {
    const shapes = shapesOf(payload);
    if (shapes.length === 0) return null;
    const breaks: Kept['breaks'] = {};
    // Whom it is for may only be known later: all contracts are asked, and the one that holds is chosen then.
    for (const contract of compiled) {
      const found = contract.check(payload);
      if (found && found.length > 0) breaks[contract.id] = found;
    }
    return { shapes, breaks };
  }

  function normFor({ from, to }: Handoff<Kept>, run: RunView): HandoffNorm | undefined {
    const known = run.normals.handoffs(run.tenant, from, to);
    return known && normOf(known, settings);
  }

  function judge(run: RunView, state: State, reporter: Reporter): void {
    const told: string[] = [];
    for (const handoff of handoffsOf(state.log, run)) {
      if (!handoff.kept) continue;
      const contract = contractFor(compiled, handoff);
      const declared = (contract && handoff.kept.breaks[contract.id]) ?? [];
      const norm = contract ? undefined : normFor(handoff, run);
      const breaks = norm ? breaksOfNorm(handoff.kept.shapes, norm) : declared;
      if (breaks.length === 0) continue;
      tell(handoff, breaks, norm, reporter);
      told.push(handoff.step.spanId);
    }
    withdrawUntrue(state, told, run, reporter);
  }

  return {
    initialState: () => ({ log: { notes: [] }, told: [] }),

    onSpan(step, span, run, state, reporter) {
      const isNoted = noteHandoff(state.log, step, span, keep);
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
      return handoffs.length > 0 && handoffs.every(({ kept }) => !kept);
    },

    observe(run, state) {
      return handoffsOf(state.log, run).flatMap((handoff) => {
        const { from, to, kept } = handoff;
        const shape = kept?.shapes[0];
        if (!shape || to === '') return [];
        const norm = normFor(handoff, run);
        const isBeyond = norm !== undefined && breaksOfNorm(kept.shapes, norm).length > 0;
        return [{ about: 'handoff' as const, from, to, shape, isBeyond }];
      });
    },
  };
});

/** The contract of the pair, else of the receiver. */
function contractFor(contracts: readonly CompiledContract[], handoff: Handoff<Kept>): CompiledContract | undefined {
  const ofReceiver = contracts.filter(({ to }) => to === handoff.to);
  return ofReceiver.find(({ from }) => from === handoff.from) ?? ofReceiver.find(({ from }) => from === '');
}

/** A payload is of another form where it has less than half of the fields. */
function breaksOfNorm(shapes: readonly PayloadShape[], { required }: HandoffNorm): ContractBreak[] {
  const fields = Object.entries(required);
  let fewest: ContractBreak[] | undefined;
  for (const shape of shapes) {
    if (fields.filter(([field]) => field in shape).length * 2 < fields.length) continue;
    const breaks: ContractBreak[] = [];
    for (const [field, type] of fields) {
      const found = shape[field];
      if (found === undefined) breaks.push({ field, problem: 'missing', rule: 'is always there', lenient: false });
      else if (found === 'null') breaks.push({ field, problem: 'empty', rule: 'is never empty', lenient: false });
      else if (found !== type) breaks.push({ field, problem: 'type', rule: `is always ${type}`, lenient: false });
    }
    if (!fewest || breaks.length < fewest.length) fewest = breaks;
  }
  return fewest ?? [];
}

function inWords({ field, problem, rule }: ContractBreak): string {
  const name = field === '' ? 'a field' : `"${field}"`;
  if (problem === 'missing') return `lacks ${name}`;
  if (problem === 'empty') return `has an empty ${name}`;
  return `has a wrong ${field === '' ? 'payload' : name} (${rule})`;
}

/** A declared field that is not there is grave; what most receivers cope with is not. */
function severityOf(breaks: readonly ContractBreak[], norm: HandoffNorm | undefined): Severity {
  if (breaks.every((broken) => broken.lenient)) return 'low';
  const isAbsent = breaks.some(({ problem }) => problem === 'missing' || problem === 'empty');
  return isAbsent && !norm ? 'high' : 'medium';
}

function tell(
  handoff: Handoff<Kept>,
  breaks: readonly ContractBreak[],
  norm: HandoffNorm | undefined,
  reporter: Reporter,
): void {
  const { step, asked, from, to, kept } = handoff;
  const count = (problem: ContractBreak['problem']) => breaks.filter((broken) => broken.problem === problem).length;
  const broken = breaks.slice(0, 3).map(inWords).join(', ');
  const told = norm ? `, unlike the ${norm.handoffs} before it that ended well` : ', against its contract';
  reporter.report({
    key: step.spanId,
    span: step,
    rootCause: asked ?? step,
    severity: severityOf(breaks, norm),
    confidence: norm ? 0.85 : 0.95,
    summary: `the handoff ${from === '' ? '' : `from ${from} `}to ${to} ${broken}${told}`,
    evidence: {
      type: norm ? 'learned_contract' : 'declared_contract',
      expected: breaks.map(({ field, rule }) => (field === '' ? rule : `${field} ${rule}`)),
      seen: Object.keys(kept?.shapes[0] ?? {}).slice(0, 16),
      numbers: {
        missing: count('missing'),
        empty: count('empty'),
        wrongType: count('type'),
        otherRules: count('rule'),
        ...(norm ? { handoffs: norm.handoffs } : {}),
      },
      spans: asked ? [asked.spanId, step.spanId] : [step.spanId],
    },
  });
}
