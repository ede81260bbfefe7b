import type { Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { type CriticalItem, criticalItems } from '../reading/critical-items.ts';
import { lastMessageOf, messagesOf, textOf } from '../reading/messages.ts';
import { mayEndAs, openingOf } from '../reading/unparsed-messages.ts';

/** A conversation with a model within a run, known by how it began. Written when it begins and when its user speaks. */
export interface Flow {
  /** Beginning of the user's first message, as it stands in the JSON text of the payload. */
  request: string;
  /** Span id of its first inference. */
  began: string;
  agent: string;
  parentSpanId: string;
  /** Later inputs were seen to repeat the history: what is missing from one is gone. Otherwise they may be deltas. */
  repeatsHistory: boolean;
  /** An input lacked the beginning before any had repeated it: only what is new is recorded, and nothing can be missed. */
  onlyNew: boolean;
  items: CriticalItem[];
  /** Beginning of its last answer in words, as it stands in JSON text. */
  answered: string;
}

const MOST_FLOWS = 8;
/** Conversations at one place. More of them are the turns of one, of which only what is new is recorded. */
const MOST_AT_ONE_PLACE = 3;
const MOST_ITEMS = 32;
const REQUEST_LENGTH = 48;
/** A shorter beginning ("hi") is in too many texts to know a conversation by. */
const LEAST_LENGTH = 12;
const LATEST_INFERENCES = 12;

/** The beginning of a text as it stands within JSON. */
function fragment(text: string): string {
  const raw = JSON.stringify(text.slice(0, REQUEST_LENGTH)).slice(1, -1);
  return raw.length < LEAST_LENGTH ? '' : raw;
}

const repeatsAnswers = (input: string): boolean => input.includes('{"role":"assistant"');

function addItems(flow: Flow, text: string): boolean {
  let added = false;
  for (const item of criticalItems(text)) {
    if (flow.items.length >= MOST_ITEMS || flow.items.some((known) => known.stated === item.stated)) continue;
    flow.items.push(item);
    added = true;
  }
  return added;
}

/** The conversation that an input goes on with: by its beginning, else by the model's last words or calls in it. */
export function flowOf(step: Step, span: Span, run: RunView, flows: readonly Flow[]): Flow | undefined {
  const input = span.inputMessages;
  const byBeginning = flows.find((flow) => flow.request !== '' && input.includes(flow.request));
  if (byBeginning) return byBeginning;
  const byAnswer = flows.find((flow) => flow.answered !== '' && input.includes(flow.answered));
  if (byAnswer) return byAnswer;
  if (!(span.contextCompacted || goesOnWithCalls(step, input, run))) return undefined;
  if (flows.length === 1) return flows[0];
  const own = flows.filter((flow) =>
    step.agent !== '' ? flow.agent === step.agent : flow.agent === '' && flow.parentSpanId === step.parentSpanId,
  );
  return own.length === 1 ? own[0] : undefined;
}

function goesOnWithCalls(step: Step, input: string, run: RunView): boolean {
  if (!input.includes('"id":"')) return false;
  let left = LATEST_INFERENCES;
  for (let i = run.steps.length - 1; i >= 0 && left > 0; i--) {
    const other = run.steps[i];
    if (other?.kind !== 'llm' || other === step) continue;
    left -= 1;
    if (other.requestedCalls.some((call) => call.id.length >= 6 && input.includes(`"id":"${call.id}"`))) return true;
  }
  return false;
}

const isAt = (flow: Flow, step: Step): boolean => flow.agent === step.agent && flow.parentSpanId === step.parentSpanId;

/** A new conversation, where its input has a user's message. */
export function beginFlow(step: Step, span: Span, flows: Flow[]): boolean {
  if (flows.filter((flow) => isAt(flow, step)).length >= MOST_AT_ONE_PLACE) return false;
  const users = messagesOf(span.inputMessages).filter((message) => message.role === 'user');
  const [first] = users;
  if (!first) return false;
  const flow: Flow = {
    request: fragment(textOf(first)),
    began: step.spanId,
    agent: step.agent,
    parentSpanId: step.parentSpanId,
    repeatsHistory: false,
    onlyNew: false,
    items: [],
    answered: '',
  };
  for (const message of users) addItems(flow, textOf(message));
  noteAnswer(flow, step, span);
  flows.push(flow);
  if (flows.length > MOST_FLOWS) flows.shift();
  return true;
}

/** Takes in what an input and its answer add to a conversation; true where anything did. */
export function continueFlow(flow: Flow, step: Step, span: Span): boolean {
  if (flow.onlyNew) return false;
  let changed = false;
  if (!flow.repeatsHistory && flow.request !== '') {
    if (!span.inputMessages.includes(flow.request)) {
      flow.onlyNew = true;
      flow.items = [];
      return true;
    }
    flow.repeatsHistory = repeatsAnswers(span.inputMessages);
    changed = flow.repeatsHistory;
  }
  const last = mayEndAs('user', span.inputMessages) ? lastMessageOf(span.inputMessages) : undefined;
  if (last?.role === 'user' && addItems(flow, textOf(last))) changed = true;
  return noteAnswer(flow, step, span) || changed;
}

/** Calls are known by their ids; words have to be kept. */
function noteAnswer(flow: Flow, step: Step, span: Span): boolean {
  if (step.requestedCalls.some((call) => call.id.length >= 6) || span.outputMessages === '') return false;
  const answered = fragment(openingOf(span.outputMessages, REQUEST_LENGTH) ?? firstTextOf(span.outputMessages));
  if (answered === '' || answered === flow.answered) return false;
  flow.answered = answered;
  return true;
}

function firstTextOf(output: string): string {
  const [answer] = messagesOf(output);
  return answer ? textOf(answer) : '';
}
