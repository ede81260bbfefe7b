import type { Attribute, Span } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { Step } from '../detector/step.ts';
import { languageOf } from '../reading/language-of.ts';
import { type Message, messagesOf, textOf } from '../reading/messages.ts';
import { formOf } from '../reading/text-form.ts';
import type { SignalSource } from './signal-source.ts';

const LONGEST_VALUE = 64;
const MOST_TOOLS = 6;

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const HOURS_OF_A_PART = 4;

/** Upper ends of buckets, and what lies beyond the last. */
const LENGTHS = [100, 500, 2_000];
const TURNS = [1, 3, 7];

const bucketOf = (value: number, ends: readonly number[]): string => {
  const end = ends.find((each) => value <= each);
  return end === undefined ? `over ${ends.at(-1)}` : `up to ${end}`;
};

interface Earliest {
  value: string;
  /** Microseconds */
  start: number;
}

const UNKNOWN: Earliest = { value: '', start: Number.MAX_SAFE_INTEGER };

/** What is remembered of a run for its attributes. */
interface State {
  /** Start of the earliest span whose input was read, microseconds; of it are the attributes in `input`. */
  inputStart: number;
  input: Attribute[];
  /** Of the earliest inference that names one. */
  model: Earliest;
  provider: Earliest;
  /** Versions that tools state, by the tool. */
  tools: Record<string, string>;
}

/** What a user's input is like; nothing where there is none. */
function inputAttributes(messages: readonly Message[]): Attribute[] {
  const users = messages.filter(({ role }) => role === 'user');
  const last = users.at(-1);
  if (!last) return [];
  const text = textOf(last);
  const media = last.parts.map((part) => part?.type).find((type) => type !== 'text' && typeof type === 'string');
  return [
    { name: 'input.form', value: formOf(text) },
    { name: 'input.language', value: languageOf(text) || 'none' },
    { name: 'input.length', value: bucketOf(text.length, LENGTHS) },
    { name: 'input.turns', value: bucketOf(users.length, TURNS) },
    ...(typeof media === 'string' ? [{ name: 'input.media', value: media.slice(0, LONGEST_VALUE) }] : []),
  ];
}

const TOOL_VERSION = /"(?:gen_ai\.)?(?:mcp\.)?tool\.version":"([^"\\]{1,64})"/;

/**
 * What runs are like that may have to do with how they went, each from a small set of values:
 * - `input.form`: plain, json, markup, code, table, list, empty;
 * - `input.language`: ISO 639-1; `other` where it cannot be told, `none` without letters;
 * - `input.length`: characters, up to 100, 500, 2,000, or over it; `input.turns`: messages of the user so far, up to 1, 3, 7, or over it;
 * - `input.media`: what else than text the user sent;
 * - `model`, `provider`: of the first inference: which was used most depends on how far a run came, so on how it went;
 * - `tool.version <tool>`: where a tool’s span states one (`tool.version`, `gen_ai.tool.version`, `mcp.tool.version`);
 * - `time.hours`: UTC, in parts of four hours; `time.weekday`: UTC;
 * - `release`, `environment`, `workflow`: where spans name them.
 *
 * The input is the last message of a user in the earliest span that holds one: the root's, or the first inference's.
 */
export const runAttributes: SignalSource<State> = {
  name: 'attributes',
  initialState: () => ({
    inputStart: Number.MAX_SAFE_INTEGER,
    input: [],
    model: UNKNOWN,
    provider: UNKNOWN,
    tools: {},
  }),

  onSpan(step, span, _run, state) {
    const wasRead = readInput(step, span, state);
    return noteModel(step, span, state) || noteTool(step, span, state) || wasRead;
  },

  onRunEnd: () => false,

  attributes(run, state) {
    const start = run.steps[0] ? new Date(earliestOf(run) / 1_000) : undefined;
    const from = start ? Math.floor(start.getUTCHours() / HOURS_OF_A_PART) * HOURS_OF_A_PART : 0;
    const told: Attribute[] = [
      ...state.input,
      { name: 'model', value: state.model.value },
      { name: 'provider', value: state.provider.value },
      ...Object.entries(state.tools).map(([tool, value]) => ({ name: `tool.version ${tool}`, value })),
      ...(start && Number.isFinite(from)
        ? [
            { name: 'time.hours', value: `${from}–${from + HOURS_OF_A_PART}` },
            { name: 'time.weekday', value: DAYS[start.getUTCDay()] ?? '' },
          ]
        : []),
      { name: 'release', value: run.root ? run.releaseOf(run.root) : '' },
      { name: 'environment', value: run.environment },
      { name: 'workflow', value: run.workflow },
    ];
    return told
      .filter(({ value }) => value !== '')
      .map(({ name, value }) => ({ name, value: value.slice(0, LONGEST_VALUE) }));
  },
};

const earliestOf = (run: RunView): number => run.spent.start;

function readInput(step: Step, span: Span, state: State): boolean {
  if (step.start >= state.inputStart || span.inputMessages === '') return false;
  if (step.kind !== 'llm' && step.kind !== 'agent') return false;
  const input = inputAttributes(messagesOf(span.inputMessages));
  if (input.length === 0) return false;
  state.inputStart = step.start;
  state.input = input;
  return true;
}

function noteModel(step: Step, span: Span, state: State): boolean {
  if (step.kind !== 'llm') return false;
  let changed = false;
  for (const name of ['model', 'provider'] as const) {
    if (span[name] === '' || step.start >= state[name].start) continue;
    state[name] = { value: span[name].slice(0, LONGEST_VALUE), start: step.start };
    changed = true;
  }
  return changed;
}

function noteTool(step: Step, span: Span, state: State): boolean {
  if (step.kind !== 'tool' || !span.attributes.includes('tool.version"')) return false;
  const [, version = ''] = TOOL_VERSION.exec(span.attributes) ?? [];
  const tool = step.tool.slice(0, LONGEST_VALUE);
  if (version === '' || state.tools[tool] === version) return false;
  if (!Object.hasOwn(state.tools, tool) && Object.keys(state.tools).length >= MOST_TOOLS) return false;
  state.tools[tool] = version;
  return true;
}
