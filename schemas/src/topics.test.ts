import { describe, expect, it } from 'vitest';
import { decodeBlock, encodeBlock, newRecord, type RecordName, topic, topics } from './index.ts';

describe('topic files', () => {
  it.each(topics.map((spec) => [spec.name, spec] as const))('%s says everything an operator needs', (name, spec) => {
    expect(spec.name).toBe(name);
    expect(spec.doc.length).toBeGreaterThan(20);
    expect(spec.key).not.toBe('');
    expect(spec.partitions).toBeGreaterThan(0);
    expect(spec.producers).not.toHaveLength(0);
    expect(spec.consumers).not.toHaveLength(0);
    expect(spec.config).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': expect.stringMatching(/^-?\d+$/),
      'message.timestamp.type': 'LogAppendTime',
    });
  });

  it.each(topics.filter((spec) => spec.record !== 'opaque').map((spec) => [spec.name, spec] as const))(
    'every example of %s goes through a block unchanged',
    (_, spec) => {
      expect(spec.example).not.toHaveLength(0);
      const name = spec.record as RecordName;
      const records = spec.example.map((given) =>
        newRecord(name, typeof given === 'object' && name === 'DeadLetter' ? deadLetter(given) : (given as object)),
      );
      expect(decodeBlock(name, encodeBlock(name, records)).map(plain)).toEqual(records.map(plain));
    },
  );

  it('changelogs have as many partitions as the topic whose state they hold', () => {
    for (const spec of topics) {
      if (spec.partitionsLike) expect(spec.partitions).toBe(topic(spec.partitionsLike).partitions);
    }
  });

  it('changelogs lose nothing to retention, and give back the disk of what was deleted in steps of 64 MiB', () => {
    const config = { 'retention.ms': '-1', 'retention.bytes': '-1', 'segment.bytes': `${64 * 1024 * 1024}` };
    const changelogs = topics.filter(({ name }) => name.endsWith('-changelog'));
    expect(changelogs).not.toHaveLength(0);
    for (const spec of changelogs) expect(spec.config).toMatchObject(config);
  });

  it('an unknown topic is refused by name', () => {
    expect(() => topic('span')).toThrow('no topic span');
  });
});

/** JSON has no bytes: the examples write them as latin-1 text. */
function deadLetter(given: unknown): object {
  const letter = given as { value: string };
  return { ...letter, value: Buffer.from(letter.value, 'latin1') };
}

function plain(record: unknown): unknown {
  return JSON.parse(JSON.stringify(record));
}
