import { expect, test } from 'vitest';
import { demoLifetimes } from './lifetimes.ts';
import { serviceSpecs } from './services.ts';

const facts = {
  brokers: ['127.0.0.1:9092'],
  topicPrefix: 'p-',
  clickhouseUrl: 'http://127.0.0.1:8123',
  database: 'spanwise',
  httpPort: 4318,
  grpcPort: 4317,
  metricsPorts: { ingest: 1, detect: 2, correlate: 3, store: 4 },
  lifetimes: demoLifetimes,
};

test('services start in the data’s order and agree on where everything is', () => {
  const specs = serviceSpecs(facts, { SPANWISE_KAFKA_BROKERS: 'elsewhere:1' });
  expect(specs.map(({ name }) => name)).toEqual(['ingest', 'detect', 'correlate', 'store']);
  for (const { env } of specs) {
    expect(env).toMatchObject({ SPANWISE_KAFKA_BROKERS: '127.0.0.1:9092', SPANWISE_TOPIC_PREFIX: 'p-' });
  }
  expect(specs[3]).toMatchObject({ env: { SPANWISE_STORE_METRICS_PORT: '4' }, readyUrl: 'http://127.0.0.1:4/readyz' });
});

test('what the caller’s environment says about lifetimes and logs goes before our defaults', () => {
  const [ingest, detect] = serviceSpecs(facts, { SPANWISE_DETECT_RUN_QUIET: '9s', SPANWISE_LOG_LEVEL: 'debug' });
  expect(detect?.env).toMatchObject({ SPANWISE_DETECT_RUN_QUIET: '9s', SPANWISE_DETECT_RUN_ABANDON: '12s' });
  expect(ingest?.env).toMatchObject({ SPANWISE_LOG_LEVEL: 'debug' });
});
