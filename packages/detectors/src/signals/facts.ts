import type { Span, StatedFact } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import {
  aliasesIn,
  askedAbout,
  type Entity,
  type EntityFact,
  entitiesNamed,
  entityFacts,
  entityKey,
  isAliasField,
  nounOf,
  recordNamed,
} from '../reading/entity-facts.ts';
import { fieldName, isIdField } from '../reading/field-names.ts';
import { isInWords, isPassing } from '../reading/field-nature.ts';
import { jsonPayload } from '../reading/json-payload.ts';
import { answerIn, messagesOf, wasCut } from '../reading/messages.ts';
import { shapeOf } from '../reading/near-miss.ts';
import { normalValue } from '../reading/normal-value.ts';
import { ownAttributes } from '../reading/own-attributes.ts';
import { allFacts } from '../reading/statement.ts';
import { basisOf } from './fact-basis.ts';
import { keepsMemory, rolesOf } from './fact-roles.ts';
import { isMoment, isSessionKnown, whereOf } from './moments.ts';
import type { SignalDraft, SignalSource } from './signal-source.ts';
import { noteTold, type ToldValues, tellerOf } from './told-values.ts';

/** Not sent yet: entity key, field, value, role, span id. */
type Kept = [entity: string, field: string, value: string, role: string, spanId: string];

interface State {
  kept: Kept[];
  told: ToldValues[];
  /** Digest of entity, field, role and agent → digest of what was said last: the same is not told again. */
  said: Record<string, string>;
  /** What the latest inference handed over, whose call may be all that carries it: lines `entity⇥field⇥value`. */
  handed: string[];
  /** Facts sent. */
  sent: number;
}

const MOST_SAID = 256;
const MOST_SENT = 512;
const MOST_IN_SIGNAL = 32;
const MOST_KEPT = 128;
/** The id that a conversation has for things of one type is a fact about that. */
const REFERENCE = 'reference';
const FACT = 'fact.';

/** What runs state of things with ids, for those who judge each thing across runs. */
export const facts: SignalSource<State> = {
  name: 'facts',
  initialState: () => ({ kept: [], told: [], said: {}, handed: [], sent: 0 }),
  onSpan(step, span, run, state, send) {
    const before = state.kept.length;
    const { handed } = state;
    const noted = noteTold(step, span, state.told);
    if (state.sent + state.kept.length < MOST_SENT && state.kept.length < MOST_KEPT) collect(step, span, state);
    const changed = noted || state.kept.length !== before || state.handed !== handed;
    if (!isMoment(step, run, state.kept.length)) return changed;
    flush(run, state, send, false);
    return true;
  },
  onRunEnd(_, __, run, state, send) {
    if (state.kept.length === 0) return false;
    flush(run, state, send, true);
    return true;
  },
};

function collect(step: Step, span: Span, state: State): void {
  const keep = (entity: string, field: string, value: string, role: string) => {
    const key = hash64(`${entity}\n${field}\n${role}\n${step.agent}`).slice(0, 10);
    const said = hash64(value).slice(0, 6);
    if (state.said[key] === said || state.kept.length >= MOST_KEPT) return;
    if (state.said[key] === undefined && Object.keys(state.said).length >= MOST_SAID) return;
    state.said[key] = said;
    state.kept.push([entity, field, value, role, step.spanId]);
  };
  const keepAll = (stated: readonly EntityFact[], role: string) => {
    for (const { entity, field, value } of stated.filter(isJudged)) keep(entityKey(entity), field, value.text, role);
  };
  const isCalled =
    step.kind === 'tool' || step.kind === 'memory' || step.kind === 'retrieval' || step.kind === 'handoff';
  const own = ownAttributes(span);
  if (own) keepAll(declared(own), isCalled && rolesOf(step).stated === 'observed' ? 'observed' : 'asserted');
  if (step.kind === 'llm') {
    if (step.failed || wasCut(span, 'outputMessages')) return;
    if (step.requestedCalls.length > 0) {
      if (step.requestedCalls.some(({ name }) => HANDS_OVER.test(name))) state.handed = handedIn(span);
      return;
    }
    const text = span.outputMessages.includes('{\\"') ? answerIn(span) : '';
    if (text !== '') keepAll(entityFacts(jsonPayload(text)), 'asserted');
    return;
  }
  if (!isCalled) return;
  if (step.kind === 'handoff' && span.toolArguments === '') {
    for (const line of state.handed) {
      const [entity = '', field = '', value = ''] = line.split('\t');
      keep(entity, field, value, 'asserted');
    }
    state.handed = [];
    return;
  }
  const roles = rolesOf(step);
  const noun = nounOf(step.tool);
  const args = wasCut(span, 'toolArguments') ? undefined : jsonPayload(span.toolArguments);
  const named = entitiesNamed(args, noun);
  const failed = isFailure(step);
  if (roles.acts || (failed && roles.given === 'written'))
    for (const entity of named) keep(entityKey(entity), '', '', 'acted');
  for (const { type, id } of named) keep(`${REFERENCE}:${type}`, 'id', id, 'used');
  if (failed) return;
  const record = keepsMemory(step) ? recordOf(span, args) : undefined;
  const given = entityFacts(args, noun, record);
  // Conditions of a search say nothing of what is found, and amounts of an action nothing of what it is done to; ids do.
  for (const { entity, field, value } of aliasesIn(args)) keep(entityKey(entity), field, value.text, roles.given);
  keepAll(
    roles.given === 'used' ? given.filter(({ field }) => isIdField(field) || isAliasField(field) || roles.acts) : given,
    roles.given,
  );
  if (roles.stated === undefined || wasCut(span, 'toolResult')) return;
  const result = jsonPayload(span.toolResult);
  const asked = record ?? askedAbout(args, noun);
  const conditioned = new Set(asked ? [] : named.map(entityKey));
  keepAll(
    entityFacts(result, noun, asked).filter(({ entity }) => !conditioned.has(entityKey(entity))),
    roles.stated,
  );
  for (const { entity, field, value } of aliasesIn(result)) keep(entityKey(entity), field, value.text, roles.stated);
  for (const { type, id } of entitiesNamed(result, noun)) keep(`${REFERENCE}:${type}`, 'id', id, 'observed');
}

