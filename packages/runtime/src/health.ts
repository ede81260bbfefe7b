export interface ComponentHealth {
  ok: boolean;
  /** Why it is not well, for the person who looks */
  detail?: string;
}

export interface HealthReport {
  ready: boolean;
  components: Record<string, ComponentHealth>;
}

/** What a service knows about its own readiness: it is ready when every component that ever reported is well. */
export class Health {
  readonly #components = new Map<string, ComponentHealth>();

  set(component: string, ok: boolean, detail?: string): void {
    this.#components.set(component, detail === undefined ? { ok } : { ok, detail });
  }

  get ready(): boolean {
    for (const component of this.#components.values()) if (!component.ok) return false;
    return true;
  }

  report(): HealthReport {
    return { ready: this.ready, components: Object.fromEntries(this.#components) };
  }
}
