import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { ConfigError, describeConfig, loadConfig } from './config.ts';
import {
  boolean,
  brokers,
  bytes,
  duration,
  httpUrl,
  integer,
  optional,
  port,
  text,
  topicPrefix,
} from './config-fields.ts';

const spec = {
  service: 'ingest',
  shape: {
    port: { env: 'SPANWISE_INGEST_HTTP_PORT', schema: port(4318), doc: 'Port of OTLP/HTTP.' },
    brokers: { env: 'SPANWISE_KAFKA_BROKERS', schema: brokers(), doc: 'Where Kafka is.' },
    topic: { env: 'SPANWISE_INGEST_OTLP_TOPIC', schema: text('otlp_spans'), doc: 'Collector topic; empty: off.' },
    password: { env: 'SPANWISE_PASSWORD', schema: integer(1), doc: 'A number nobody sees.', secret: true },
  },
};

test('defaults stand in for what is unset, and the result is frozen', () => {
  const config = loadConfig(spec, { SPANWISE_KAFKA_BROKERS: 'a:9092, b:9093' });
  expect(config).toEqual({ port: 4318, brokers: ['a:9092', 'b:9093'], topic: 'otlp_spans', password: 1 });
  expect(Object.isFrozen(config)).toBe(true);
});

test('an empty variable is an empty text, and unset for everything else', () => {
  const config = loadConfig(spec, {
    SPANWISE_KAFKA_BROKERS: 'a:1',
    SPANWISE_INGEST_OTLP_TOPIC: '',
    SPANWISE_INGEST_HTTP_PORT: '',
  });
  expect(config).toMatchObject({ port: 4318, topic: '' });
});

test('all problems are reported at once, without the text of a secret', () => {
  const load = () => loadConfig(spec, { SPANWISE_INGEST_HTTP_PORT: '99999', SPANWISE_PASSWORD: 'hunter2' });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(/SPANWISE_INGEST_HTTP_PORT: expected a port .*, got '99999'/);
  expect(load).toThrow(/SPANWISE_KAFKA_BROKERS: must be set. Where Kafka is./);
  expect(load).toThrow(/SPANWISE_PASSWORD: expected a whole number$/m);
});

test('a variable with the prefix of the service that it does not know is warned about', () => {
  const warnings: string[] = [];
  const env = { SPANWISE_KAFKA_BROKERS: 'a:1', SPANWISE_INGEST_HTPT_PORT: '1', SPANWISE_DETECT_RUN_QUIET: '2s' };
  loadConfig(spec, env, (line) => warnings.push(line));
  expect(warnings).toEqual([expect.stringContaining('SPANWISE_INGEST_HTPT_PORT')]);
});

test('the help text names every variable, its default and its meaning', () => {
  const help = describeConfig(spec);
  expect(help).toContain('SPANWISE_INGEST_HTTP_PORT  (default 4318)\n      Port of OTLP/HTTP.');
  expect(help).toContain('SPANWISE_KAFKA_BROKERS  (required)');
});

describe('a field', () => {
  const cases: [string, z.ZodType, string, unknown][] = [
    ['duration in milliseconds', duration(), '500ms', 500],
    ['duration in seconds', duration(), '30s', 30_000],
    ['duration in minutes', duration(), '30m', 1_800_000],
    ['duration in fractions of an hour', duration(), '1.5h', 5_400_000],
    ['duration without a unit', duration(), '30', undefined],
    ['duration below zero', duration(), '-1s', undefined],
    ['size in MiB', bytes(), '16MiB', 16_777_216],
    ['bare size', bytes(), '1048576', 1_048_576],
    ['size in words', bytes(), 'much', undefined],
    ['boolean as 1', boolean(), '1', true],
    ['boolean as false', boolean(), 'false', false],
    ['boolean as yes', boolean(), 'yes', undefined],
    ['list with blanks', brokers(), ' a:1, ,b:2', ['a:1', 'b:2']],
    ['broker without a port', brokers(), 'localhost', undefined],
    ['broker as a URL', brokers(), 'http://localhost:9092', undefined],
    ['topic prefix', topicPrefix(), 'shop-1_a.', 'shop-1_a.'],
    ['topic prefix that is empty', topicPrefix(), '', ''],
    ['topic prefix that Kafka does not take', topicPrefix(), 'a b/', undefined],
    ['URL', httpUrl(), 'http://127.0.0.1:8123', 'http://127.0.0.1:8123'],
    ['URL without a scheme', httpUrl(), '127.0.0.1:8123', undefined],
    ['URL of another scheme', httpUrl(), 'tcp://127.0.0.1:9000', undefined],
    ['optional list that is empty', optional(brokers()), '', undefined],
    ['optional list that is given', optional(brokers()), 'a:1', ['a:1']],
    ['number below its range', integer(5, { min: 1 }), '0', undefined],
    ['number with a fraction', integer(), '1.5', undefined],
    ['property of all objects as a unit', duration(), '1constructor', undefined],
  ];
  test.each(cases)('reads a %s', (_name, schema, given, expected) => {
    const result = schema.safeParse(given);
    expect(result.success ? result.data : undefined).toEqual(expected);
  });
});
