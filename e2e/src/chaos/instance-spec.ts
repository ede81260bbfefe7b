import { type ServiceName, serviceSpecs } from '@spanwise/local';
import { chaosLifetimes, serviceEnvironment } from './config.ts';
import { freePorts } from './platform/free-ports.ts';

/** Where an instance of a service finds the others. */
export interface Surroundings {
  readonly brokers: readonly string[];
  readonly clickhouseUrl: string;
  readonly database: string;
  readonly topicPrefix: string;
  /** Settings that are not those of every instance */
  readonly special?: NodeJS.ProcessEnv;
}

type ServiceSpec = ReturnType<typeof serviceSpecs>[number];

/** How to start one instance, on ports of its own. */
export async function instanceSpec(
  service: ServiceName,
  name: string,
  surroundings: Surroundings,
): Promise<{ spec: ServiceSpec; httpUrl: string; grpcUrl: string }> {
  const [httpPort, grpcPort, metricsPort] = (await freePorts(3)) as [number, number, number];
  const metricsPorts = { ingest: metricsPort, detect: metricsPort, correlate: metricsPort, store: metricsPort };
  const facts = { ...surroundings, httpPort, grpcPort, metricsPorts, lifetimes: chaosLifetimes };
  const spec = serviceSpecs(facts, serviceEnvironment(surroundings.special)).find((each) => each.name === service);
  if (!spec) throw new Error(`there is no service ${service}`);
  return {
    spec: { ...spec, name },
    httpUrl: `http://127.0.0.1:${httpPort}`,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
  };
}
