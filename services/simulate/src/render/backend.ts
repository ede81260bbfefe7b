import type { ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { SpanRecord } from './record.ts';

/** A request takes at least this long at each level, so that its server's span fits inside, milliseconds. */
const LEAST_MS = 24;

/** `service` undefined: the agent's own; `parentSpanId` empty: the tool's span. */
type RequestRecord = Omit<SpanRecord, 'agent' | 'service'> & { readonly service: string | undefined };

interface Request {
  readonly path: string;
  readonly status: number;
  readonly resend: number;
}

/** The HTTP requests of a tool's call, both sides of each, those that its backend makes in turn, and when the call ends. */
export function requestsOf(
  step: ToolStep,
  startUs: number,
  random: Random,
): { records: RequestRecord[]; endUs: number } {
  const { backend, tool, httpAttempts, failure, downstream = [] } = step;
  if (backend === undefined) return { records: [], endUs: startUs + Math.round(step.ms * 1_000) };
  const servers = [backend, ...downstream];
  const records: RequestRecord[] = [];
  const finalStatus = step.httpStatus ?? (failure ? 503 : 200);
  const eachUs = Math.round(Math.max(step.ms / httpAttempts, LEAST_MS * servers.length) * 1_000);
  let now = startUs;
  for (let resend = 0; resend < httpAttempts; resend += 1) {
    const isLast = resend === httpAttempts - 1;
    const status = isLast || failure ? finalStatus : 503;
    const request = { path: `/${tool.replaceAll('_', '-')}`, status, resend };
    const span = { parentSpanId: '', startUs: now, endUs: now + eachUs };
    records.push(...levels(undefined, servers, request, span, step.overrunMs ?? 0, random));
    now += eachUs;
  }
  return { records, endUs: now };
}

/** Client and server of one request, and of those below it; what ended first comes first. */
function levels(
  from: string | undefined,
  [server = '', ...deeper]: readonly string[],
  request: Request,
  around: { parentSpanId: string; startUs: number; endUs: number },
  overrunMs: number,
  random: Random,
): RequestRecord[] {
  const client = {
    spanId: random.hex(16),
    parentSpanId: around.parentSpanId,
    startUs: around.startUs + 300,
    endUs: around.endUs - 300,
  };
  const isDeepest = deeper.length === 0;
  const served = {
    spanId: random.hex(16),
    parentSpanId: client.spanId,
    startUs: client.startUs + random.integer(3_000, 8_000),
    endUs: client.endUs - random.integer(3_000, 8_000) + (isDeepest ? Math.round(overrunMs * 1_000) : 0),
  };
  const { path, status, resend } = request;
  const work = { kind: 'http', path, server, status, resend } as const;
  const failure = { type: String(status), message: `HTTP ${status}` };
  // A server that is only too slow does not know that nobody waits any more.
  const isUnaware = isDeepest && overrunMs > 0;
  const below = isDeepest
    ? []
    : levels(
        server,
        deeper,
        { ...request, path: '/internal', resend: 0 },
        { parentSpanId: served.spanId, startUs: served.startUs + 500, endUs: served.endUs - 500 },
        overrunMs,
        random,
      );
  return [
    ...below,
    {
      ...served,
      service: server,
      work: { ...work, side: 'server', status: isUnaware ? 200 : status },
      ...(status >= 500 && !isUnaware ? { failure } : {}),
    },
    { ...client, service: from, work: { ...work, side: 'client' }, ...(status >= 400 ? { failure } : {}) },
  ];
}
