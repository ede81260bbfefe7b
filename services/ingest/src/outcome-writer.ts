import { currentSchema, encodeBlock, type Outcome, type Signal, type SignalBody } from '@spanwise/schemas';
import { partitionForKey } from '@spanwise/stream';
import { type BlockProducer, NotAcknowledgedError } from './span-writer.ts';

/** Where an outcome is sent: its conversation, or the run's own key, which knows the conversation. */
const keyOf = ({ sessionId, traceId }: Outcome): string => (sessionId === '' ? traceId : sessionId);

/** A signal's body with none of its kinds of facts. */
const NOTHING_SAID: SignalBody = (() => {
  const body = currentSchema('Signal').schema.fields.find(({ name }) => name === 'body')?.type;
  const { fields } = body as { fields: { name: string }[] };
  return Object.fromEntries(fields.map(({ name }) => [name, null])) as unknown as SignalBody;
})();

/** Puts outcomes into the topic `signals`, one block for each partition. */
export class OutcomeWriter {
  readonly #producer: BlockProducer;
  readonly #partitions: number;
  readonly #ackTimeoutMs: number;

  /** @param partitions of the topic `signals` */
  constructor(producer: BlockProducer, partitions: number, ackTimeoutMs: number) {
    this.#producer = producer;
    this.#partitions = partitions;
    this.#ackTimeoutMs = ackTimeoutMs;
  }

  /** Resolves when Kafka has all of them. Rejects with NotAcknowledgedError: then it may or may not have some, and they are to be sent again. */
  async write(outcomes: readonly Outcome[]): Promise<void> {
    const blocks = Map.groupBy(outcomes.map(signalOf), ({ tenant, keyKind, key }) =>
      partitionForKey(`${tenant}/${keyKind}/${key}`, this.#partitions),
    );
    const messages = [...blocks].map(([partition, signals]) => ({ partition, value: encodeBlock('Signal', signals) }));
    const expired = Promise.withResolvers<never>();
    const timer = setTimeout(() => expired.reject(new Error('no answer in time')), this.#ackTimeoutMs);
    try {
      await Promise.race([this.#producer.send(messages), expired.promise]);
    } catch (error) {
      throw new NotAcknowledgedError('Kafka has not acknowledged the outcomes', error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function signalOf(outcome: Outcome): Signal {
  const { tenant, receivedTime } = outcome;
  return {
    tenant,
    keyKind: 'session',
    key: keyOf(outcome),
    emittedTime: receivedTime,
    source: 'ingest',
    body: { ...NOTHING_SAID, outcome },
  };
}
