import { decodeTracesJson, decodeTracesProtobuf, OtlpDecodeError } from '@spanwise/otlp';
import { BlockError, checkBlock, decodeBlock, type RecordName, topic } from '@spanwise/schemas';
import { Random } from '@spanwise/simulate';
import { describe, expect, it } from 'vitest';
import { blockForms, otlpForms } from './forms.ts';

const random = new Random('forms');
const topics = ['spans', 'signals', 'findings', 'runs', 'sessions', 'step-stats', 'span-revisions'];

function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof BlockError ? error.reason : String(error);
  }
}

describe.each(topics)('in %s', (name) => {
  const record = topic(name).record as RecordName;
  it.each(blockForms)('$form is $reason to who decodes and to who walks', ({ form, reason, make }) => {
    const value = make(record, name, random);
    if (value === null) return;
    expect(faultOf(() => decodeBlock(record, value))).toBe(reason);
    // who walks compares the kind of record apart
    if (form !== 'records of another kind') expect(faultOf(() => checkBlock(value))).toBe(reason);
  });
});

it.each(otlpForms)('$form is no trace request', ({ make }) => {
  const value = make('Span', 'otlp_spans', random) as Buffer;
  const decode = value[0] === 0x0a ? decodeTracesProtobuf : decodeTracesJson;
  expect(() => decode(value)).toThrow(OtlpDecodeError);
});
