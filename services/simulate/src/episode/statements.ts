import { misread } from '../injector/values.ts';
import type { AgentStep, InferenceStep, RunPlan, ToolStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultName, FaultNote } from '../truth.ts';
import type { Episode, EpisodeRun } from './episode.ts';
import {
  cleanRun,
  drawRecord,
  faultyRun,
  idOf,
  later,
  lookUp,
  officeOf,
  planOf,
  type SharedRecord,
  scriptOf,
  wholeOf,
  withValue,
} from './records.ts';

type When = Pick<EpisodeRun, 'afterMs' | 'conversation'> & { tenant?: string };

/** The pair of inference and call with which an agent passed something on, or kept it. */
export const pairOf = (plan: RunPlan, tool: RegExp): { asked: InferenceStep; call: ToolStep } => {
  const { steps } = plan.root;
  const at = steps.findLastIndex((step) => step.kind === 'tool' && tool.test(step.tool));
  return { asked: steps[at - 1] as InferenceStep, call: steps[at] as ToolStep };
};

/** Another value of a field, and the field; of test seeds not the same ones as of others, as the strengths differ. */
export function otherValue(record: SharedRecord, random: Random, strength: number) {
  const field = random.pick(Object.keys(record.values));
  const value = record.values[field] as string | number;
  // What is off by an order of magnitude may be in another unit.
  const wrong =
    typeof value === 'number'
      ? Math.round(value * (1.13 + 0.6 * strength) * 100) / 100
      : misread(value, strength, random);
  return { field, value, wrong };
}

/** Intake hands a case over to the clerk, with what it states of the record. */
export function handOver(
  record: SharedRecord,
  stated: Readonly<Record<string, unknown>>,
  request: string,
  when: When,
  random: Random,
): { run: Omit<EpisodeRun, 'notes'>; plan: RunPlan } {
  const { intake, clerk } = officeOf(record);
  const work = scriptOf(clerk, random)
    .call(`I file a report on ${record.id}.`, {
      tool: `file_${record.type}_report`,
      arguments: idOf(record),
      result: { report_id: `rep-${random.hex(8)}`, filed: true },
    })
    .answer(`A case about ${record.id}.`, `A report on ${record.id} was filed.`);
  const root: AgentStep = scriptOf(intake, random)
    .handOver('This is for the clerk.', { ...idOf(record), ...stated }, { ...work, agent: clerk })
    .answer(request, `A report on ${record.id} was filed.`);
  const plan = planOf(root);
  return { run: { ...when, plan }, plan };
}

/** One may see there, too, that the value comes from nowhere. */
export const arguable = (pattern: FaultName, asked: InferenceStep, call: ToolStep): FaultNote => ({
  pattern,
  variant: 'seen_within_the_run',
  isArguable: true,
  at: call,
  cause: asked,
  orCause: [call],
  steps: [asked, call],
});

export const factContradiction: Episode = {
  name: 'fact_contradiction',
  fault: 'fact_contradiction',
  isLawful: false,
  runs(random, strength) {
    const record = drawRecord(random);
    const { field, value, wrong } = otherValue(record, random, strength);
    const lookUps = Array.from({ length: random.integer(1, 2) }, (_, i) =>
      lookUp(record, { afterMs: i * later(random), conversation: i }, random),
    );
    const lastMs = lookUps.at(-1)?.afterMs ?? 0;
    const isOutdated = random.chance(0.35);
    const before = [...lookUps];
    let stated: string | number = wrong;
    if (isOutdated) {
      before.push(
        update(withValue(record, field, wrong), field, { afterMs: lastMs + later(random), conversation: 2 }, random),
      );
      stated = value;
    }
    const afterMs = (before.at(-1)?.afterMs ?? 0) + later(random);
    const { run, plan } = handOver(
      record,
      { [field]: stated, reason: 'complaint' },
      `I have a complaint about ${record.type} ${record.id}.`,
      { afterMs, conversation: 3 },
      random,
    );
    const { asked, call } = pairOf(plan, /transfer/);
    return [
      ...before,
      faultyRun(
        run,
        {
          pattern: 'fact_contradiction',
          variant: isOutdated ? 'outdated' : 'against_observation',
          at: call,
          cause: asked,
          orCause: [call],
          steps: [asked, call],
        },
        arguable('ungrounded_argument', asked, call),
        arguable('misread_output', asked, call),
      ),
    ];
  },
};

