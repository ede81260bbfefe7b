import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBlock, encodeBlock, encodeTick, type SpanRevision } from '@spanwise/schemas';
import type { CommittedOffset } from '../src/broker/broker.ts';
import { MemoryBroker } from '../src/broker/memory.ts';
import { MemoryCluster } from '../src/broker/memory-cluster.ts';
import type { EngineOptions } from '../src/engine-options.ts';
import { decodeResumePoint } from '../src/resume-point.ts';
import { StreamEngine } from '../src/stream-engine.ts';
import { TopologyTestDriver } from '../src/test-driver.ts';
import { DEAD_LETTERS } from '../src/topology.ts';
import { type Scripted, type Shape, scriptedRecord, scriptedTopology } from './scripted.ts';
import { until } from './until.ts';

/** What happens to a process at one of its calls: the call fails, the process stands still for a while, or for ever. */
export interface Blow {
  call: number;
  kind: 'throw' | 'freeze' | 'kill';
}

export type Act =
  | { do: 'send'; partition: number; records: readonly Scripted[]; afterMs: number }
  | { do: 'garbage'; form: number; partition: number; afterMs: number }
  | { do: 'send-again' | 'aborted' | 'tick'; partition: number; afterMs: number }
  | { do: 'start'; blows: readonly Blow[]; options: EngineOptions }
  | { do: 'kill' | 'freeze' | 'thaw' | 'stop' | 'expel'; which: number }
  | { do: 'wait'; ms: number };

export interface Scenario extends Shape {
  partitions: number;
  /** Of each output. */
  outputPartitions: number;
  acts: readonly Act[];
}

interface Process {
  broker: MemoryBroker;
  engine: StreamEngine<'SpanRevision'>;
  state: 'runs' | 'frozen' | 'killed' | 'stopped';
  stopping: Promise<void> | undefined;
  calls: number;
}

/** What no record can be read from: no block, half of one, one of another record, nothing. */
export const GARBAGE: readonly Buffer[] = [
  Buffer.from('garbage'),
  encodeBlock('SpanRevision', [scriptedRecord({ key: 'k', time: 0, ops: [] }, 'half')]).subarray(0, 30),
  encodeTick('Span'),
  Buffer.alloc(0),
];

const GROUP = 'scripted';
const INPUT = 'in';
const FAST: EngineOptions = {
  commitIntervalMs: 1,
  commitIntervalPerPartitionMs: 0,
  idleCommitIntervalMs: 4,
  tickAfterMs: 3,
  backoffMs: { first: 1, most: 4 },
};

/** Remembers what is wrong with any offset that is committed. */
class WatchedCluster extends MemoryCluster {
  readonly problems: string[] = [];

  override commit(id: string, epoch: number, offsets: ReadonlyMap<string, CommittedOffset> = new Map()): void {
    const before = [...offsets.keys()].map((place) => this.committed(...placeOf(place)));
    super.commit(id, epoch, offsets);
    for (const [i, [place, next]] of [...offsets].entries())
      this.problems.push(...this.#faults(place, before[i], next));
  }

  *#faults(place: string, before: CommittedOffset | undefined, next: CommittedOffset): Generator<string> {
    const point = decodeResumePoint(next);
    const past = before && decodeResumePoint(before);
    if (!point) return yield `${place}: an offset without metadata`;
    const { low, high } = this.log('scripted-changelog', placeOf(place)[2]);
    if (Buffer.byteLength(next.metadata) > 4096) yield `${place}: metadata longer than Kafka takes`;
    if (point.replayFrom > point.heldOffset || point.heldOffset > point.nextOffset) yield `${place}: ${next.metadata}`;
    if (point.changelogOffset < low || point.changelogOffset >= high) yield `${place}: state outside of the changelog`;
    for (const name of ['replayFrom', 'nextOffset', 'clock', 'changelogOffset'] as const) {
      if (past && point[name] < past[name]) yield `${place}: ${name} went back from ${past[name]} to ${point[name]}`;
    }
  }
}

function placeOf(place: string): [group: string, topic: string, partition: number] {
  const [group = '', topic = '', partition] = place.split('/');
  return [group, topic, Number(partition)];
}

