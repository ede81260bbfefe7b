import { decodeTracesJson, decodeTracesProtobuf, OtlpDecodeError } from '@spanwise/otlp';
import { BlockError, checkBlock, decodeBlock, learnSchema, type RecordName, topic } from '@spanwise/schemas';
import { Random } from '@spanwise/simulate';
import { describe, expect, it } from 'vitest';
import { blockForms, otlpForms } from './forms.ts';
import { hostileRecords } from './hostile-records.ts';
import { laterSchema, spanOfLaterSchema } from './later-schema.ts';

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

it.each([...hostileRecords].flatMap(([name, forms]) => forms.map((form) => [name, form(random, 0)] as const)))(
  'in %s stand lawful blocks with a hostile record: $form',
  (name, { reason, value, stored }) => {
    const read = () => decodeBlock(topic(name).record as RecordName, value as Buffer);
    if (reason === 'undecodable') expect(faultOf(read)).toBe(reason);
    else if (stored) expect(read()).toMatchObject([stored]);
    else expect(read()).toHaveLength(1);
    expect((value as Buffer).length).toBeLessThan(1024 * 1024);
  },
);

it('a span of a schema to come can be read once that is known', () => {
  const { value, replayable } = spanOfLaterSchema(random, 0);
  expect(faultOf(() => decodeBlock('Span', value as Buffer))).toBe('unknown_schema');
  learnSchema(laterSchema);
  expect(decodeBlock('Span', value as Buffer)).toMatchObject([replayable]);
});