/** A user has a field changed. */
export function update(record: SharedRecord, field: string, when: When, random: Random): EpisodeRun {
  const { clerk } = officeOf(record);
  const set = { ...idOf(record), [field]: record.values[field] };
  const root = scriptOf(clerk, random)
    .call('I change it.', { tool: `update_${record.type}`, arguments: set, result: { ...set, updated: true } })
    .answer(
      `Please set ${field.replaceAll('_', ' ')} of ${record.type} ${record.id} to ${record.values[field]}.`,
      `${record.id} was changed.`,
    );
  return cleanRun({ ...when, plan: planOf(root) });
}

/** An agent notes something about a record for its colleagues. */
export function note(
  record: SharedRecord,
  content: Readonly<Record<string, unknown>>,
  request: string,
  when: When,
  random: Random,
): Omit<EpisodeRun, 'notes'> {
  const { intake } = officeOf(record);
  const root = scriptOf(intake, random)
    .call('I note that for my colleagues.', {
      tool: 'put_note',
      arguments: { key: record.id, content: { ...idOf(record), ...content } },
      result: { key: record.id, saved: true },
    })
    .answer(request, 'It was noted.');
  return { ...when, plan: planOf(root) };
}

/** An agent goes by what was noted. */
export function goByNote(
  record: SharedRecord,
  content: Readonly<Record<string, unknown>>,
  field: string,
  when: When,
  random: Random,
): Omit<EpisodeRun, 'notes'> {
  const { clerk } = officeOf(record);
  const root = scriptOf(clerk, random)
    .call('I look what was noted.', {
      tool: 'get_note',
      arguments: { key: record.id },
      result: { key: record.id, content: { ...idOf(record), ...content } },
    })
    .call('I file the report.', {
      tool: `file_${record.type}_report`,
      arguments: { ...idOf(record), [field]: content[field] },
      result: { report_id: `rep-${random.hex(8)}`, filed: true },
    })
    .answer(`Please file a report on ${record.type} ${record.id}.`, `A report on ${record.id} was filed.`);
  return { ...when, plan: planOf(root) };
}

export const hallucinatedFact: Episode = {
  name: 'hallucinated_fact',
  fault: 'hallucinated_fact',
  isLawful: false,
  runs(random) {
    const record = drawRecord(random);
    const field = random.pick(['code', 'seal', 'permit']);
    const made = `${random.pick(['QX', 'LB', 'NV'])}${random.integer(10_000, 999_999)}`;
    const noted = note(
      record,
      { [field]: made },
      `Please look after ${record.type} ${record.id}.`,
      { afterMs: 0, conversation: 0 },
      random,
    );
    const { asked, call } = pairOf(noted.plan, /put_note/);
    const uses = Array.from({ length: random.integer(1, 2) }, (_, i) =>
      goByNote(record, { [field]: made }, field, { afterMs: (i + 1) * later(random), conversation: i + 1 }, random),
    );
    return [
      faultyRun(
        noted,
        {
          pattern: 'hallucinated_fact',
          variant: 'noted_and_used',
          at: call,
          cause: asked,
          orCause: [call],
          steps: [asked, call],
        },
        arguable('ungrounded_argument', asked, call),
      ),
      ...uses.map(cleanRun),
    ];
  },
};

export const unstableKnowledge: Episode = {
  name: 'unstable_knowledge',
  fault: 'unstable_knowledge',
  isLawful: false,
  runs(random, strength) {
    const record = drawRecord(random);
    const { field, value, wrong } = otherValue(record, random, strength);
    const flips = 4 + Math.round(2 * strength);
    let afterMs = 0;
    const runs = Array.from({ length: flips }, (_, i) => {
      if (i > 0) afterMs += later(random);
      return note(
        record,
        { [field]: i % 2 === 0 ? value : wrong },
        `The daily look at ${record.type} ${record.id} is due.`,
        { afterMs, conversation: i },
        random,
      );
    });
    const pairs = runs.map(({ plan }) => pairOf(plan, /put_note/));
    return runs.map((run, i) => {
      const { asked, call } = pairs[i] as (typeof pairs)[number];
      const notes: FaultNote[] = [arguable('ungrounded_argument', asked, call)];
      if (i > 0) notes.push(arguable('fact_contradiction', asked, call));
      if (i === 3) {
        const causes = pairs.slice(0, 4).flatMap((pair) => [pair.asked, pair.call]);
        notes.unshift({
          pattern: 'unstable_knowledge',
          variant: 'noted_to_and_fro',
          at: call,
          cause: (pairs[2] as (typeof pairs)[number]).asked,
          orCause: causes,
          steps: [asked, call],
        });
      }
      return faultyRun(run, ...notes);
    });
  },
};