/** Plays a scenario on real engines, in memory, to its end, and compares with the same input in one piece. */
export class CrashRun {
  readonly #scenario: Scenario;
  readonly #cluster: WatchedCluster;
  readonly #processes: Process[] = [];
  #clock = 1_000;
  #sent = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#cluster = new WatchedCluster(() => this.#clock);
    const { partitions, outputs, outputPartitions } = scenario;
    this.#cluster.createTopic(INPUT, partitions);
    this.#cluster.createTopic('scripted-changelog', partitions);
    for (let i = 0; i < outputs; i++) this.#cluster.createTopic(`out-${i}`, outputPartitions);
    for (const topic of ['totals', DEAD_LETTERS]) this.#cluster.createTopic(topic, outputPartitions);
  }

  /** What is wrong; empty: the committed output is that of no crash. */
  async play(): Promise<string[]> {
    for (const act of this.#scenario.acts) await this.#act(act);
    await this.#end();
    const problems = [...this.#cluster.problems];
    const [seen, expected] = [this.#outcome(), this.#undisturbed()];
    for (const place of new Set([...seen.keys(), ...expected.keys()])) {
      const [was, is] = [expected.get(place)?.join('\n'), seen.get(place)?.join('\n')];
      if (was !== is) problems.push(`${place}\n--- without a crash\n${was}\n--- with crashes\n${is}`);
    }
    return problems;
  }

  /** Calls that reached a broker, of the process that made most. */
  get calls(): number {
    return Math.max(...this.#processes.map(({ calls }) => calls));
  }

  async #act(act: Act): Promise<void> {
    switch (act.do) {
      case 'send': {
        const records = act.records.map((each) => scriptedRecord(each, `${this.#sent++}`));
        return this.#append(act.partition, encodeBlock('SpanRevision', records), act.afterMs);
      }
      case 'send-again': {
        const [first] = this.#log(act.partition).read(0, 1).messages;
        return this.#append(act.partition, first?.value ?? encodeTick('SpanRevision'), act.afterMs);
      }
      case 'garbage':
        return this.#append(act.partition, GARBAGE[act.form % GARBAGE.length] as Buffer, act.afterMs);
      case 'aborted':
        return this.#abort(act.partition);
      case 'tick':
        return this.#append(act.partition, encodeTick('SpanRevision'), act.afterMs);
      case 'start':
        return this.#start(act.blows, act.options);
      case 'wait':
        return sleep(act.ms);
      default: {
        const alive = this.#processes.filter(({ state }) => state !== 'killed' && state !== 'stopped');
        const chosen = alive[act.which % Math.max(1, alive.length)];
        if (chosen) this.#strike(chosen, act.do);
      }
    }
  }

  #strike(process: Process, how: 'kill' | 'freeze' | 'thaw' | 'stop' | 'expel'): void {
    if (process.state === 'killed') return;
    if (how === 'expel') process.broker.expel(new Error('expelled'));
    if (how === 'stop') {
      process.stopping ??= process.engine.stop();
      process.state = process.state === 'frozen' ? 'frozen' : 'stopped';
    }
    if ((how === 'freeze' || how === 'kill') && process.state !== 'frozen') process.broker.freeze();
    if (how === 'thaw' && process.state === 'frozen') process.broker.thaw();
    if (how === 'kill') process.state = 'killed';
    if (how === 'freeze') process.state = 'frozen';
    if (how === 'thaw') process.state = process.stopping ? 'stopped' : 'runs';
  }

  async #start(blows: readonly Blow[], options: EngineOptions): Promise<void> {
    const broker = new MemoryBroker(this.#cluster);
    const engine = new StreamEngine(scriptedTopology(this.#scenario), broker, { ...FAST, ...options });
    const process: Process = { broker, engine, state: 'runs', stopping: undefined, calls: 0 };
    this.#processes.push(process);
    // what the start itself asks for has no state yet that could be harmed
    await engine.start();
    broker.fault = (point) => {
      const blow = blows.find(({ call }) => call === process.calls);
      process.calls++;
      if (blow?.kind === 'throw') throw new Error(`struck at ${point}`);
      if (blow) this.#strike(process, blow.kind);
    };
  }

  /** Everybody wakes up or is gone, all is processed, and the state is shown twice: as it is, and as it is restored. */
  async #end(): Promise<void> {
    for (const process of this.#processes) {
      process.broker.fault = () => {};
      if (process.state === 'frozen') this.#strike(process, 'thaw');
    }
    await this.#start([], {});
    await this.#processed();
    this.#dump();
    await this.#processed();
    for (const process of this.#processes) this.#strike(process, 'kill');
    await this.#start([], {});
    this.#dump();
    this.#clock += 1_000;
    for (let partition = 0; partition < this.#scenario.partitions; partition++) {
      this.#append(partition, encodeTick('SpanRevision'), 0);
    }
    await this.#processed();
    await this.#processes.at(-1)?.engine.stop();
  }

  /** First offset that no commit covers. */
  #nextOffset(partition: number): number {
    const committed = this.#cluster.committed(GROUP, INPUT, partition);
    return (committed && decodeResumePoint(committed)?.nextOffset) ?? 0;
  }

  #dump(): void {
    for (let partition = 0; partition < this.#scenario.partitions; partition++) {
      const record = scriptedRecord({ key: 'dump', time: 0, ops: [['dump']] }, `${this.#sent++}`);
      this.#append(partition, encodeBlock('SpanRevision', [record]), 0);
    }
  }

  async #processed(): Promise<void> {
    await until('all input is processed', () =>
      Array.from({ length: this.#scenario.partitions }, (_, partition) => partition).every((partition) => {
        // ticks move the clock as far as anything waits for it
        this.#clock++;
        return this.#nextOffset(partition) === this.#log(partition).high;
      }),
    );
  }

  #append(partition: number, value: Buffer, afterMs: number): void {
    this.#clock += afterMs;
    this.#cluster.append({ topic: INPUT, partition: partition % this.#scenario.partitions, value });
  }

  /** A transaction of somebody else that comes to nothing: it takes offsets. What comes after it shows that it was passed over. */
  #abort(partition: number): void {
    const value = encodeBlock('SpanRevision', [scriptedRecord({ key: 'k', time: 0, ops: [['count', 1]] }, 'aborted')]);
    const message = { topic: INPUT, partition: partition % this.#scenario.partitions, value };
    this.#cluster.send('other', this.#cluster.initTransactions('other'), [message]);
    this.#cluster.initTransactions('other');
    this.#append(partition, encodeTick('SpanRevision'), 1);
  }

  /** Where a message stands among those that can be read; what was aborted, and ends of transactions, take offsets, too. */
  #rankOf(partition: number, offset: number): number {
    return this.#log(partition)
      .read(0, Number.MAX_SAFE_INTEGER)
      .messages.findIndex((message) => message.offset === offset);
  }

  #log(partition: number) {
    return this.#cluster.log(INPUT, partition % this.#scenario.partitions);
  }

  /** What came out, by topic, input partition and key, in order; of totals the sum, of dead letters a list in any order. */
  #outcome(): Map<string, string[]> {
    const outcome = new Outcome((partition, offset) => this.#rankOf(partition, offset));
    for (const topic of this.#outputs()) {
      for (const log of this.#cluster.partitions(topic)) {
        for (const { value } of log.read(0, Number.MAX_SAFE_INTEGER).messages) outcome.add(topic, value as Buffer);
      }
    }
    return outcome.places();
  }

  #undisturbed(): Map<string, string[]> {
    const outcome = new Outcome((_, offset) => offset);
    for (let partition = 0; partition < this.#scenario.partitions; partition++) {
      const driver = new TopologyTestDriver(scriptedTopology(this.#scenario), { partition, autoCommit: false });
      const end = this.#nextOffset(partition);
      for (const { offset, value, time } of this.#log(partition).read(0, Number.MAX_SAFE_INTEGER).messages) {
        // a last tick may have come after the last commit
        if (offset < end) driver.pipe(value as Buffer, time);
      }
      driver.commit();
      for (const topic of this.#outputs()) {
        const block =
          topic === DEAD_LETTERS
            ? encodeBlock('DeadLetter', driver.outputs<'DeadLetter'>(topic))
            : encodeBlock('SpanRevision', driver.outputs<'SpanRevision'>(topic));
        outcome.add(topic, block);
      }
    }
    return outcome.places();
  }

  #outputs(): string[] {
    const names = Array.from({ length: this.#scenario.outputs }, (_, i) => `out-${i}`);
    return [...names, 'totals', DEAD_LETTERS];
  }
}

class Outcome {
  readonly #places = new Map<string, string[]>();
  readonly #totals = new Map<string, number>();
  readonly #rankOf: (partition: number, offset: number) => number;

  constructor(rankOf: (partition: number, offset: number) => number) {
    this.#rankOf = rankOf;
  }

  add(topic: string, block: Buffer): void {
    if (topic === DEAD_LETTERS) {
      for (const { partition, offset, reason, detail, value } of decodeBlock('DeadLetter', block)) {
        this.#at(DEAD_LETTERS).push(
          `${partition} ${this.#rankOf(partition, offset)} ${reason} ${detail.split('\n')[0]} ${value?.toString('hex')}`,
        );
      }
      return;
    }
    for (const record of decodeBlock('SpanRevision', block)) {
      if (topic === 'totals')
        this.#totals.set(record.traceId, (this.#totals.get(record.traceId) ?? 0) + record.revision);
      else this.#at(placeOfOutput(topic, record)).push(`${record.resolvedAgent} ${record.spanId}`);
    }
  }

  places(): Map<string, string[]> {
    this.#places.get(DEAD_LETTERS)?.sort();
    for (const [partition, total] of this.#totals) this.#places.set(`total of ${partition}`, [`${total}`]);
    return this.#places;
  }

  #at(place: string): string[] {
    let texts = this.#places.get(place);
    if (!texts) {
      texts = [];
      this.#places.set(place, texts);
    }
    return texts;
  }
}

function placeOfOutput(topic: string, { receivedTime: partition, traceId: key }: SpanRevision): string {
  return `${topic} from partition ${partition}, key ${key}`;
}
