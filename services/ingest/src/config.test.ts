import { describeConfig, loadConfig } from '@spanwise/runtime';
import { describe, expect, it } from 'vitest';
import { ingestConfig } from './config.ts';

describe('the configuration of ingest', () => {
  it('has the ports of OTLP and safe bounds by default', () => {
    expect(loadConfig(ingestConfig, {})).toMatchObject({
      httpPort: 4318,
      grpcPort: 4317,
      metricsPort: 9464,
      maxBodyBytes: 16 * 1024 * 1024,
      otlpTopic: 'otlp_spans',
      compression: 'none',
      defaultTenant: 'default',
    });
  });

  it('names every wrong variable at once', () => {
    const env = { SPANWISE_INGEST_HTTP_PORT: 'http', SPANWISE_INGEST_MAX_BODY_BYTES: 'much' };
    expect(() => loadConfig(ingestConfig, env)).toThrow(/HTTP_PORT[\s\S]*MAX_BODY_BYTES/);
  });

  it('is documented variable by variable', () => {
    for (const { env } of Object.values(ingestConfig.shape)) expect(describeConfig(ingestConfig)).toContain(env);
  });
});
