import { inspect } from 'node:util';
import { decodeBlock, type RecordName, topics } from '@spanwise/schemas';
import { table } from '../command/text-table.ts';
import { type Letter, recordKey, recordOf } from './letter.ts';

const MOST_DETAIL = 60;
const MOST_HEX = 512;

export const timeOf = (us: number): string => new Date(us / 1_000).toISOString();

/** One line for each letter. */
export function lettersTable(letters: readonly Letter[], replays: ReadonlyMap<string, number>): string {
  const header = ['letter', 'time', 'service', 'topic', 'partition', 'offset', 'reason', 'bytes', 'replayed', 'detail'];
  const rows = letters.map((letter) => [
    letter.id,
    timeOf(letter.time),
    letter.service,
    letter.topic,
    letter.partition,
    letter.offset,
    letter.reason,
    letter.value?.length ?? 0,
    replays.has(recordKey(recordOf(letter))) ? 'yes' : '',
    shortened(letter.detail),
  ]);
  return table(header, rows);
}

/** Counts by topic, service and reason. */
export function summaryTable(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].map(([key, count]) => [...key.split('\n'), count]);
  return table(['topic', 'service', 'reason', 'letters'], rows);
}

/** All that is known of a letter: its words whole, and its bytes as records where they can be read. */
export function letterInFull(letter: Letter, replayedTime: number | undefined): string {
  const { id, service, topic, partition, offset, reason, detail, key, value, time } = letter;
  const fields = {
    letter: id,
    time: timeOf(time),
    service,
    from: `${topic}/${partition} at ${offset}`,
    reason,
    detail,
    key: key ? key.toString() : '',
    bytes: value?.length ?? 0,
    replayed: replayedTime === undefined ? '' : timeOf(replayedTime),
  };
  const lines = Object.entries(fields).map(([name, text]) => `${name.padEnd(9)} ${text}`);
  return [...lines, '', value ? contentOf(topic, value) : '(no bytes)'].join('\n');
}

/** As one JSON object; bytes in base64. */
export function letterAsJson(letter: Letter, replayedTime: number | undefined): string {
  const { key, value, ...rest } = letter;
  const bytes = { key: key?.toString('base64') ?? null, value: value?.toString('base64') ?? null };
  return JSON.stringify({ ...rest, ...bytes, replayedTime: replayedTime ?? null });
}

function contentOf(topicName: string, value: Buffer): string {
  const record = topics.find(({ name }) => name === topicName)?.record;
  try {
    if (record === undefined || record === 'opaque') return hexOf(value);
    return decodeBlock(record as RecordName, value)
      .map((one) => inspect(one, { depth: 8, maxStringLength: 400 }))
      .join('\n');
  } catch (error) {
    return `${(error as Error).message}\n${hexOf(value)}`;
  }
}

function hexOf(value: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(value.length, MOST_HEX); at += 16) {
    const row = value.subarray(at, at + 16);
    const text = row.toString('latin1').replaceAll(/[^ -~]/g, '.');
    const hex = row.toString('hex').replaceAll(/(..)(?!$)/g, '$1 ');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  if (value.length > MOST_HEX) lines.push(`… ${value.length - MOST_HEX} bytes more`);
  return lines.join('\n');
}

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MOST_DETAIL ? `${line.slice(0, MOST_DETAIL - 1)}…` : line;
};
