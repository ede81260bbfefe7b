import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ServiceEvent,
  type ServiceSpec,
  SupervisedService,
  type SupervisionSettings,
} from './supervised-service.ts';

export interface SupervisorOptions {
  /** One `<service>.log` each */
  readonly logDir: string;
  readonly onEvent: (event: ServiceEvent) => void;
  readonly settings?: SupervisionSettings;
}

/** Keeps service processes running; it never touches a process that it did not start. */
export class Supervisor implements AsyncDisposable {
  readonly #options: SupervisorOptions;
  readonly #services: SupervisedService[] = [];

  constructor(options: SupervisorOptions) {
    this.#options = options;
    mkdirSync(options.logDir, { recursive: true });
  }

  get services(): readonly SupervisedService[] {
    return this.#services;
  }

  start(spec: ServiceSpec): SupervisedService {
    const { logDir, onEvent, settings } = this.#options;
    const service = new SupervisedService(spec, join(logDir, `${spec.name}.log`), onEvent, settings);
    this.#services.push(service);
    return service;
  }

  /** Stops the first service, where data comes in, before all others. */
  async stop(): Promise<void> {
    const [intake, ...others] = this.#services;
    await intake?.stop();
    await Promise.all(others.map((service) => service.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
