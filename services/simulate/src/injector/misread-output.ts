import { specOf } from '../plan/script.ts';
import { answerOf, type CallSite, callSites, lineOf } from '../plan/sites.ts';
import type { RunPlan } from '../plan/step.ts';
import type { Random } from '../random.ts';
import type { FaultNote } from '../truth.ts';
import type { Injector } from './injector.ts';
import { knows } from './ungrounded-argument.ts';
import { askWith, isTelling, leavesOf, misread, replaced } from './values.ts';

/** What follows a result contradicts it: another value of the same field, or going on after a no. */
export const misreadOutput: Injector = {
  fault: 'misread_output',
  inject(plan, random, strength) {
    const forms = [goneOn, otherArgument, otherAnswer];
    for (const form of random.sample(forms, forms.length)) {
      const notes = form(plan, random, strength);
      if (notes) return notes;
    }
    return undefined;
  },
};

/** Fields by which tools say yes, and what says no. */
const yes: Readonly<Record<string, readonly unknown[]>> = {
  allowed: [false],
  covered: [false],
  free: [false],
  active: [false],
  holder_verified: [false],
  state: ['suspended', 'blocked', 'frozen', 'inactive'],
};

/** A tool says no, and the agent does all the same what depends on it. */
function goneOn(plan: RunPlan, random: Random): FaultNote[] | undefined {
  const sites = callSites(plan);
  const cases = sites.flatMap((asked) => {
    const result = asked.tool.result as Record<string, unknown> | null;
    const field = Object.keys(yes).find(
      (key) => result?.[key] === true || (key === 'state' && result?.[key] === 'active'),
    );
    if (mutates(asked)) return [];
    const [done, ...later] = sites.filter((each) => mutates(each) && dependsOn(each, asked));
    return field !== undefined && done ? [{ asked, field, done, later }] : [];
  });
  if (cases.length === 0) return undefined;
  const { asked, field, done, later } = random.pick(cases);
  asked.tool.result = { ...(asked.tool.result as object), [field]: random.pick(yes[field] ?? []) };
  const next = asked.owner.steps[asked.index + 2];
  const between = next?.kind === 'inference' && next !== done.inference ? [next] : [];
  // Asked about one thing and done with another, or without an answer, nothing was denied.
  const calls = () =>
    JSON.stringify([asked, done, ...later].map(({ tool }) => [tool.arguments, tool.result, tool.failure]));
  const before = calls();
  const holds = () => calls() === before;
  return [
    {
      pattern: 'misread_output',
      variant: 'gone_on_after_no',
      at: done.tool,
      cause: done.inference,
      orCause: [asked.tool, ...between],
      steps: [done.inference, done.tool, ...between],
      holds,
    },
    // What is done next with the same thing goes ahead against the same no.
    ...later.map(
      ({ tool, inference }): FaultNote => ({
        pattern: 'misread_output',
        variant: 'gone_on_after_no',
        isConsequence: true,
        at: tool,
        cause: inference,
        orCause: [asked.tool],
        steps: [inference, tool],
      }),
    ),
  ];
}

/** An action is about what was asked about, or comes directly after. */
const dependsOn = (done: CallSite, asked: CallSite): boolean =>
  done.owner === asked.owner &&
  (done.index === asked.index + 2 ||
    (done.index > asked.index &&
      leavesOf(asked.tool.arguments).some(
        ({ value }) => isTelling(value) && JSON.stringify(done.tool.arguments).includes(JSON.stringify(value)),
      )));

const mutates = ({ owner, tool }: CallSite): boolean => specOf(owner.agent, tool.tool)?.mutates ?? false;

/** A value is taken from a result, wrongly. */
function otherArgument(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined {
  const sites = callSites(plan);
  const cases = sites.flatMap((site) =>
    Object.entries(site.tool.arguments as Record<string, unknown>).flatMap(([key, value]) => {
      const isRead = (each: CallSite) =>
        each.owner === site.owner &&
        each.index < site.index &&
        !JSON.stringify(each.tool.arguments).includes(JSON.stringify(value)) &&
        leavesOf(each.tool.result).some((leaf) => leaf.key === key && leaf.value === value);
      const source = sites.findLast(isRead);
      return source && isTelling(value) ? [{ site, source, key, value }] : [];
    }),
  );
  if (cases.length === 0) return undefined;
  const { site, key, value } = random.pick(cases);
  const wrong = misread(value, strength, random);
  if (knows(plan, wrong)) return undefined;
  askWith(site, { ...(site.tool.arguments as object), [key]: wrong });
  site.tool.result = replaced(site.tool.result, value, wrong);
  const { inference, tool } = site;
  const where = { at: tool, cause: inference, orCause: [tool], steps: [inference, tool] } as const;
  return [
    { pattern: 'misread_output', variant: 'other_argument', ...where },
    { pattern: 'ungrounded_argument', variant: 'misread', isArguable: true, ...where },
  ];
}

/** The answer states another number than the result. */
function otherAnswer(plan: RunPlan, random: Random, strength: number): FaultNote[] | undefined {
  const { root } = plan;
  if (root.agent.answerSchema) return undefined;
  const cases = callSites(plan).flatMap((site) =>
    leavesOf(site.tool.result).flatMap(({ value }) =>
      isTelling(value) && !root.request.includes(String(value)) && times(root.answer, String(value)) === 1
        ? [{ site, value }]
        : [],
    ),
  );
  if (cases.length === 0) return undefined;
  const { site, value } = random.pick(cases);
  const wrong = misread(value, strength, random);
  if (knows(plan, wrong)) return undefined;
  const line = lineOf(plan, site.owner).filter(({ answer }) => answer.includes(String(value)));
  const first = line[0];
  if (!first) return undefined;
  // Each says it in its own words, or passes on those of the one below.
  for (const agent of lineOf(plan, first)) {
    agent.answer = agent.answer.replaceAll(String(value), String(wrong));
    const last = answerOf(agent);
    if (last) last.text = agent.answer;
  }
  const lasts = lineOf(plan, first).flatMap((agent) => agent.steps.at(-1) ?? []);
  const [at, ...above] = lasts;
  if (!at) return undefined;
  const steps = [...lasts, ...lineOf(plan, first)];
  return [
    {
      pattern: 'misread_output',
      variant: 'other_answer',
      at,
      orCause: [site.tool],
      steps,
      holds: () => at.kind === 'inference' && at.text.includes(String(wrong)),
    },
    // Who passes the answer on repeats it.
    ...above.map(
      (each): FaultNote => ({ pattern: 'misread_output', variant: 'passed_on', isArguable: true, at: each, steps }),
    ),
  ];
}

const times = (text: string, part: string): number => text.split(part).length - 1;
