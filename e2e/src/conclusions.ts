import { eventually, rows } from './system.ts';

/**
 * Everything concluded about some runs, without what differs between two replays: ids of findings, log times, revisions, and the
 * probability of a session, which is learnt from those that ended before it.
 */
export interface Conclusions {
  findings: object[];
  runs: object[];
  sessions: SessionConclusion[];
}

export interface SessionConclusion {
  session_id: string;
  verdict: string;
  final: boolean;
  run_count: number;
}

/**
 * What the tables say about runs, sorted.
 *
 * @param known turns a trace or session id into the one to compare by
 */
export async function conclusionsOn(
  traceIds: Iterable<string>,
  known: (id: string) => string = (id) => id,
): Promise<Conclusions> {
  const ids = [...traceIds];
  const findings = await rows<{ trace_id: string; session_id: string }>(
    `SELECT trace_id, session_id, pattern, severity, confidence, span_id, root_cause_span_id, agent, release, tool, step,
       summary, evidence
     FROM findings WHERE trace_id IN {ids: Array(String)}`,
    { ids },
  );
  const runs = await rows<{ trace_id: string; session_id: string }>(
    `SELECT trace_id, session_id, continuation, agent, verdict, failure_probability, root_cause_span_id, span_count,
       llm_calls, tool_calls, error_count, finding_count, input_tokens, output_tokens,
       arrayMap(reason -> (reason.pattern, reason.weight, reason.span_id), reasons) AS why
     FROM runs WHERE trace_id IN {ids: Array(String)}`,
    { ids },
  );
  const sessions = await rows<SessionConclusion>(
    `SELECT session_id, final, agent, verdict, root_cause_span_id, run_count, span_count, finding_count
     FROM sessions WHERE session_id IN {ids: Array(String)}`,
    { ids: [...new Set(runs.map(({ session_id: sessionId }) => sessionId))] },
  );
  const comparable = <T extends { trace_id?: string; session_id: string }>(found: readonly T[]): T[] =>
    found
      .map((row) => ({ ...row, trace_id: row.trace_id && known(row.trace_id), session_id: known(row.session_id) }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { findings: comparable(findings), runs: comparable(runs), sessions: comparable(sessions) };
}

/** Sums over everything that the pipeline ever took in, from the tables that only add up. */
export type Totals = Readonly<Record<string, number>>;

/** The sums, once every stored span is in them: step statistics come some seconds later. */
export async function totals(): Promise<Totals> {
  const { sums } = await eventually(readTotals, ({ sums, spans }) => sums.spans === spans);
  return sums;
}

async function readTotals() {
  const [steps] = await rows<Totals>(
    `SELECT toFloat64(sum(span_count)) AS spans, toFloat64(sum(error_count)) AS errors,
       toFloat64(sum(input_tokens)) AS inputTokens, toFloat64(sum(output_tokens)) AS outputTokens,
       toFloat64(sum(duration_sum_ns)) AS durations, toFloat64(sum(arraySum(duration_sketch.2))) AS sketched
     FROM step_stats`,
  );
  const verdicts = await rows<{ name: string; count: number }>(
    `SELECT concat(scope, 's ', verdict) AS name, toFloat64(sum(count)) AS count FROM verdict_counts GROUP BY name`,
  );
  const [stored] = await rows<{ spans: number }>('SELECT toFloat64(count()) AS spans FROM spans');
  const sums: Totals = { ...steps, ...Object.fromEntries(verdicts.map(({ name, count }) => [name, count])) };
  return { sums, spans: stored?.spans };
}

/** What was added from one to the other. */
export function added(before: Totals, after: Totals): Totals {
  return Object.fromEntries(Object.entries(after).map(([name, sum]) => [name, sum - (before[name] ?? 0)]));
}
