import type { SpanRevision } from '@spanwise/schemas';
import type { Processor, ProcessorContext, Topology } from '../src/topology.ts';

/**
 * The topology of the tests: an entry (a SpanRevision: trace = account, span = id, receivedTime = event time, revision =
 * amount) is booked on its account, in the order of event time, and answered with the new balance. An account that was
 * quiet for QUIET_MS is closed with its balance. Totals are flushed with each commit.
 */
export const QUIET_MS = 50;
export const DELAY_MS = 20;

/** Amounts that make the processor throw: at once, in the account's timer, when the state is serialised, by a record too large. */
export const POISON = { now: -1, later: -2, unserialisable: -3, tooLarge: -4, noKey: -5 } as const;

export interface LedgerCounters {
  booked: number;
}

export function entry(account: string, id: string, time: number, amount: number): SpanRevision {
  return {
    tenant: 't',
    traceId: account,
    spanId: id,
    receivedTime: time,
    resolvedSessionId: null,
    resolvedAgent: null,
    resolvedRelease: null,
    revision: amount,
  };
}

export interface Booking {
  account: string;
  id: string;
  balance: number;
  /** Log times, ms. */
  streamTime: number;
  dueTime: number;
}

/** Reads an output of the ledger back. */
export function booking(record: SpanRevision): Booking {
  const [streamTime, dueTime] = (record.resolvedSessionId ?? '').split('/').map(Number);
  return {
    account: record.traceId,
    id: record.spanId,
    balance: record.revision,
    streamTime: streamTime ?? 0,
    dueTime: dueTime ?? 0,
  };
}

export function ledger(
  options: { delayMs?: number; quietMs?: number; counters?: LedgerCounters; name?: string } = {},
): Topology<'SpanRevision'> {
  const delayMs = options.delayMs ?? DELAY_MS;
  return {
    name: options.name ?? 'ledger',
    input: 'entries',
    inputRecord: 'SpanRevision',
    outputs: { bookings: 'SpanRevision', totals: 'SpanRevision' },
    changelog: 'ledger-changelog',
    stateVersion: 1,
    keyOf: (record) => {
      if (record.revision === POISON.noKey) throw new Error('no key');
      return record.traceId;
    },
    ...(delayMs > 0 && {
      reorder: {
        delayMs,
        groupOf: (record: SpanRevision) => {
          if (record.revision === POISON.noKey) throw new Error('no group');
          return record.traceId;
        },
        endTimeOf: (record: SpanRevision) => record.receivedTime,
        idOf: (record: SpanRevision) => record.spanId,
      },
    }),
    createProcessor: () => new LedgerProcessor(options.counters, options.quietMs ?? QUIET_MS),
  };
}

interface Balance {
  sum: number;
}

class LedgerProcessor implements Processor<SpanRevision> {
  readonly #counters: LedgerCounters | undefined;
  readonly #quietMs: number;
  #total = 0;
  #booked = 0;
  /** Of what is booked, what is part of the commit: a record that throws later is not. */
  #committing = 0;

  constructor(counters: LedgerCounters | undefined, quietMs: number) {
    this.#counters = counters;
    this.#quietMs = quietMs;
  }

  process(record: SpanRevision, context: ProcessorContext): void {
    const { traceId: account, spanId: id, revision: amount } = record;
    const balance = context.store.get<Balance>(account, 'balance') ?? { sum: 0 };
    balance.sum += amount;
    context.store.put(account, 'balance', balance);
    context.store.put(account, `e/${id}`, { amount });
    this.#total += amount;
    this.#booked++;
    this.#answer(context, 'bookings', account, id, balance.sum);
    context.schedule(account, 'quiet', context.streamTime + this.#quietMs);
    switch (amount) {
      case POISON.now:
        throw new Error('poison');
      case POISON.later:
        context.store.put(account, 'cursed', true);
        break;
      case POISON.unserialisable:
        context.store.put(account, 'cycle', { balance, big: 1n });
        break;
      case POISON.tooLarge:
        try {
          this.#answer(context, 'bookings', account, 'x'.repeat(700 * 1024), 0);
        } catch {
          // even a processor that hides the error must not get such a record into a commit
        }
    }
  }

  punctuate(account: string, _timer: string, context: ProcessorContext): void {
    const balance = context.store.get<Balance>(account, 'balance')?.sum ?? Number.NaN;
    context.store.delete(account, 'balance');
    if (context.store.get(account, 'cursed')) throw new Error('cursed');
    this.#answer(context, 'bookings', account, 'closed', balance);
    context.store.delete(account);
  }

  beforeCommit(context: ProcessorContext): void {
    if (this.#total !== 0) this.#answer(context, 'totals', 'total', '', this.#total);
    this.#total = 0;
    this.#committing += this.#booked;
    this.#booked = 0;
  }

  afterCommit(): void {
    if (this.#counters) this.#counters.booked += this.#committing;
    this.#committing = 0;
  }

  #answer(context: ProcessorContext, topic: string, account: string, id: string, amount: number): void {
    const answer = entry(account, id, 0, amount);
    answer.resolvedSessionId = `${context.streamTime}/${context.dueTime}`;
    context.forward<'SpanRevision'>(topic, account, answer);
  }
}