const lawful = (name: string, fault: FaultName, runs: Episode['runs']): Episode => ({
  name,
  fault,
  isLawful: true,
  runs,
});

const negativeAt = (run: Omit<EpisodeRun, 'notes'>, resembles: FaultName, variant: string): EpisodeRun => ({
  ...run,
  notes: {
    faults: [],
    negatives: [{ resembles, variant, steps: run.plan.root.steps.filter((step) => step.kind === 'tool') }],
  },
});

/** What states something of a record differs from what was seen before, and rightly so. */
export const lawfulStatements: readonly Episode[] = [
  lawful('changed_between', 'fact_contradiction', (random, strength) => {
    const record = drawRecord(random);
    const { field, wrong } = otherValue(record, random, strength);
    const changed = withValue(record, field, wrong);
    const changedMs = later(random);
    const used = goByNote(
      changed,
      { [field]: wrong },
      field,
      { afterMs: changedMs + later(random), conversation: 2 },
      random,
    );
    return [
      lookUp(record, { afterMs: 0, conversation: 0 }, random),
      update(changed, field, { afterMs: changedMs, conversation: 1 }, random),
      negativeAt(used, 'fact_contradiction', 'changed_between'),
    ];
  }),
  lawful('other_tenant', 'fact_contradiction', (random, strength) => {
    const record = drawRecord(random);
    const { field, wrong } = otherValue(record, random, strength);
    const when = { afterMs: later(random), conversation: 1, tenant: 'umbrella' };
    const { run } = handOver(
      record,
      { [field]: wrong },
      `${record.type} ${record.id}: ${field.replaceAll('_', ' ')} is ${wrong}, is it not?`,
      when,
      random,
    );
    return [
      lookUp(record, { afterMs: 0, conversation: 0 }, random),
      negativeAt(run, 'fact_contradiction', 'other_tenant'),
    ];
  }),
  lawful('rounded', 'fact_contradiction', (random) => {
    const record = drawRecord(random);
    const [field = '', value = 0] = Object.entries(record.values).find(([, each]) => typeof each === 'number') ?? [];
    const rounded = Math.round(Number(value));
    const noted = note(
      record,
      { [field]: rounded },
      `Please note that ${field.replaceAll('_', ' ')} of ${record.id} is about ${rounded}.`,
      { afterMs: later(random), conversation: 1 },
      random,
    );
    return [
      lookUp(record, { afterMs: 0, conversation: 0 }, random),
      negativeAt(noted, 'fact_contradiction', 'rounded'),
    ];
  }),
  lawful('told_by_the_user', 'hallucinated_fact', (random) => {
    const record = drawRecord(random);
    const made = `QX${random.integer(10_000, 999_999)}`;
    const noted = note(
      record,
      { code: made },
      `The code of ${record.type} ${record.id} is ${made}.`,
      { afterMs: 0, conversation: 0 },
      random,
    );
    return [
      negativeAt(noted, 'hallucinated_fact', 'told_by_the_user'),
      cleanRun(goByNote(record, { code: made }, 'code', { afterMs: later(random), conversation: 1 }, random)),
    ];
  }),
  lawful('asked_for_each_time', 'unstable_knowledge', (random, strength) => {
    const record = drawRecord(random);
    const { field, value, wrong } = otherValue(record, random, strength);
    let afterMs = 0;
    return Array.from({ length: 5 }, (_, i) => {
      if (i > 0) afterMs += later(random);
      const set = i % 2 === 0 ? value : wrong;
      const run = update(withValue(record, field, set), field, { afterMs, conversation: i }, random);
      return i < 3 ? run : negativeAt(run, 'unstable_knowledge', 'asked_for_each_time');
    });
  }),
  lawful('seen_again', 'fact_contradiction', (random) => {
    const record = drawRecord(random);
    const [field = ''] = Object.keys(record.values);
    const run = goByNote(record, wholeOf(record), field, { afterMs: later(random), conversation: 1 }, random);
    return [
      lookUp(record, { afterMs: 0, conversation: 0 }, random),
      negativeAt(run, 'fact_contradiction', 'seen_again'),
    ];
  }),
];
