import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually, pipeline, rows } from './system.ts';

const script = fileURLToPath(new URL('./send-spans.py', import.meta.url));
const cache = fileURLToPath(new URL('../../.spanwise/cache/python-sdk', import.meta.url));
const packages = ['opentelemetry-sdk==1.45.2', 'opentelemetry-exporter-otlp-proto-http==1.45.2'];

/** A Python with OpenTelemetry's SDK, installed once. */
function pythonWithSdk(): string {
  const python = join(cache, 'bin/python');
  if (!existsSync(join(cache, 'installed'))) {
    execFileSync('python3', ['-m', 'venv', '--clear', cache]);
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
    execFileSync('touch', [join(cache, 'installed')]);
  }
  return python;
}

it("spans of OpenTelemetry's Python SDK arrive whole over OTLP/HTTP with gzip", async () => {
  const conversation = randomUUID();
  execFileSync(pythonWithSdk(), [script, pipeline().ingestUrl, conversation], { stdio: 'inherit' });
  const stored = await eventually(
    () =>
      rows<Record<string, unknown>>(
        'SELECT * FROM spans WHERE session_id = {conversation:String} ORDER BY start_time, parent_span_id',
        {
          conversation,
        },
      ),
    (spans) => spans.length === 2,
  );
  expect(stored).toMatchObject([
    { name: 'invoke_agent refunds', kind: 'agent', agent: 'refunds', service: 'shop-py', failed: false },
    {
      name: 'execute_tool refund_order',
      kind: 'tool',
      agent: 'refunds',
      tool: 'refund_order',
      status: 'error',
      failed: true,
      error_type: 'TimeoutError',
      error_message: 'no answer after 30 s',
      scope_version: '2.0.0',
    },
  ]);
});
