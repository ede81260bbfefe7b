import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordName } from '@spanwise/schemas';
import { Backoff } from './backoff.ts';
import type { Batch, Broker, GroupMember } from './broker/broker.ts';
import { crashLevel } from './broker/crash-level.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveEngineOptions } from './engine-options.ts';
import { watchLag } from './lag-watch.ts';
import { PartitionRunner } from './partition-runner.ts';
import { StandstillError } from './restore.ts';
import { UnusableTopicError } from './topics.ts';
import { DEAD_LETTERS, type Topology } from './topology.ts';

interface Supervised<I extends RecordName> {
  runner: PartitionRunner<I> | undefined;
  /** Aborted when the partition is no longer assigned to this process. */
  lost: AbortController;
  done: Promise<void>;
}

/**
 * Runs a topology: exactly once, on as many processes as one likes. See the README of this package for what happens when.
 * It runs until `stop`, whatever fails: failures are logged, told to the observer, and tried again.
 */
export class StreamEngine<I extends RecordName> implements AsyncDisposable {
  readonly #topology: Topology<I>;
  readonly #broker: Broker;
  readonly #options: ResolvedEngineOptions;
  readonly #group: string;
  readonly #partitions = new Map<number, Supervised<I>>();
  readonly #stop = new AbortController();
  #partitionsOf: ReadonlyMap<string, number> = new Map();
  #running: Promise<void> | undefined;

  constructor(topology: Topology<I>, broker: Broker, options: EngineOptions = {}) {
    this.#topology = topology;
    this.#broker = broker;
    this.#options = resolveEngineOptions(options);
    this.#group = this.#options.topicPrefix + topology.name;
  }

