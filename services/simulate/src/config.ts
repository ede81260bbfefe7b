import { boolean, type ConfigOf, type ConfigSpec, kafkaFields, optional, text } from '@spanwise/runtime';

const shape = {
  ...kafkaFields(),
  apiKey: {
    env: 'SPANWISE_SIMULATE_API_KEY',
    schema: optional(text()),
    doc: 'Key to send along where the endpoint asks for one.',
    secret: true,
  },
  exitWithParent: {
    env: 'SPANWISE_EXIT_WITH_PARENT',
    schema: boolean(false),
    doc: 'When true, the fleet stops as soon as the process that started it ends (its standard input closes).',
  },
};

export const simulateConfig = { service: 'simulate', shape } satisfies ConfigSpec;

export type SimulateConfig = ConfigOf<typeof shape>;
