import { misread } from '../injector/values.ts';
import type { Random } from '../random.ts';
import type { FaultName } from '../truth.ts';
import type { Episode, EpisodeRun } from './episode.ts';
import {
  cleanRun,
  drawRecord,
  faultyRun,
  HOUR_MS,
  idOf,
  officeOf,
  planOf,
  type SharedRecord,
  scriptOf,
  wholeOf,
} from './records.ts';
import { arguable, pairOf } from './statements.ts';

/** The first turn of a conversation: a user names a record, and it is looked up. */
function firstTurn(record: SharedRecord, random: Random): EpisodeRun {
  const { clerk } = officeOf(record);
  const root = scriptOf(clerk, random)
    .call(`I look up ${record.id}.`, { tool: `get_${record.type}`, arguments: idOf(record), result: wholeOf(record) })
    .answer(`What do you know of ${record.type} ${record.id}?`, 'I have it before me. What shall I do?');
  return cleanRun({ afterMs: 0, conversation: 0, plan: planOf(root) });
}

/** A later turn, in which the user names nothing. */
function laterTurn(record: SharedRecord, request: string, random: Random): Omit<EpisodeRun, 'notes'> {
  const { clerk } = officeOf(record);
  const root = scriptOf(clerk, random)
    .call('I file the report.', {
      tool: `file_${record.type}_report`,
      arguments: idOf(record),
      result: { report_id: `rep-${random.hex(8)}`, filed: true },
    })
    .answer(request, 'The report was filed.');
  return { afterMs: random.between(0.2, 20) * HOUR_MS, conversation: 0, plan: planOf(root) };
}

const GO_AHEAD = 'Then please file a report on it.';

export const identityDrift: Episode = {
  name: 'identity_drift',
  fault: 'identity_drift',
  isLawful: false,
  runs(random, strength) {
    const record = drawRecord(random);
    const other = { ...record, id: String(misread(record.id, Math.max(0.5, strength), random)) };
    const turn = laterTurn(other, GO_AHEAD, random);
    const { asked, call } = pairOf(turn.plan, /report/);
    return [
      firstTurn(record, random),
      faultyRun(
        turn,
        {
          pattern: 'identity_drift',
          variant: 'other_thing',
          at: call,
          cause: asked,
          orCause: [call],
          steps: [asked, call],
        },
        arguable('ungrounded_argument', asked, call),
      ),
    ];
  },
};

const lawful = (name: string, fault: FaultName, runs: Episode['runs']): Episode => ({
  name,
  fault,
  isLawful: true,
  runs,
});

const negativeAt = (run: Omit<EpisodeRun, 'notes'>, variant: string): EpisodeRun => ({
  ...run,
  notes: {
    faults: [],
    negatives: [
      { resembles: 'identity_drift', variant, steps: run.plan.root.steps.filter((step) => step.kind === 'tool') },
    ],
  },
});

export const lawfulNames: readonly Episode[] = [
  lawful('same_thing', 'identity_drift', (random) => {
    const record = drawRecord(random);
    return [firstTurn(record, random), negativeAt(laterTurn(record, GO_AHEAD, random), 'same_thing')];
  }),
  lawful('another_one_named', 'identity_drift', (random) => {
    const record = drawRecord(random);
    const other = { ...record, id: drawRecord(random).id };
    const turn = laterTurn(other, `And now one on ${other.id}, please.`, random);
    return [firstTurn(record, random), negativeAt(turn, 'another_one_named')];
  }),
];