  /** Partitions that this process owns now. */
  get assigned(): number[] {
    return [...this.#partitions].filter(([, { lost }]) => !lost.signal.aborted).map(([partition]) => partition);
  }

  /** Begins to run. Throws when the topics are not as the topology needs them. */
  async start(): Promise<void> {
    if (this.#running) throw new Error(`the engine of ${this.#topology.name} was started before`);
    this.#partitionsOf = await this.#checkTopics();
    this.#running = this.#run();
    void this.#watchLag();
  }

  /** Commits what is processed, leaves the group, disconnects. The broker stays open. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #checkTopics(): Promise<Map<string, number>> {
    const { topicPrefix } = this.#options;
    const { input, changelog, outputs, name } = this.#topology;
    const partitions = new Map<string, number>();
    for (const topic of [input, changelog, DEAD_LETTERS, ...Object.keys(outputs)]) {
      partitions.set(topic, await this.#broker.partitionsOf(topicPrefix + topic));
    }
    if (partitions.get(input) !== partitions.get(changelog)) {
      throw new UnusableTopicError(
        `${name}: ${input} has ${partitions.get(input)} partitions and ${changelog} ${partitions.get(changelog)}. Each ` +
          'input partition keeps its state in the changelog partition of the same number: give both as many.',
      );
    }
    return partitions;
  }

  #watchLag(): Promise<void> {
    const { topicPrefix, lagIntervalMs: intervalMs, observer, logger } = this.#options;
    return watchLag(
      {
        ...{ broker: this.#broker, group: this.#group, topic: topicPrefix + this.#topology.input, intervalMs },
        partitions: () => this.assigned.map((partition) => ({ partition, runner: this.#runnerOf(partition) })),
        tell: ({ partition, messages }) => {
          if (this.assigned.includes(partition)) observer.onLag?.({ partition, messages });
        },
        onError: (error) => logger.debug({ group: this.#group, err: error }, 'the lag cannot be told'),
      },
      this.#stop.signal,
    );
  }

  #runnerOf(partition: number): PartitionRunner<I> | undefined {
    return this.#partitions.get(partition)?.runner;
  }

  /** Memberships of the group, one after the other, until the stop. */
  async #run(): Promise<void> {
    const backoff = new Backoff(this.#options.backoffMs);
    while (!this.#stop.signal.aborted) {
      const begin = performance.now();
      try {
        await this.#membership();
      } catch (error) {
        // joining alone proves nothing: a member may crash at its first fetch, each time
        await this.#recover(error as Error, backoff.nextAfter(performance.now() - begin), this.#stop.signal);
      }
    }
  }

  async #membership(): Promise<void> {
    const crashed = new AbortController();
    let member: GroupMember | undefined;
    let pending: readonly number[] | undefined;
    const assign = (partitions: readonly number[]) => {
      if (crashed.signal.aborted || this.#stop.signal.aborted) return;
      if (member) this.#assign(partitions, member, crashed);
      else pending = partitions;
    };
    const { promise: over, resolve: onStop, reject: onCrash } = Promise.withResolvers<void>();
    over.catch(() => {});
    crashed.signal.addEventListener('abort', () => onCrash(crashed.signal.reason));
    const stopped = () => onStop();
    this.#stop.signal.addEventListener('abort', stopped);
    try {
      member = await this.#broker.join(this.#group, this.#options.topicPrefix + this.#topology.input, {
        onAssigned: assign,
        onBatch: (batch: Batch) => this.#runnerOf(batch.partition)?.deliver(batch),
        onTruncatedInput: (truncated) => this.#runnerOf(truncated.partition)?.truncated(truncated),
        onLostInput: (lost) => {
          this.#options.logger.error(
            { ...lost, runbook: 'Records lost to retention' },
            'retention deleted input that had not been read',
          );
          this.#options.observer.onLostInput?.(lost);
        },
        onCrash: (error) => crashed.abort(error),
      });
      if (pending) assign(pending);
      this.#options.logger.debug({ group: this.#group }, 'joined the group');
      if (this.#stop.signal.aborted) return;
      await over;
    } finally {
      this.#stop.signal.removeEventListener('abort', stopped);
      // partitions are committed before the group is left, so that their next owners find nothing open
      for (const supervised of this.#partitions.values()) {
        if (crashed.signal.aborted) this.#lose(supervised);
        else supervised.runner?.stop();
      }
      await Promise.all([...this.#partitions.values()].map(({ done }) => done));
      this.#partitions.clear();
      await member?.close();
    }
  }

  #assign(partitions: readonly number[], member: GroupMember, crashed: AbortController): void {
    this.#options.observer.onAssignment?.(partitions);
    for (const [partition, supervised] of this.#partitions) {
      if (!partitions.includes(partition)) this.#lose(supervised);
    }
    for (const partition of partitions) {
      const present = this.#partitions.get(partition);
      if (present && !present.lost.signal.aborted) continue;
      const supervised: Supervised<I> = { runner: undefined, lost: new AbortController(), done: Promise.resolve() };
      // its former life here must be over before the next begins
      supervised.done = (present?.done ?? Promise.resolve())
        .then(() => this.#supervise(partition, supervised, member))
        // nothing is known to fail here; what does all the same ends the membership, and not the process
        .catch((error) => crashed.abort(error));
      this.#partitions.set(partition, supervised);
    }
  }

  #lose(supervised: Supervised<I>): void {
    supervised.lost.abort(new Error('the partition was assigned to another'));
    supervised.runner?.lose();
  }

  /** Lives of one partition, one after the other, until it is lost. */
  async #supervise(partition: number, supervised: Supervised<I>, member: GroupMember): Promise<void> {
    const backoff = new Backoff(this.#options.backoffMs);
    const over = AbortSignal.any([supervised.lost.signal, this.#stop.signal]);
    while (!over.aborted) {
      const runner = this.#runner(partition, member);
      runner.onHealthy = () => backoff.reset();
      supervised.runner = runner;
      try {
        await runner.run();
        return;
      } catch (error) {
        supervised.runner = undefined;
        member.pause(partition);
        await this.#recover(error as Error, backoff.next(), over, partition);
      }
      // a zombie that initialised now would fence the true owner
      await member.confirm(over).catch(() => {});
    }
  }

  #runner(partition: number, member: GroupMember): PartitionRunner<I> {
    return new PartitionRunner<I>({
      topology: this.#topology,
      partition,
      broker: this.#broker,
      member,
      group: this.#group,
      options: this.#options,
      partitionsOf: this.#partitionsOf,
      owned: () => this.assigned.length,
    });
  }

  async #recover(error: Error, delayMs: number, over: AbortSignal, partition?: number): Promise<void> {
    if (over.aborted) return;
    const { logger, observer, unrestorableRetryMs } = this.#options;
    if (partition !== undefined && error instanceof StandstillError) {
      const { topic, offset, runbook } = error;
      logger.error(
        { group: this.#group, topic, partition, offset, runbook, err: error },
        'a partition cannot go on where it was; it stands still, the others go on',
      );
      observer.onUnrestorable?.({ partition, error, delayMs: unrestorableRetryMs });
      await sleep(unrestorableRetryMs, undefined, { signal: over }).catch(() => {});
      return;
    }
    const fields = { group: this.#group, topic: this.#options.topicPrefix + this.#topology.input, delayMs, err: error };
    if (partition === undefined) {
      const runbook = 'A consumer crashes again and again';
      logger[crashLevel(error)]({ ...fields, runbook }, 'lost the group; joining again');
    } else {
      logger.warn({ ...fields, partition, runbook: 'Partitions restart' }, 'partition failed; starting it again');
    }
    observer.onRecovery?.({ error, delayMs, ...(partition !== undefined && { partition }) });
    await sleep(delayMs, undefined, { signal: over }).catch(() => {});
  }
}
