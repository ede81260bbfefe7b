import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRunning, type RunningPipeline, removeState, writeState } from './state-file.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'spanwise-state-'));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

const state = (pid: number): RunningPipeline => ({
  pid,
  startedAt: '2026-01-02T03:04:05.000Z',
  dataDir,
  brokers: ['127.0.0.1:9092'],
  topicPrefix: '',
  clickhouseUrl: 'http://127.0.0.1:8123',
  clickhouseUser: 'default',
  database: 'spanwise',
  ingestUrl: 'http://127.0.0.1:4318',
  grpcPort: 4317,
  services: [{ name: 'ingest', pid: null, restarts: 0, metricsUrl: 'http://127.0.0.1:9464/metrics', logFile: 'x' }],
});

test('a running pipeline is found by its data folder until it ends', () => {
  writeState(state(process.pid));
  expect(findRunning(dataDir)).toEqual(state(process.pid));
  removeState(dataDir);
  expect(findRunning(dataDir)).toBeUndefined();
});

test('what a dead process left behind is no running pipeline', () => {
  writeState(state(spawnSync(process.execPath, ['-e', '']).pid));
  expect(findRunning(dataDir)).toBeUndefined();
});

test.each(['', '{', '{"pid": 1}', 'null'])('a file that says %j is no running pipeline', (text) => {
  writeFileSync(join(dataDir, 'pipeline.json'), text);
  expect(findRunning(dataDir)).toBeUndefined();
});
