import type { Ledger } from '../load/ledger.ts';
import { DELAYED_MS } from './account.ts';

/**
 * Conversations sent against sessions stored, by id. A run that was held up may have been judged before the span that names its
 * conversation came: it was a session of its own then.
 */
export function accountForSessions(
  ledger: Ledger,
  stored: ReadonlySet<string>,
): { missing: string[]; extra: string[] } {
  const sent = new Set<string>();
  for (const [, { sessionId }] of ledger.entries()) sent.add(sessionId);
  return {
    missing: [...sent].filter((id) => !stored.has(id)),
    extra: [...stored].filter((id) => !sent.has(id) && !mayStandAlone(id, ledger)),
  };
}

function mayStandAlone(traceId: string, ledger: Ledger): boolean {
  const run = ledger.run(traceId);
  return run !== undefined && (run.route === 'collector' || run.delayedMs > DELAYED_MS);
}
