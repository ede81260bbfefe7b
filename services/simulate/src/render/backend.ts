import type { ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { SpanRecord } from './record.ts';

/** A request takes at least this long, so that its server's span fits inside, milliseconds. */
const LEAST_MS = 24;

/** `service` undefined: the agent's own; `parentSpanId` empty: the tool's span. */
type RequestRecord = Omit<SpanRecord, 'agent' | 'service'> & { readonly service: string | undefined };

/** The HTTP requests of a tool's call, both sides of each, and when the call ends. */
export function requestsOf(
  step: ToolStep,
  startUs: number,
  random: Random,
): { records: RequestRecord[]; endUs: number } {
  const { backend, tool, httpAttempts, failure } = step;
  if (backend === undefined) return { records: [], endUs: startUs + Math.round(step.ms * 1_000) };
  const records: RequestRecord[] = [];
  const finalStatus = step.httpStatus ?? (failure ? 503 : 200);
  const eachUs = Math.round(Math.max(step.ms / httpAttempts, LEAST_MS) * 1_000);
  let now = startUs;
  for (let resend = 0; resend < httpAttempts; resend += 1) {
    const isLast = resend === httpAttempts - 1;
    const status = isLast || failure ? finalStatus : 503;
    const path = `/${tool.replaceAll('_', '-')}`;
    const request = { kind: 'http', path, server: backend, status, resend } as const;
    const client = { spanId: random.hex(16), parentSpanId: '', startUs: now + 300, endUs: now + eachUs - 300 };
    const server = {
      spanId: random.hex(16),
      parentSpanId: client.spanId,
      startUs: client.startUs + random.integer(3_000, 8_000),
      endUs: client.endUs - random.integer(3_000, 8_000),
    };
    const shows = { failure: { type: String(status), message: `HTTP ${status}` } };
    records.push({
      ...server,
      service: backend,
      work: { ...request, side: 'server' },
      ...(status >= 500 ? shows : {}),
    });
    records.push({
      ...client,
      service: undefined,
      work: { ...request, side: 'client' },
      ...(status >= 400 ? shows : {}),
    });
    now += eachUs;
  }
  return { records, endUs: now };
}
