import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Episode, EpisodeRun } from './episode.ts';
import {
  cleanRun,
  drawRecord,
  faultyRun,
  idOf,
  later,
  officeOf,
  planOf,
  type SharedRecord,
  scriptOf,
} from './records.ts';
import { pairOf } from './statements.ts';

type Content = Readonly<Record<string, string>>;

interface Edit {
  readonly record: SharedRecord;
  readonly read: { version: number; content: Content };
  readonly write: { base?: number; version: number; content: Content };
  /** Between reading and writing, milliseconds */
  readonly thinksMs: number;
  readonly isVersioned: boolean;
}

const WORDS = ['open', 'waiting', 'checked', 'called back', 'to be paid', 'sent', 'filed'];

const drawContent = (random: Random): Content => ({ stand: random.pick(WORDS), next_step: random.pick(WORDS) });

/** Another word than the one that stands there. */
const otherWord = (word: string | undefined, random: Random): string =>
  random.pick(WORDS.filter((each) => each !== word));

/** A conversation that reads a shared note, works on its case, and writes the note anew. */
function edit(
  { record, read, write, thinksMs, isVersioned }: Edit,
  when: Pick<EpisodeRun, 'afterMs' | 'conversation'>,
  random: Random,
): Omit<EpisodeRun, 'notes'> {
  const { clerk } = officeOf(record);
  const key = `case/${record.id}`;
  const versionOf = (version: number) => (isVersioned ? { version } : {});
  const script = scriptOf(clerk, random)
    .call('I read what was noted.', {
      tool: 'get_note',
      arguments: { key },
      result: { key, ...versionOf(read.version), content: read.content },
    })
    .call('I look at the record.', {
      tool: `get_${record.type}`,
      arguments: idOf(record),
      result: { ...idOf(record), ...record.values },
    })
    .call('I note where we stand.', {
      tool: 'put_note',
      arguments: {
        key,
        content: write.content,
        ...(isVersioned && write.base !== undefined ? { base_version: write.base } : {}),
      },
      result: { key, saved: true, ...versionOf(write.version) },
    });
  const words = Object.entries(write.content).map(([field, word]) => `${field.replaceAll('_', ' ')}: ${word}`);
  const root = script.answer(
    `Please go on with ${record.type} ${record.id}, and note ${words.join(', ')}.`,
    'It was noted.',
  );
  const plan = planOf(root);
  const { asked } = pairOf(plan, /put_note/);
  asked.ms += thinksMs;
  return { ...when, plan };
}

const noteAt = (run: Omit<EpisodeRun, 'notes'>, variant: string): FaultNote => {
  const read = pairOf(run.plan, /get_note/);
  const { asked, call } = pairOf(run.plan, /put_note/);
  return {
    pattern: 'lost_update',
    variant,
    at: call,
    cause: read.call,
    orCause: [asked, call, read.asked],
    steps: [asked, call, read.call],
  };
};

const negativeAt = (run: Omit<EpisodeRun, 'notes'>, variant: string): EpisodeRun => ({
  ...run,
  notes: {
    faults: [],
    negatives: [
      { resembles: 'lost_update', variant, steps: run.plan.root.steps.filter((step) => step.kind === 'tool') },
    ],
  },
});

/** Long enough for another conversation to come and go. */
const thinking = (random: Random): number => random.between(20_000, 50_000);

export const lostUpdate: Episode = {
  name: 'lost_update',
  fault: 'lost_update',
  isLawful: false,
  runs(random) {
    const record = drawRecord(random);
    const isVersioned = random.chance(0.6);
    const version = random.integer(1, 60);
    const content = drawContent(random);
    const newer = { ...content, stand: otherWord(content.stand, random) };
    const read = { version, content };
    // It changes the other field, and puts back what it had read of the first one.
    const lost = { ...content, next_step: otherWord(content.next_step, random) };
    const quick = edit(
      { record, read, write: { base: version, version: version + 1, content: newer }, thinksMs: 0, isVersioned },
      { afterMs: random.between(2_000, 5_000), conversation: 1 },
      random,
    );
    const slow = edit(
      {
        record,
        read,
        write: { base: version, version: version + 1 + (random.chance(0.5) ? 1 : 0), content: lost },
        thinksMs: thinking(random),
        isVersioned,
      },
      { afterMs: 0, conversation: 0 },
      random,
    );
    return [faultyRun(slow, noteAt(slow, isVersioned ? 'outdated_base' : 'unseen_write')), cleanRun(quick)];
  },
};

/** Edits of one note that lose nothing. */
export const lawfulNotes: readonly Episode[] = [
  {
    name: 'different_keys',
    fault: 'lost_update',
    isLawful: true,
    runs(random) {
      const record = drawRecord(random);
      const isVersioned = random.chance(0.5);
      const version = random.integer(1, 60);
      const content = drawContent(random);
      const read = { version, content };
      const quick = edit(
        {
          record,
          read,
          write: { base: version, version: version + 1, content: { stand: otherWord(content.stand, random) } },
          thinksMs: 0,
          isVersioned,
        },
        { afterMs: 3_000, conversation: 1 },
        random,
      );
      const slow = edit(
        {
          record,
          read,
          write: { base: version, version: version + 2, content: { next_step: otherWord(content.next_step, random) } },
          thinksMs: thinking(random),
          isVersioned,
        },
        { afterMs: 0, conversation: 0 },
        random,
      );
      return [negativeAt(slow, 'different_keys'), cleanRun(quick)];
    },
  },
  {
    name: 'one_after_the_other',
    fault: 'lost_update',
    isLawful: true,
    runs(random) {
      const record = drawRecord(random);
      const isVersioned = random.chance(0.5);
      const version = random.integer(1, 60);
      const content = drawContent(random);
      const newer = { ...content, stand: otherWord(content.stand, random) };
      const newest = { ...newer, stand: otherWord(newer.stand, random) };
      const first = edit(
        {
          record,
          read: { version, content },
          write: { base: version, version: version + 1, content: newer },
          thinksMs: 0,
          isVersioned,
        },
        { afterMs: 0, conversation: 0 },
        random,
      );
      const second = edit(
        {
          record,
          read: { version: version + 1, content: newer },
          write: { base: version + 1, version: version + 2, content: newest },
          thinksMs: 0,
          isVersioned,
        },
        { afterMs: later(random), conversation: 1 },
        random,
      );
      return [cleanRun(first), negativeAt(second, 'one_after_the_other')];
    },
  },
];
