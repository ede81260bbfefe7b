import { Script } from '../plan/script.ts';
import type { AgentProfile, RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import type { FaultNote } from '../truth.ts';
import type { EpisodeRun } from './episode.ts';

/** A thing that several conversations are about. */
export interface SharedRecord {
  readonly type: string;
  readonly idField: string;
  readonly id: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What a record of each kind holds that stays as it is until somebody changes it. */
const KINDS = [
  {
    type: 'contract',
    prefix: 'K',
    draw: (random: Random) => ({
      meter: `ZX${random.integer(100_000, 999_999)}`,
      contract_end: dateIn(random),
      annual_fee_eur: random.integer(200, 2_000) + 0.35,
    }),
  },
  {
    type: 'shipment',
    prefix: 'SH',
    draw: (random: Random) => ({
      container: `MSKU${random.integer(1_000_000, 9_999_999)}`,
      customs_date: dateIn(random),
      insured_eur: random.integer(2_000, 90_000) + 0.5,
    }),
  },
  {
    type: 'prescription',
    prefix: 'RX-',
    draw: (random: Random) => ({
      batch_code: `LOT${random.integer(10_000, 99_999)}Q`,
      first_dose_date: dateIn(random),
      dose_mg: random.integer(11, 490) * 2 + 0.5,
    }),
  },
] as const;

const dateIn = (random: Random): string =>
  `2026-${String(random.integer(1, 12)).padStart(2, '0')}-${String(random.integer(10, 28))}`;

export function drawRecord(random: Random): SharedRecord {
  const { type, prefix, draw } = random.pick(KINDS);
  return {
    type,
    idField: `${type}_id`,
    id: `${prefix}${random.integer(10_000_000, 99_999_999)}`,
    values: draw(random),
  };
}

/** The same record with another value of one field. */
export const withValue = (record: SharedRecord, field: string, value: string | number): SharedRecord => ({
  ...record,
  values: { ...record.values, [field]: value },
});

export const idOf = ({ idField, id }: SharedRecord): Record<string, string> => ({ [idField]: id });

export const wholeOf = (record: SharedRecord): Record<string, unknown> => ({ ...idOf(record), ...record.values });

/** The agents of an office that works with records of one kind. */
export function officeOf({ type, idField }: SharedRecord): { intake: AgentProfile; clerk: AgentProfile } {
  const id = { [idField]: textArgument(type) };
  const any = textArgument('as it is known');
  const fields = { meter: any, container: any, batch_code: any };
  const tools = [
    toolSpec(`get_${type}`, `Looks up a ${type}.`, id, { backend: `${type}-registry` }),
    toolSpec(
      `update_${type}`,
      `Changes a ${type}.`,
      { ...id, ...fields },
      { mutates: true, optional: Object.keys(fields), backend: `${type}-registry` },
    ),
    toolSpec('get_note', 'Reads what colleagues noted.', { key: textArgument('what about') }),
    toolSpec(
      'put_note',
      'Notes something for colleagues.',
      { key: textArgument('what about'), base_version: { type: 'integer' }, content: { type: 'object' } },
      { optional: ['base_version'], mutates: true },
    ),
    toolSpec(
      `file_${type}_report`,
      `Files a report on a ${type}.`,
      { ...id, ...fields, code: any },
      { mutates: true, optional: [...Object.keys(fields), 'code'] },
    ),
  ];
  const common = { model: 'gpt-5-mini', provider: 'openai', service: `${type}-office`, tools };
  return {
    intake: {
      ...common,
      name: `${type}-intake`,
      system: `You take in what people want about a ${type}, and pass it on.`,
    },
    clerk: { ...common, name: `${type}-clerk`, system: `You care for every ${type}. Say what you did.` },
  };
}

export const planOf = (root: RunPlan['root']): RunPlan => ({
  scenario: 'shared-records',
  root,
  clockOffsetsUs: new Map(),
  taken: new Set(),
});

export const scriptOf = (agent: AgentProfile, random: Random): Script => new Script(agent, random);

export const HOUR_MS = 3_600_000;

/** An hour to most of a day. */
export const later = (random: Random): number => random.between(1, 16) * HOUR_MS;

/** A run in which nothing is wrong. */
export const cleanRun = (run: Omit<EpisodeRun, 'notes'>): EpisodeRun => ({
  ...run,
  notes: { faults: [], negatives: [] },
});

export const faultyRun = (run: Omit<EpisodeRun, 'notes'>, ...faults: FaultNote[]): EpisodeRun => ({
  ...run,
  notes: { faults, negatives: [] },
});

/** A conversation that looks the record up. */
export function lookUp(
  record: SharedRecord,
  run: { afterMs: number; conversation: number },
  random: Random,
): EpisodeRun {
  const { clerk } = officeOf(record);
  const root = scriptOf(clerk, random)
    .call(`I look up ${record.type} ${record.id}.`, {
      tool: `get_${record.type}`,
      arguments: idOf(record),
      result: wholeOf(record),
    })
    .answer(
      `Is everything in order with ${record.type} ${record.id}?`,
      `Yes, ${record.type} ${record.id} is in order.`,
    );
  return cleanRun({ ...run, plan: planOf(root) });
}
