import type { StatedFact, StoreAccess, Wait } from '@spanwise/schemas';
import type { ToldSignal } from './fleet-cases.ts';

const BEGIN_MS = 1_767_600_000_000;
const HOUR_MS = 3_600_000;

const spanIn = (session: string, name: string): string => `${session}-${name}`;

const where = (session: string) => ({
  traceId: `t-${session}`,
  sessionId: session,
  release: '1.0',
  environment: '',
  workflow: '',
});

type Fact = Partial<StatedFact> & Pick<StatedFact, 'field' | 'value' | 'role'>;

/** What a session's run states of a thing, some hours after the beginning. Spans are named `<session>-<name>`. */
export function told(
  key: string,
  session: string,
  hours: number,
  ...facts: readonly (Fact & { name?: string })[]
): ToldSignal {
  const atMs = BEGIN_MS + hours * HOUR_MS;
  const stated = facts.map(({ name, ...fact }, i): StatedFact => {
    const span = spanIn(session, name ?? `${fact.role}${i === 0 ? '' : i}`);
    const eventTime = (atMs + 1_000 * i) * 1_000;
    const basis = fact.role === 'asserted' || fact.role === 'used' || fact.role === 'written' ? 'none' : '';
    const place = {
      agent: `agent-${session}`,
      step: '',
      tool: `${fact.role}_tool`,
      spanId: span,
      causeSpanId: `${span}-asked`,
    };
    return { basis, ...place, eventTime, receivedTime: eventTime + 100_000, ...fact };
  });
  return { atMs, keyKind: 'entity', key, body: { facts: { ...where(session), facts: stated } } };
}

type Access = Partial<StoreAccess> & Pick<StoreAccess, 'operation'>;

/** What a session's run did to a record, from so many seconds after the beginning on; each access takes 100 ms. */
export function accessed(
  session: string,
  ...accesses: readonly (Omit<Access, 'fields'> & { at: number; ms?: number; fields?: Record<string, string> })[]
): ToldSignal {
  const done = accesses.map(({ at, ms = 100, fields = {}, ...access }, i): StoreAccess => {
    const startTime = (BEGIN_MS + at * 1_000) * 1_000;
    const spanId = spanIn(session, `${access.operation}${i}`);
    return {
      ...{ version: '', baseVersion: '', isWhole: Object.keys(fields).length > 0 },
      fields: Object.entries(fields).map(([name, digest]) => ({ name, digest })),
      ...{ agent: `agent-${session}`, step: '', tool: '', spanId, causeSpanId: `${spanId}-asked`, startTime },
      ...{ endTime: startTime + ms * 1_000, receivedTime: startTime + ms * 1_000 + 100_000 },
      ...access,
    };
  });
  const last = Math.max(...done.map(({ endTime }) => endTime));
  const body = { accesses: { ...where(session), store: 'notes', record: 'case-7', accesses: done } };
  return { atMs: last / 1_000 + 60_000, keyKind: 'store', key: 'notes/case-7', body };
}

/** What a session's run waited for and held, from one second after the beginning until another. */
export function waited(
  session: string,
  ...waits: readonly { from: number; to: number; waitsFor?: string[]; holds?: string[]; inVain?: boolean }[]
): ToldSignal {
  const done = waits.map(({ from, to, waitsFor = [], holds = [], inVain = false }, i): Wait => {
    const spanId = spanIn(session, `wait${i}`);
    const [startTime, endTime] = [(BEGIN_MS + from * 1_000) * 1_000, (BEGIN_MS + to * 1_000) * 1_000];
    const place = { agent: `agent-${session}`, step: '', tool: '', spanId, causeSpanId: `${spanId}-asked` };
    return { waitsFor, holds, isInVain: inVain, ...place, startTime, endTime, receivedTime: endTime + 100_000 };
  });
  const atMs = BEGIN_MS + 3_600_000;
  return { atMs, keyKind: 'tenant', key: 'default', body: { waits: { ...where(session), waits: done } } };
}
