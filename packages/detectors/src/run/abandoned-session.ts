import { describePattern, type RunPatternLogic, runPattern } from '../detector/pattern.ts';
import type { RunView } from '../detector/run-view.ts';
import * as setting from '../detector/setting.ts';
import type { Step } from '../detector/step.ts';
import { AGENT, duration, listed } from '../detector/wording.ts';
import type { RequestedCall } from '../reading/requested-calls.ts';
import { follows, isToolLike } from '../relations/operation.ts';

const DESCRIPTION = describePattern({
  pattern: 'abandoned_session',
  inShort: 'no end came, and work was open',
  claims:
    'The run was silent for longer than its inactivity gap (`SPANWISE_DETECT_RUN_ABANDON`), its root never ended, ' +
    'and work was open: tools that a model had asked for, or spans whose children came. A span that comes after all ' +
    'takes it back.',
  doesNotClaim: [
    'a run whose open call has, in this run, lawfully taken as long as the silence',
    'a run of a fleet that is known to lose spans; a trace in which no agent has a part',
  ],
  needs: 'links of spans to their parents; output messages name the open calls',
  happened: 'the last step that ended',
  began: 'the inference whose call stayed open, else the last step',
  evidence: {
    open_work:
      'seen: names of the open calls; numbers `openCalls`, `openSpans`, `silentSeconds`; spans: the inferences that ' +
      'asked, and the spans that never ended',
  },
  severity: {
    high: 'always',
  },
  published: ['MAST 3.1, 1.5'],
  settings: {
    normalTimes: setting.amount(
      2,
      'a silence of this many times the longest earlier call of the open call’s tool is still normal',
      'durations of one tool vary by about that much',
    ),
  },
});

const KEY = 'end';

interface OpenCall {
  call: RequestedCall;
  requester: Step;
}

/** Calls that were asked for and of which no span came. */
function openCallsOf(run: RunView): OpenCall[] {
  const ids = new Set<string>();
  const byTool = new Map<string, Step[]>();
  for (const step of run.steps) {
    if (!isToolLike(step) && step.kind !== 'agent') continue;
    if (step.toolCallId !== '') ids.add(step.toolCallId);
    const calls = byTool.get(step.tool);
    if (calls) calls.push(step);
    else byTool.set(step.tool, [step]);
  }
  const open: OpenCall[] = [];
  const taken = new Set<Step>();
  for (const requester of run.steps) {
    for (const call of requester.requestedCalls) {
      if (call.id !== '' && ids.has(call.id)) continue;
      const served = byTool.get(call.name)?.find((step) => !taken.has(step) && follows(step, requester, run));
      if (served) taken.add(served);
      else open.push({ call, requester });
    }
  }
  return open;
}

/** Ids of spans that have children and did not end. */
function openSpansOf(run: RunView): string[] {
  const open = new Set<string>();
  for (const step of run.steps) {
    if (step.parentSpanId !== '' && !run.stepOf(step.parentSpanId)) open.add(step.parentSpanId);
  }
  return [...open];
}

/** Some span of it is an agent's; other services' traces come the same way. */
const isAgents = (run: RunView): boolean => run.agents.length > 0 || run.steps.some(({ kind }) => kind !== 'step');

function longestCall(tool: string, run: RunView): number {
  let longest = 0;
  for (const step of run.steps) if (step.tool === tool) longest = Math.max(longest, step.end - step.start);
  return longest;
}

export const abandonedSession = runPattern(DESCRIPTION, (settings): RunPatternLogic => {
  return {
    initialState: () => ({}),
    onSpan(_step, _span, _run, _state, reporter) {
      reporter.withdraw(KEY);
      return false;
    },
    onRunEnd(end, run, _state, reporter) {
      const last = run.steps.reduce<Step | undefined>((a, b) => (a && run.endOf(a) >= run.endOf(b) ? a : b), undefined);
      if (end !== 'abandoned' || run.root || run.incomplete || !last || !isAgents(run)) {
        reporter.withdraw(KEY);
        return false;
      }
      const calls = openCallsOf(run);
      const spans = openSpansOf(run);
      const silent = (run.now - run.quietSince) * 1000;
      const isNormal = calls.some(
        ({ call }) => longestCall(call.name, run) * settings.normalTimes >= Math.max(1, silent),
      );
      if (isNormal || (calls.length === 0 && spans.length === 0)) {
        reporter.withdraw(KEY);
        return false;
      }
      const requester = calls.at(-1)?.requester;
      const names = [...new Set(calls.map(({ call }) => call.name))].slice(0, 8);
      const seconds = Math.max(0, Math.round(silent / 1e6));
      reporter.report({
        key: KEY,
        span: last,
        rootCause: requester ?? last,
        severity: 'high',
        confidence: calls.length > 0 ? 0.95 : 0.9,
        summary: `${AGENT} fell silent and did not finish within ${duration(seconds * 1_000)}; ${
          names.length > 0
            ? `${listed(names)} never answered`
            : `${spans.length === 1 ? 'a span' : `${spans.length} spans`} never ended`
        }`,
        evidence: {
          type: 'open_work',
          expected: 'an end of the root span',
          seen: names,
          numbers: { openCalls: calls.length, openSpans: spans.length, silentSeconds: seconds },
          spans: [...new Set([...calls.map(({ requester }) => requester.spanId), ...spans])].slice(0, 32),
        },
      });
      return false;
    },
  };
});
