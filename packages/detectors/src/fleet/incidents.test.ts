import { currentSchema, type Incident, newRecord, type Signal, type Trouble } from '@spanwise/schemas';
import { describe, expect, it } from 'vitest';
import { signalBody } from '../signals/signal-source.ts';
import { MemorySlots } from '../slots.ts';
import { drawsOf } from '../statistics/draws.fixture.ts';
import { FleetJudge } from './fleet-judge.ts';
import { incidents } from './incidents.ts';

const START_US = 1_800_000_000_000_000;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const AT = { tenant: 'default', keyKind: 'tenant', key: 'production' } as const;
const AGENTS = ['planner', 'refunds', 'orders', 'research', 'billing'];
const TOOLS = ['search', 'pay', 'lookup', 'mail'];

/** What is wrong with a run; undefined: nothing. */
type Wrong = Partial<Trouble> | undefined;

const signal = (body: Parameters<typeof signalBody>[0]): Signal =>
  newRecord('Signal', { ...AT, emittedTime: 1, body: signalBody(body) });

/** A tenant whose runs end one after the other; each is in trouble, or not, ten seconds before. */
class Tenant {
  readonly judge = new FleetJudge([incidents()]);
  slots = new MemorySlots();
  readonly told: Incident[] = [];
  readonly #restores: boolean;
  #now = 0;
  #runs = 0;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(restores = false) {
    this.#restores = restores;
  }

  get now(): number {
    return this.#now;
  }

  /** One run each `everyMs`. */
  live(runs: number, everyMs: number, wrong: (run: number) => Wrong): void {
    for (let i = 0; i < runs; i++) {
      this.#runs++;
      const [traceId, sessionId] = [`trace-${this.#runs}`, `conv-${this.#runs}`];
      const trouble = wrong(i);
      this.pass(everyMs / 2);
      if (trouble) this.#take(this.judge.onSignal(this.slots, signal({ trouble: this.#trouble(trouble) }), this.#now));
      this.pass(everyMs / 2);
      const times = { endTime: START_US + this.#now * 1_000, receivedTime: START_US + this.#now * 1_000 };
      const pulse = { traceId, sessionId, agents: ['planner'], verdict: 'correct' as const, ...times };
      this.#take(this.judge.onSignal(this.slots, signal({ pulse }), this.#now));
    }
  }

  /** Lets time pass, and wakes who asked for it. */
  pass(ms: number): void {
    const until = this.#now + ms;
    while (this.#wakeAt <= until) {
      this.#now = this.#wakeAt;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#take(this.judge.onWake(this.slots, 'incidents', AT, this.#now));
    }
    this.#now = until;
  }

  /** As told last, in the order in which they were opened. */
  get latest(): Incident[] {
    return [...new Map(this.told.map((incident) => [incident.incidentId, incident])).values()];
  }

  #trouble(given: Partial<Trouble>): Trouble {
    const time = START_US + this.#now * 1_000;
    return {
      ...{ findingId: `f-${this.#runs}`, revision: 1, stands: true, pattern: 'unresolved_error', severity: 'high' },
      ...{ traceId: `trace-${this.#runs}`, sessionId: `conv-${this.#runs}`, agent: 'planner', release: '1.0' },
      ...{ workflow: '', causeSpanId: 'span', tool: 'search', model: 'm-1', service: 'shop', handoff: '' },
      ...{ eventTime: time, receivedTime: time, ...given },
    };
  }

  #take(output: ReturnType<FleetJudge['onSignal']>): void {
    expect(output.faults).toEqual([]);
    this.told.push(...output.incidents);
    this.#wakeAt = Math.min(this.#wakeAt, output.wakes.get('incidents') ?? Number.POSITIVE_INFINITY);
    if (this.#restores) this.slots = MemorySlots.restore(this.slots.snapshot());
  }
}

