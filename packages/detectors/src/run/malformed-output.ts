import type { Severity, Span } from '@spanwise/schemas';
import type { Evidence, FindingDraft, Reporter } from '../detector/detector.ts';
import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT } from '../detector/wording.ts';
import { hash64 } from '../identity-hash.ts';
import { jsonText } from '../reading/json-text.ts';
import { messagesOf, wasCut } from '../reading/messages.ts';
import { type PromisedFormat, promisedFormat } from '../reading/promised-format.ts';
import { type SchemaCheck, schemaCheck } from '../reading/schema-check.ts';
import {
  answerIn,
  BEGINS_AS_JSON,
  bodyOf,
  ILLUSTRATES,
  isRound,
  LANGUAGE_REPR,
  SAYS_CUT,
} from '../reading/structured-answer.ts';
import {
  type AnswerLog,
  answersShown,
  noteAnswer,
  type UnlikeAnswer,
  unlikeAnswers,
} from '../relations/answer-norms.ts';
import { wrapsInference } from '../relations/calls.ts';
import { withdrawUntrue } from '../relations/judged-anew.ts';
import { normSettings } from '../relations/payload-norms.ts';

const DESCRIPTION = describePattern({
  pattern: 'malformed_output',
  inShort: 'a tool call or structured answer that does not parse',
  claims:
    "A model's tool call or structured answer does not parse, or an answer breaks the schema that the request " +
    'promised. An answer counts as structured where the request promised JSON, or where the whole answer begins as ' +
    'JSON or as a JSON fence. Where JSON was promised without a recorded schema, an answer is held against those that ' +
    'the agent’s release gave before, in runs that ended well.',
  doesNotClaim: [
    'prose with braces, templates, and examples with ellipses or comments; JSON that prose follows; code in other ' +
      'languages',
    'free text as arguments of tools that take it',
    'what ingest or an SDK seems to have cut',
    'arguments that parse and break the tool’s schema: they are `tool_misrouting`',
    'where no schema was recorded: fields that are null or empty, and an answer of another form, as a refusal in JSON',
  ],
  needs:
    'output messages of inferences; `response_format` or the like tells what was promised. OpenTelemetry’s GenAI conventions ' +
    'have a name for “JSON was asked for” (`gen_ai.output.type`), and none for its schema: there, what an answer has to hold is learned',
  happened: 'the inference',
  began: 'the same',
  evidence: {
    unparsable_arguments:
      'arguments of a tool call; seen: the text around the break; numbers `at`, `length` (characters)',
    unparsable_answer: 'an answer that is JSON up to a break, or seems to end too early; holds the same',
    cut_answer: 'an answer that the output limit cut; holds the same',
    not_the_promised_format: 'no JSON at all where it was promised; holds the same',
    answer_breaks_schema: 'expected: the broken rules; seen: their paths; number `breaks`',
    unlike_other_answers:
      'a field is missing that practically all answers of this form had, or of another type; expected: what they had; seen: which of ' +
      'them this one has; numbers `missing`, `wrongType`, `answers` that it was learned from',
  },
  severity: {
    info: 'unlike so few other answers that it is a hint',
    low:
      'an answer that only seems to end too early where no format was promised; only rules are broken that most ' +
      'readers cope with; unlike other answers',
    medium: 'otherwise',
  },
  published: ['TRAIL formatting errors'],
  settings: {
    shown: setting.count(60, 'characters shown around a break', 'enough to recognise the place'),
    ...normSettings,
  },
});

const MOST_SCHEMAS = 64;
/** On the raw messages: a text that begins as JSON or as a fence. */
const MAY_BE_STRUCTURED = /"content":\s*"(?:\\[nrt]|\s)*(?:[{[]|```)/;
const MOST_PROSE_AFTER = 200;

interface Flaw {
  severity: Severity;
  confidence: number;
  summary: string;
  evidence: Evidence;
}

interface State extends AnswerLog {
  told: string[];
}

