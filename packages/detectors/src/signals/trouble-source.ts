import type { Finding, Trouble } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import type { SignalDraft, SignalSource } from './signal-source.ts';

/** Agents of a run that its tenant is told of. */
const MAX_AGENTS = 8;

const isGrave = ({ severity, confidence }: Finding): boolean =>
  confidence >= 0.5 && severity !== 'info' && severity !== 'low';

const stands = (finding: Finding): boolean => !finding.withdrawn && finding.supersededBy === '' && isGrave(finding);

interface TroubleState {
  /** The run ended once: nobody has to be told of its later ends. */
  ended: boolean;
  /** Findings that were told, and how: what is seen otherwise later is told again. At most 64. */
  told: Record<string, string>;
}

const MAX_TOLD = 64;

/** What incidents are judged by goes to the tenant, one key for each environment: what was found in a run, as soon as it was, and that a run ended. */
export const troubleSource = (): SignalSource<TroubleState> => ({
  name: 'trouble',
  initialState: () => ({ ended: false, told: {} }),
  onSpan: () => false,
  onFindings(findings, run, state, send) {
    let changed = false;
    for (const finding of findings) {
      const { findingId } = finding;
      const told = state.told[findingId];
      if (told === undefined && (!stands(finding) || Object.keys(state.told).length >= MAX_TOLD)) continue;
      const now = `${stands(finding)} ${finding.severity} ${finding.rootCauseSpanId}`;
      if (now === told) continue;
      state.told[findingId] = now;
      changed = true;
      send(toTenant(run, { trouble: troubleOf(finding, run) }));
    }
    return changed;
  },
  onRunEnd(_end, judged, run, state, send) {
    if (state.ended || judged.continuation > 0) return false;
    state.ended = true;
    const { traceId, sessionId, verdict, receivedTime } = judged;
    const endTime = judged.startTime + Math.round(judged.durationNs / 1_000);
    const agents = judged.agents.slice(0, MAX_AGENTS);
    send(toTenant(run, { pulse: { traceId, sessionId, agents, verdict, endTime, receivedTime } }));
    return true;
  },
});

const toTenant = (run: RunView, body: SignalDraft['body']): SignalDraft => ({
  keyKind: 'tenant',
  key: run.environment,
  body,
});

function troubleOf(finding: Finding, run: RunView): Trouble {
  const cause = run.stepOf(finding.rootCauseSpanId) ?? run.stepOf(finding.spanId);
  return {
    findingId: finding.findingId,
    revision: finding.revision,
    stands: stands(finding),
    pattern: finding.pattern,
    severity: finding.severity,
    traceId: finding.traceId,
    sessionId: finding.sessionId,
    agent: (cause && run.agentOf(cause)) || finding.agent,
    release: (cause && run.releaseOf(cause)) || finding.release,
    workflow: finding.workflow,
    causeSpanId: finding.rootCauseSpanId,
    tool: cause?.tool ?? finding.tool,
    model: cause?.model ?? '',
    service: cause?.service ?? '',
    handoff: cause && cause.handoffTo !== '' ? `${cause.handoffFrom} → ${cause.handoffTo}` : '',
    eventTime: finding.eventTime,
    receivedTime: finding.receivedTime,
  };
}