/** Whether anything is made of a field: not of what changes by nature, nor of words about a thing. */
const isJudged = ({ field, value }: EntityFact): boolean =>
  !isPassing(field) && !(value.kind === 'text' && isInWords(field));

const HANDS_OVER = /transfer|hand_?off|delegate/i;
const MOST_HANDED = 16;

/** What an inference hands over in its calls. */
function handedIn(span: Span): string[] {
  const handed: string[] = [];
  for (const message of messagesOf(span.outputMessages)) {
    for (const part of message.parts) {
      if (part?.type !== 'tool_call' || !HANDS_OVER.test(String(part.name))) continue;
      const args = typeof part.arguments === 'string' ? jsonPayload(part.arguments) : part.arguments;
      for (const { entity, field, value } of entityFacts(args))
        handed.push(`${entityKey(entity)}\t${field}\t${value.text}`);
    }
  }
  return handed.slice(0, MOST_HANDED);
}

const recordOf = (span: Span, args: unknown): Entity | undefined =>
  recordNamed(span.memoryRecord === '' ? args : { key: span.memoryRecord });

/** `spanwise.fact.<type>/<id>.<field>`, or `spanwise.fact.<thing>.<field>` for a thing that there is one of. */
function declared(own: Readonly<Record<string, unknown>>): EntityFact[] {
  return Object.entries(own).flatMap(([name, written]): EntityFact[] => {
    const dot = name.lastIndexOf('.');
    const value = normalValue(written);
    if (!name.startsWith(FACT) || dot <= FACT.length || !value) return [];
    const thing = name.slice(FACT.length, dot);
    const cut = thing.search(/[/:#.]/);
    const [type, id] = cut < 0 ? [thing, thing] : [thing.slice(0, cut), thing.slice(cut + 1)];
    const entity: Entity = { type: fieldName(type), id: normalValue(id)?.text ?? id.toLowerCase() };
    return [{ entity, field: fieldName(name.slice(dot + 1)), written: String(written), value }];
  });
}

function flush(run: RunView, state: State, send: (signal: SignalDraft) => void, isEnd: boolean): void {
  const byKey = new Map<string, StatedFact[]>();
  const later: Kept[] = [];
  let release = '';
  for (const kept of state.kept) {
    const [entity, field, value, role, spanId] = kept;
    const isReference = entity.startsWith(`${REFERENCE}:`);
    // A conversation's own references wait until it is known by its name.
    if (isReference && !isSessionKnown(run)) {
      if (!isEnd) later.push(kept);
      continue;
    }
    const step = run.stepOf(spanId);
    if (!step) continue;
    const key = isReference ? `${entity}@${run.sessionId}` : entity;
    release ||= run.releaseOf(step);
    const of = byKey.get(key) ?? [];
    byKey.set(key, of);
    if (of.length < MOST_IN_SIGNAL) of.push(statedFact({ field, value, role }, step, run, state, isReference));
  }
  state.kept = later;
  for (const [key, stated] of byKey) {
    state.sent += stated.length;
    stated.sort((a, b) => a.eventTime - b.eventTime);
    send({ keyKind: 'entity', key, body: { facts: { ...whereOf(run, release), facts: stated } } });
  }
}

const isFromSource = (role: string): boolean => role === 'observed' || role === 'remembered' || role === 'acted';

function statedFact(
  { field, value, role }: Pick<StatedFact, 'field' | 'value' | 'role'>,
  step: Step,
  run: RunView,
  { told }: State,
  isReference: boolean,
): StatedFact {
  const asked = step.kind === 'llm' ? undefined : run.requesterOf(step);
  const after = asked && run.endOf(asked) <= run.startOf(step) + 1_000 ? asked : undefined;
  const inference = step.kind === 'llm' ? step : after;
  const known = isFromSource(role)
    ? ''
    : basisOf(value, step, after, inference ? tellerOf(told, inference.spanId, value) : undefined, run);
  const basis = known === 'none' && isReference && mayBeSlip(value, step, run) ? 'unknown' : known;
  return {
    ...{ field, value, role, basis },
    agent: run.agentOf(step),
    step: run.pointOf(step),
    tool: step.tool || (step.kind === 'llm' ? '' : step.name),
    spanId: step.spanId,
    causeSpanId: after?.spanId ?? step.spanId,
    eventTime: run.endOf(step),
    receivedTime: step.receivedTime,
  };
}

/** The run was given an id of this form, or did not get what it asked for: what it then uses is judged within it. */
function mayBeSlip(value: string, step: Step, run: RunView): boolean {
  const shape = shapeOf(value);
  return run.steps.some(
    (before) =>
      before !== step &&
      run.endOf(before) <= run.endOf(step) &&
      (isFailure(before) ||
        allFacts(before.stated).some((fact) => fact.value !== value && shapeOf(fact.value) === shape)),
  );
}
