import type { FindingDraft } from '../detector/detector.ts';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { isIdField } from '../reading/field-names.ts';
import { kindOfNormal } from '../reading/normal-value.ts';
import { allFacts, type Fact, isCutStatement } from '../reading/statement.ts';
import { isAct, isInnermost } from '../relations/calls.ts';
import { wordsOf } from '../relations/error-nature.ts';
import { isGiven } from '../relations/given-before.ts';

/** Calls of one tool on end, each for another thing, none of which there is. */
interface Guesses {
  tool: string;
  /** The argument that differs; empty as long as there is a single call. */
  field: string;
  calls: Step[];
  /** The next call found something. */
  wasFound: boolean;
}

const NOT_FOUND =
  /not found|no such|(?:does|do|did) not exist|doesn['’]t exist|unknown|\b404\b|\bno (?:\w+ ){0,3}(?:found|matching|matches|with)\b|nicht gefunden|existiert nicht|introuvable|n['’]existe pas|no encontrad|no existe|non trovat|não encontrad|niet gevonden|未找到|不存在|見つかりません/i;
/** Of a number whose field does not say that it names a thing: years have fewer. */
const LEAST_DIGITS = 5;
const LEAST_DIGITS_OF_ID = 3;
const PATH = /[/\\]|\.[a-z0-9]{1,5}$/;
const MOST_CALLS = 64;
const MOST_SPANS = 32;
/** So many times the guesses that make it a loop make it a grave one. */
const GRAVE = 3;

const isNotFound = (step: Step): boolean => isFailure(step) && NOT_FOUND.test(`${wordsOf(step)} ${step.outcomeDetail}`);

/** A value that names one thing among many; pages, days, years, files and places in a list are gone through lawfully. */
function isId({ field, value }: Fact): boolean {
  const kind = kindOfNormal(value);
  if (kind === 'number') return value.length >= (isIdField(field) ? LEAST_DIGITS_OF_ID : LEAST_DIGITS);
  return kind === 'identifier' && (value.includes('@') || (/\d/.test(value) && !PATH.test(value)));
}

/** The single argument by which two calls differ, where it names a thing; undefined where they differ otherwise. */
function differsBy(step: Step, other: Step): string | undefined {
  if (step.given === '' || isCutStatement(step.given)) return undefined;
  const [facts, others] = [allFacts(step.given), allFacts(other.given)];
  if (facts.length !== others.length) return undefined;
  const different = facts.filter(({ field, value }, i) => others[i]?.field !== field || others[i]?.value !== value);
  const [one] = different;
  return different.length === 1 && one && isId(one) ? one.field : undefined;
}

const argumentOf = ({ given }: Step, wanted: string): string =>
  allFacts(given).find(({ field }) => field === wanted)?.value ?? '';

/** The value came from nowhere: nothing that the agent was given before states it. */
function isGuessed(call: Step, field: string, run: RunView): boolean {
  const inference = run.requesterOf(call);
  if (!inference) return false;
  const text = argumentOf(call, field);
  const value = { kind: kindOfNormal(text), text };
  return isGiven({ inference: inference.spanId, value, whole: false }, run) === false;
}

/** Streaks of calls that did not find what they name, by what comes between: another act of the agent, or words to the user. */
function streaksIn(run: RunView): Guesses[] {
  const streaks: Guesses[] = [];
  const open = new Map<string, Guesses>();
  for (const step of run.chronological()) {
    const isAnswer = step.kind === 'llm' && step.requestedCalls.length === 0 && !step.failed;
    if (!isAnswer && !(isAct(step) && isInnermost(step, run))) continue;
    const agent = run.agentOf(step);
    const current = open.get(agent);
    if (isAnswer || !isNotFound(step)) {
      if (current) current.wasFound = step.tool === current.tool && !isFailure(step);
      open.delete(agent);
      continue;
    }
    const last = current?.calls.at(-1);
    if (current && last && current.tool === step.tool) {
      if (step.argumentsDigest === last.argumentsDigest) continue;
      const field = differsBy(step, last);
      if (field !== undefined && (current.field === '' || current.field === field)) {
        current.field = field;
        if (current.calls.length < MOST_CALLS) current.calls.push(step);
        continue;
      }
    }
    const begun: Guesses = { tool: step.tool, field: '', calls: [step], wasFound: false };
    open.set(agent, begun);
    streaks.push(begun);
  }
  return streaks;
}

/** Values that were tried one after the other and came from nowhere, each once. */
function guessedIn({ field, calls }: Guesses, run: RunView): Step[] {
  const tried = new Set<string>();
  return calls.filter((call) => {
    const value = argumentOf(call, field);
    if (value === '' || tried.has(value) || !isGuessed(call, field, run)) return false;
    tried.add(value);
    return true;
  });
}

/**
 * Findings of ids that are guessed one after the other, as long as the run remembers all its steps: what was forgotten may have
 * given them. A function of the steps, whatever order they came in.
 *
 * @param least guesses that make it a loop
 */
export function guessFindings(run: RunView, least: number): FindingDraft[] {
  const findings: FindingDraft[] = [];
  for (const streak of streaksIn(run)) {
    if (streak.wasFound || streak.calls.length < least) continue;
    const guesses = guessedIn(streak, run);
    const [begin, first, at, last] = [streak.calls[0], guesses[0], guesses[least - 1], guesses.at(-1)];
    if (!begin || !first || !at || !last) continue;
    findings.push({
      key: `guesses ${begin.spanId}`,
      span: at,
      rootCause: run.requesterOf(first) ?? first,
      severity: guesses.length >= GRAVE * least ? 'high' : 'medium',
      confidence: 0.85,
      summary: `${AGENT} called ${streak.tool} with ${guesses.length} values of ${streak.field} that nothing had given, one after the other, and none was found`,
      evidence: {
        type: 'guessed_ids',
        expected: 'an id that something gave, another way to find it, or a question to the user',
        seen: guesses.slice(0, 8).map((guess) => argumentOf(guess, streak.field)),
        numbers: {
          guesses: guesses.length,
          seconds: (run.endOf(last) - run.startOf(first)) / 1_000_000,
        },
        spans: streak.calls.slice(0, MOST_SPANS).map(({ spanId }) => spanId),
      },
    });
  }
  return findings;
}