export const malformedOutput = runPattern(DESCRIPTION, (settings): RunPatternLogic<State> => {
  const checks = new Map<string, SchemaCheck>();

  function checkOf(schema: unknown): SchemaCheck {
    const digest = hash64(JSON.stringify(schema));
    let check = checks.get(digest);
    if (!check) {
      if (checks.size >= MOST_SCHEMAS) checks.delete(checks.keys().next().value ?? '');
      check = schemaCheck(schema);
      checks.set(digest, check);
    }
    return check;
  }

  const shownAt = (text: string, at: number): string =>
    text.slice(Math.max(0, at - settings.shown / 2), at + settings.shown / 2);

  function flawOfArguments(name: string, given: unknown): Flaw | undefined {
    // Not JSON at all is plain text for a tool that takes it; single quotes are an instrumentation's own rendering.
    if (typeof given !== 'string' || !/^\s*[{[]/.test(given) || /^\s*\{\s*'/.test(given)) return undefined;
    const read = jsonText(given);
    if (read.form === 'complete' && given.slice(read.end).trim() === '') return undefined;
    if (read.form === 'cut' && SAYS_CUT.test(given)) return undefined;
    const at = read.form === 'broken' ? read.at : read.form === 'cut' ? given.length : read.end;
    return {
      severity: 'medium',
      confidence: 0.95,
      summary: `${AGENT} called ${name || 'a tool'} with arguments that are no valid JSON`,
      evidence: {
        type: 'unparsable_arguments',
        expected: 'JSON',
        seen: shownAt(given, at),
        numbers: { at, length: given.length },
      },
    };
  }

  function flawOfAnswer(answer: string, span: Span, promised: PromisedFormat | undefined): Flaw | undefined {
    const { body, isFenced } = bodyOf(answer);
    const isAttempt = isFenced || BEGINS_AS_JSON.test(body) || (promised !== undefined && /^[{[]/.test(body));
    if (!isAttempt && !promised) return undefined;
    const read = jsonText(body);
    if (read.form === 'complete') {
      const value: unknown = promised?.schema === undefined ? undefined : JSON.parse(body.slice(0, read.end));
      return value === undefined ? undefined : flawBySchema(value, promised?.schema);
    }
    const closing = isFenced ? body.indexOf('\n```') : -1;
    const isWhole = closing < 0 || body.length - closing - 4 <= MOST_PROSE_AFTER;
    const at = read.form === 'broken' ? read.at : body.length;
    const flaw = (type: string, severity: Severity, confidence: number, summary: string): Flaw => ({
      severity,
      confidence,
      summary,
      evidence: { type, expected: 'JSON', seen: shownAt(body, at), numbers: { at, length: body.length } },
    });
    if (read.form === 'cut') {
      if (span.finishReason === 'length') {
        return flaw(
          'cut_answer',
          'medium',
          0.95,
          `the output limit cut the JSON that ${AGENT} answered with, which does not parse`,
        );
      }
      if (SAYS_CUT.test(body) || isRound(answer.length)) return undefined;
      return flaw(
        'unparsable_answer',
        promised ? 'medium' : 'low',
        0.75,
        `the JSON that ${AGENT} answered with ends too early to parse`,
      );
    }
    if (!isAttempt) {
      if (/[{[]/.test(body) || span.finishReason === 'content_filter') return undefined;
      return flaw(
        'not_the_promised_format',
        'medium',
        0.85,
        `${AGENT} was asked for JSON and answered with something else`,
      );
    }
    if (!promised && (!isWhole || ILLUSTRATES.test(body.slice(at)))) return undefined;
    // In single quotes it may be an instrumentation's rendering of what did parse.
    const confidence = promised ? (LANGUAGE_REPR.test(body) ? 0.8 : 0.95) : 0.85;
    return flaw('unparsable_answer', 'medium', confidence, `the JSON that ${AGENT} answered with does not parse`);
  }

  function flawBySchema(value: unknown, schema: unknown): Flaw | undefined {
    const breaks = checkOf(schema)(value);
    const [first] = breaks;
    if (!first) return undefined;
    const isLenient = breaks.every((broken) => broken.lenient);
    return {
      severity: isLenient ? 'low' : 'medium',
      confidence: isLenient ? 0.8 : 0.95,
      summary: `the answer of ${AGENT} breaks the schema that it was asked for: ${first.path ? `${first.path} ` : ''}${first.message}`,
      evidence: {
        type: 'answer_breaks_schema',
        expected: breaks.map((broken) => broken.message),
        seen: breaks.map((broken) => broken.path || '/'),
        numbers: { breaks: breaks.length },
      },
    };
  }

  function judgeByOthers(run: RunView, state: State, reporter: Reporter): boolean {
    if (state.answers.length === 0) return false;
    const unlike = unlikeAnswers(state, run, settings);
    for (const each of unlike) reporter.report(unlikeOthers(each));
    withdrawUntrue(
      state,
      unlike.map(({ step }) => step.spanId),
      run,
      reporter,
    );
    return true;
  }

  return {
    initialState: () => ({ answers: [], told: [] }),

    onSpan(step, span, run, state, reporter) {
      // An agent's span, or the root, may be the first to tell which agent answered.
      if (step.kind === 'agent' || (step === run.root && step.kind !== 'llm'))
        return judgeByOthers(run, state, reporter);
      if (step.kind !== 'llm' || span.outputMessages === '' || step.failed) return false;
      if (wasCut(span, 'outputMessages')) return false;
      const promised = promisedFormat(span.attributes);
      const isSuspect = promised !== undefined || hasOddArguments(step) || MAY_BE_STRUCTURED.test(span.outputMessages);
      if (!isSuspect || wrapsInference(step, run)) return false;
      // Beside a tool call a text is a remark, not the answer.
      const asked = step.requestedCalls.length > 0 ? undefined : promised;
      let isNoted = false;
      let i = 0;
      for (const message of messagesOf(span.outputMessages)) {
        for (const part of message.parts) {
          i += 1;
          let flaw: Flaw | undefined;
          if (part?.type === 'tool_call') flaw = flawOfArguments(String(part.name ?? ''), part.arguments);
          else if (part?.type === 'text' && typeof part.content === 'string' && part.content.trim() !== '') {
            flaw = flawOfAnswer(part.content, span, asked);
            if (asked && !flaw && noteAnswer(state, step, answerIn(part.content), asked.schema === undefined))
              isNoted = true;
          }
          if (flaw) reporter.report({ key: `${step.spanId} ${i}`, span: step, rootCause: step, ...flaw });
        }
      }
      return isNoted && judgeByOthers(run, state, reporter);
    },

    onRunEnd: (_end, run, state, reporter) => judgeByOthers(run, state, reporter),

    observe: (run, state) => answersShown(state, run, settings),
  };
});

function unlikeOthers({ step, norm, breaks }: UnlikeAnswer): FindingDraft {
  const [first] = breaks;
  const missing = breaks.filter(({ problem }) => problem === 'missing').length;
  const how = first?.problem === 'missing' ? `lacks "${first.field}"` : `has another type of "${first?.field}"`;
  return {
    key: step.spanId,
    span: step,
    rootCause: step,
    severity: norm.isHint ? 'info' : 'low',
    confidence: norm.isHint ? 0.6 : 0.8,
    summary: `the answer of ${AGENT} ${how}, unlike the ${norm.payloads} before it in runs that ended well`,
    evidence: {
      type: 'unlike_other_answers',
      expected: breaks.map(({ field, rule }) => `${field} ${rule}`),
      seen: Object.keys(norm.required).filter((field) => !breaks.some((broken) => broken.field === field)),
      numbers: { missing, wrongType: breaks.length - missing, answers: norm.payloads },
    },
  };
}

const hasOddArguments = (step: Step): boolean => step.requestedCalls.some((call) => !call.parses);
