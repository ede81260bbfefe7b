import {
  adminFields,
  bytes,
  type ConfigOf,
  type ConfigSpec,
  duration,
  integer,
  kafkaFields,
  oneOf,
  optional,
  port,
  text,
} from '@spanwise/runtime';

const shape = {
  ...adminFields('ingest', 9464),
  ...kafkaFields(),
  httpPort: {
    env: 'SPANWISE_INGEST_HTTP_PORT',
    schema: port(4318),
    doc: 'Port of OTLP/HTTP, POST /v1/traces; 0 for any free one.',
  },
  grpcPort: {
    env: 'SPANWISE_INGEST_GRPC_PORT',
    schema: port(4317),
    doc: 'Port of OTLP/gRPC; 0 for any free one.',
  },
  maxBodyBytes: {
    env: 'SPANWISE_INGEST_MAX_BODY_BYTES',
    schema: bytes('16MiB'),
    doc: "Largest request, as sent and as decompressed; more is answered with 413 (gRPC: RESOURCE_EXHAUSTED), or a dead letter of the Collector's topic.",
  },
  maxInFlightBytes: {
    env: 'SPANWISE_INGEST_MAX_IN_FLIGHT_BYTES',
    schema: bytes('64MiB'),
    doc: 'Bytes of requests held until Kafka has acknowledged them; more is answered with 429 and Retry-After.',
  },
  maxConnections: {
    env: 'SPANWISE_INGEST_MAX_CONNECTIONS',
    schema: integer(2_000, { min: 1 }),
    doc: 'Connections at one time, of HTTP and of gRPC each; more are closed at once, and counted.',
  },
  ackTimeoutMs: {
    env: 'SPANWISE_INGEST_ACK_TIMEOUT',
    schema: duration('8s'),
    doc: 'How long a request waits for Kafka before it is answered with 503; exporters wait 10 s by default.',
  },
  lingerMs: {
    env: 'SPANWISE_INGEST_LINGER',
    schema: duration('5ms'),
    doc: 'How long spans wait for those of other requests, to share a batch to Kafka.',
  },
  compression: {
    env: 'SPANWISE_INGEST_KAFKA_COMPRESSION',
    schema: oneOf(['none', 'gzip', 'zstd'], 'none'),
    doc: 'Compression of what is written to Kafka: none, gzip or zstd.',
  },
  apiKeysFile: {
    env: 'SPANWISE_INGEST_API_KEYS_FILE',
    schema: optional(text()),
    doc: 'JSON file {"key": "tenant", …}. When set, requests need a key as "Authorization: Bearer KEY" or "x-api-key: KEY".',
  },
  defaultTenant: {
    env: 'SPANWISE_INGEST_DEFAULT_TENANT',
    schema: text('default'),
    doc: 'Tenant of requests when there are no API keys, and of the topic of the Collector.',
  },
  otlpTopic: {
    env: 'SPANWISE_INGEST_OTLP_TOPIC',
    schema: text('otlp_spans'),
    doc: "Topic of the OpenTelemetry Collector's Kafka exporter (otlp_proto or otlp_json) to read as well; empty for none.",
  },
};

export const ingestConfig = { service: 'ingest', shape } satisfies ConfigSpec;

export type IngestConfig = ConfigOf<typeof shape>;