/** One run in `every` goes wrong, here or there, in any way. */
function background(random: () => number, every: number): () => Wrong {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  return () =>
    random() * every < 1
      ? {
          agent: pick(AGENTS),
          tool: pick(TOOLS),
          pattern: pick(['unresolved_error', 'ungrounded_argument', 'context_decay', 'no_progress_loop']),
        }
      : undefined;
}

/** Sometimes this, else what there always is. */
const often = (random: () => number, share: number, wrong: () => Wrong, other: () => Wrong) => (): Wrong =>
  random() < share ? wrong() : other();

describe('incidents', () => {
  it.each([20, 50, 200])('are none where always one run in %s goes wrong, here or there', (every) => {
    for (let seed = 1; seed <= 2; seed++) {
      const tenant = new Tenant();
      tenant.live(10_000, 20 * SECOND, background(drawsOf(seed), every));
      expect(tenant.told).toEqual([]);
    }
  });

  it('of a dependency that fails are one: at the tool, with all agents that call it, until it is over', () => {
    const random = drawsOf(5);
    const usual = background(random, 100);
    const tenant = new Tenant();
    tenant.live(3_000, 10 * SECOND, usual);
    const before = tenant.now;
    const fails = (): Wrong => ({
      pattern: 'timeout_cascade',
      tool: 'search',
      agent: AGENTS[Math.floor(random() * 4)] as string,
    });
    tenant.live(120, 10 * SECOND, often(random, 0.4, fails, usual));
    const [opened] = tenant.told;
    expect(opened).toMatchObject({ state: 'open', class: 'dependency_failure', originKind: 'tool', origin: 'search' });
    expect(((opened?.openedTime ?? 0) / 1_000 - before) / SECOND).toBeLessThan(300);
    tenant.live(300, 10 * SECOND, usual);
    tenant.pass(HOUR);
    expect(tenant.latest).toHaveLength(1);
    const [resolved] = tenant.latest;
    expect(resolved).toMatchObject({
      ...{ state: 'resolved', class: 'dependency_failure', originKind: 'tool', origin: 'search', severity: 'high' },
      patterns: [{ pattern: 'timeout_cascade' }],
      incidentId: opened?.incidentId,
    });
    expect(resolved?.agents.toSorted()).toEqual(AGENTS.slice(0, 4).toSorted());
    expect(resolved?.sessionCount).toBeGreaterThan(30);
    expect(resolved?.summary).toMatch(/^Over: a dependency fails at tool search \(4 agents\): \d+ of the \d+ sessions/);
    expect((resolved?.resolvedTime ?? 0) / 1_000 - before).toBeLessThan(HOUR);
    for (const incident of tenant.told) expect(currentSchema('Incident').avroType.isValid(incident)).toBe(true);
    expect(tenant.told.map(({ revision }) => revision)).toEqual(tenant.told.map((_, i) => i + 1));
  });

  it.each([
    ['model_degradation', 'model', 'm-2', { pattern: 'malformed_output', model: 'm-2', tool: '' }],
    ['context_corruption', 'handoff', 'a → b', { pattern: 'context_contract_violation', tool: '', handoff: 'a → b' }],
    ['coordination_failure', 'release', 'planner 2.0', { pattern: 'circular_delegation', tool: '', release: '2.0' }],
  ] as const)('of class %s are named by the %s that the runs have in common', (failure, kind, name, wrong) => {
    const random = drawsOf(9);
    const usual = background(random, 100);
    const tenant = new Tenant();
    tenant.live(3_000, 10 * SECOND, usual);
    const agent = kind === 'release' ? () => 'planner' : () => AGENTS[Math.floor(random() * 5)] as string;
    tenant.live(
      200,
      10 * SECOND,
      often(random, 0.3, () => ({ ...wrong, agent: agent() }), usual),
    );
    expect(tenant.latest).toMatchObject([{ class: failure, originKind: kind, origin: name }]);
  });

  it('at the same time are two where they have nothing in common', () => {
    const random = drawsOf(3);
    const usual = background(random, 100);
    const tenant = new Tenant();
    tenant.live(3_000, 10 * SECOND, usual);
    const one = (): Wrong => ({
      pattern: 'timeout_cascade',
      tool: 'pay',
      service: 'bank',
      agent: 'billing',
      model: '',
    });
    const other = (): Wrong => ({
      pattern: 'malformed_output',
      tool: '',
      service: 'llm',
      model: 'm-3',
      agent: 'research',
    });
    tenant.live(200, 10 * SECOND, often(random, 0.2, one, often(random, 0.2, other, usual)));
    expect(tenant.latest.map(({ origin }) => origin).toSorted()).toEqual(['m-3', 'pay']);
  });

  it('do not count what turned out to follow from something else, or to be nothing', () => {
    const random = drawsOf(4);
    const tenant = new Tenant();
    tenant.live(1_000, 10 * SECOND, background(random, 100));
    tenant.live(300, 10 * SECOND, () => ({ pattern: 'timeout_cascade', stands: false }));
    expect(tenant.told).toEqual([]);
  });

  it('count a session once, however many of its runs go wrong', () => {
    const tenant = new Tenant();
    tenant.live(1_000, 10 * SECOND, () => undefined);
    tenant.live(200, 10 * SECOND, (run) => (run % 3 === 0 ? { sessionId: `same-${run % 4}` } : undefined));
    expect(tenant.told).toEqual([]);
  });

  it('are seen while the runs still hang', () => {
    const tenant = new Tenant();
    tenant.live(1_000, 10 * SECOND, () => undefined);
    for (let n = 0; n < 8; n++) {
      const trouble = tenantTrouble(tenant, n);
      tenant.told.push(...tenant.judge.onSignal(tenant.slots, signal({ trouble }), tenant.now).incidents);
    }
    const at = { ...AT };
    const woken = tenant.judge.onWake(tenant.slots, 'incidents', at, tenant.now + 20 * SECOND);
    expect(woken.incidents).toMatchObject([{ state: 'open', originKind: 'tool', origin: 'search' }]);
  });

  it('are the same, restored after every signal, as without', () => {
    const play = (restores: boolean) => {
      const random = drawsOf(11);
      const usual = background(random, 40);
      const tenant = new Tenant(restores);
      tenant.live(700, 10 * SECOND, usual);
      tenant.live(
        60,
        10 * SECOND,
        often(random, 0.5, () => ({ pattern: 'retry_storm', tool: 'mail' }), usual),
      );
      tenant.live(200, 10 * SECOND, usual);
      return tenant.told;
    };
    const undisturbed = play(false);
    expect(undisturbed.at(-1)).toMatchObject({ state: 'resolved', origin: 'mail' });
    expect(play(true)).toEqual(undisturbed);
  });

  it('keep a bounded state, whatever names come', () => {
    const tenant = new Tenant();
    let most = 0;
    for (let n = 0; n < 3_000; n++) {
      const trouble = { ...tenantTrouble(tenant, n), tool: `tool-${n}`, agent: `agent-${n}`, model: `model-${n}` };
      tenant.judge.onSignal(tenant.slots, signal({ trouble }), n * SECOND);
      if (n % 100 === 0) tenant.judge.onWake(tenant.slots, 'incidents', AT, n * SECOND);
      most = Math.max(most, [...tenant.slots.keys()].length);
    }
    expect(most).toBeLessThan(2_000);
    expect(tenant.slots.snapshot().length).toBeLessThan(2 * 2 ** 20);
  });
});

const tenantTrouble = ({ now }: Tenant, n: number): Trouble => ({
  ...{ findingId: `g-${n}`, revision: 1, stands: true, pattern: 'timeout_cascade', severity: 'critical' },
  ...{ traceId: `hung-${n}`, sessionId: `hung-${n}`, agent: AGENTS[n % 3] as string, release: '', workflow: '' },
  ...{ causeSpanId: 'span', tool: 'search', model: '', service: 'shop', handoff: '' },
  ...{ eventTime: START_US + now * 1_000, receivedTime: START_US + now * 1_000 },
});
