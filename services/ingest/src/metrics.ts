import { batchBuckets, byteBuckets, LabelBudget, latencyBuckets } from '@spanwise/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Transport = 'http' | 'grpc' | 'kafka';
export type Encoding = 'protobuf' | 'json';

const TENANTS = 100;

/** What `ingest` tells Prometheus. Tenants beyond the first hundred are counted as `other`. */
export class IngestMetrics {
  /** Keeps the label `tenant` bounded. */
  readonly tenants = new LabelBudget(TENANTS);
  readonly spans: Counter<'transport' | 'encoding' | 'tenant'>;
  readonly outcomes: Counter<'tenant'>;
  readonly rejectedSpans: Counter<'reason'>;
  readonly requests: Counter<'transport' | 'code'>;
  readonly refusedConnections: Counter<'transport'>;
  readonly requestDuration: Histogram<'transport'>;
  readonly bodyBytes: Histogram<'transport'>;
  readonly inFlightBytes: Gauge;
  readonly produceDuration: Histogram<'outcome'>;
  readonly batchSpans: Histogram;
  readonly batchBytes: Histogram;
  readonly deadLetters: Counter<'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.spans = new Counter({
      name: 'spanwise_ingest_spans_total',
      help: 'Spans acknowledged by Kafka',
      labelNames: ['transport', 'encoding', 'tenant'],
      registers,
    });
    this.outcomes = new Counter({
      name: 'spanwise_ingest_outcomes_total',
      help: 'Outcomes of conversations acknowledged by Kafka, resent ones included',
      labelNames: ['tenant'],
      registers,
    });
    this.rejectedSpans = new Counter({
      name: 'spanwise_ingest_rejected_spans_total',
      help: 'Spans of lawful requests that were not taken, and answered as such',
      labelNames: ['reason'],
      registers,
    });
    this.requests = new Counter({
      name: 'spanwise_ingest_requests_total',
      help: 'Requests by HTTP status or gRPC status code; messages of the Collector count as kafka with code ok, invalid or rejected',
      labelNames: ['transport', 'code'],
      registers,
    });
    this.refusedConnections = new Counter({
      name: 'spanwise_ingest_refused_connections_total',
      help: 'Connections closed at once because there were as many as may be',
      labelNames: ['transport'],
      registers,
    });
    this.requestDuration = new Histogram({
      name: 'spanwise_ingest_request_duration_seconds',
      help: 'From the first byte of a request to its answer, the acknowledgement of Kafka included',
      labelNames: ['transport'],
      buckets: latencyBuckets,
      registers,
    });
    this.bodyBytes = new Histogram({
      name: 'spanwise_ingest_body_bytes',
      help: 'Size of a request, decompressed',
      labelNames: ['transport'],
      buckets: byteBuckets,
      registers,
    });
    this.inFlightBytes = new Gauge({
      name: 'spanwise_ingest_in_flight_bytes',
      help: 'Bytes of requests that Kafka has not acknowledged yet',
      registers,
    });
    this.produceDuration = new Histogram({
      name: 'spanwise_ingest_produce_duration_seconds',
      help: 'Time of one batch to Kafka until its acknowledgement or failure',
      labelNames: ['outcome'],
      buckets: latencyBuckets,
      registers,
    });
    this.batchSpans = new Histogram({
      name: 'spanwise_ingest_batch_spans',
      help: 'Spans in one batch to Kafka',
      buckets: batchBuckets,
      registers,
    });
    this.batchBytes = new Histogram({
      name: 'spanwise_ingest_batch_bytes',
      help: 'Bytes in one batch to Kafka before compression',
      buckets: byteBuckets,
      registers,
    });
    this.deadLetters = new Counter({
      name: 'spanwise_ingest_dead_letters_total',
      help: "Messages of the Collector's topic that went to the dead letters",
      labelNames: ['reason'],
      registers,
    });
  }
}
