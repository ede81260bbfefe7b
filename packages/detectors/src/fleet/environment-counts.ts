import type { SessionObserved } from '@spanwise/schemas';
import type { Slots } from '../slots.ts';
import type { Counts } from '../statistics/interval.ts';
import { type CountedSession, counted, halved, MOST_COUNTED, nameOf, nothingCounted } from './observed-session.ts';

/** Environments of an agent that are told apart, and what each may have of attribute values and steps. Later ones are not counted. */
export const MAX_ENVIRONMENTS = 6;
export const MAX_TRAITS = 96;

/** Sessions of an environment, and how many of them ended well: slot `e/<environment>`. */
export interface Environment extends Counts {
  name: string;
}

/** An attribute value or a step that sessions of an environment had: slot `t/<environment>/<trait>`. */
export interface Trait extends Counts {
  name: string;
}

/** What of a session may be in one environment and not in another. When it came, and what its environment brings along, is not. */
const COMPARED = /^(?:input\.|model$|provider$)/;

const traitsIn = ({ attributes, points }: SessionObserved): string[] => [
  ...new Set([
    ...attributes.filter(({ name }) => COMPARED.test(name)).map(({ name, value }) => nameOf(`${name} ${value}`)),
    ...points.map(({ step }) => nameOf(`step ${step}`)),
  ]),
];

/** What an agent's sessions were like in each environment. */
export class EnvironmentCounts {
  readonly #slots: Slots;
  readonly #environments = new Map<string, Environment>();
  readonly #traits = new Map<string, Map<string, Trait>>();

  private constructor(slots: Slots) {
    this.#slots = slots;
    for (const slot of slots.keys()) {
      if (slot.startsWith('e/')) {
        const environment = slots.get<Environment>(slot) as Environment;
        this.#environments.set(environment.name, environment);
      } else if (slot.startsWith('t/')) {
        const trait = slots.get<Trait & { environment: string }>(slot) as Trait & { environment: string };
        this.#traitsIn(trait.environment).set(trait.name, trait);
      }
    }
  }

  static of(slots: Slots): EnvironmentCounts {
    if (!(slots.derived instanceof EnvironmentCounts)) slots.derived = new EnvironmentCounts(slots);
    return slots.derived as EnvironmentCounts;
  }

  /** By name. */
  get environments(): Environment[] {
    return [...this.#environments.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  traitsOf(environment: string): Trait[] {
    return [...(this.#traits.get(environment)?.values() ?? [])];
  }

  /** It may have had more than is known: what it never had cannot be said. */
  isFull(environment: string): boolean {
    return (this.#traits.get(environment)?.size ?? 0) >= MAX_TRAITS;
  }

  /** The environment with the session; undefined where there are too many environments. */
  add({ session, hits, trials }: CountedSession): Environment | undefined {
    const name = nameOf(session.environment);
    if (!this.#environments.has(name) && this.#environments.size >= MAX_ENVIRONMENTS) return undefined;
    const change = { hits, trials };
    const environment = { name, ...counted(this.#environments.get(name) ?? nothingCounted(), change) };
    this.#put(environment);
    const traits = this.#traitsIn(name);
    for (const trait of traitsIn(session)) {
      const known = traits.get(trait);
      if (known || traits.size < MAX_TRAITS) {
        this.#putTrait(name, { name: trait, ...counted(known ?? nothingCounted(), change) });
      }
    }
    return environment.trials > MOST_COUNTED ? this.#forgetHalf(name) : environment;
  }

  #forgetHalf(name: string): Environment {
    const environment = { name, ...halved(this.#environments.get(name) ?? nothingCounted()) };
    this.#put(environment);
    for (const trait of this.traitsOf(name)) this.#putTrait(name, { name: trait.name, ...halved(trait) });
    return environment;
  }

  #put(environment: Environment): void {
    this.#environments.set(environment.name, environment);
    this.#slots.put(`e/${environment.name}`, environment);
  }

  /** What has become too rare to be remembered makes room. */
  #putTrait(environment: string, trait: Trait): void {
    const slot = `t/${environment}/${trait.name}`;
    if (trait.trials === 0) {
      this.#traitsIn(environment).delete(trait.name);
      this.#slots.delete(slot);
      return;
    }
    this.#traitsIn(environment).set(trait.name, trait);
    this.#slots.put(slot, { ...trait, environment });
  }

  #traitsIn(environment: string): Map<string, Trait> {
    const traits = this.#traits.get(environment) ?? new Map<string, Trait>();
    this.#traits.set(environment, traits);
    return traits;
  }
}
