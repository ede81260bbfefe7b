import type { FleetCase, ToldSignal } from './fleet-cases.ts';

const AGENT = 'refunds';
const EVERY_MS = 1_000;
const STEP_US = 100_000;

/** An act of a path: `tool/x`, with `!` where it failed, with `&` where it runs beside the one before. */
type Act = string;

interface Taken {
  acts: readonly Act[];
  /** Default `correct`. */
  endedAs?: string;
  release?: string;
  explainedBy?: string;
  isWhole?: boolean;
  /** Acts, by position, that come in a signal of their own after the others. */
  late?: number;
  /** It has not ended yet. */
  isOpen?: boolean;
}

/** The signals of the `n`th run of the agent: an inference before each act that stands alone, and an answer. */
function told(n: number, { acts, endedAs = 'correct', release = '1.0', ...more }: Taken): ToldSignal[] {
  const atMs = n * EVERY_MS;
  let clock = atMs * 1_000;
  const step = (name: string, point: string, isBeside = false) => {
    if (!isBeside) clock += STEP_US;
    const failed = point.endsWith('!');
    const endTime = clock;
    return {
      ...{ spanId: `${n}.${name}`, point: point.replace('!', ''), endTime, receivedTime: endTime, failed },
      durationNs: isBeside ? STEP_US * 900 : STEP_US * 500,
    };
  };
  const steps = acts.flatMap((act, i) => {
    const point = act.replace('&', '');
    if (act.startsWith('&')) return [step(`${i}`, point, true)];
    return point === 'llm' ? [step(`${i}`, point)] : [step(`${i}-asked`, 'llm'), step(`${i}`, point)];
  });
  const all = more.isOpen ? steps : [...steps, step('answer', 'llm')];
  const late = more.late === undefined ? [] : all.filter(({ spanId }) => spanId.startsWith(`${n}.${more.late}`));
  const path = {
    ...{ traceId: `run-${n}`, sessionId: `session-${n}`, agent: AGENT, release, environment: '', workflow: '' },
    ...{ firstIndex: 0, pathId: `agent-${n}`, isWhole: more.isWhole ?? true, explainedBy: more.explainedBy ?? '' },
  };
  const inTime = all.filter((each) => !late.includes(each));
  const drafts = [
    { ...path, steps: inTime, isDone: !more.isOpen, endedAs: '' },
    ...(late.length > 0 ? [{ ...path, firstIndex: inTime.length, steps: late, isDone: true, endedAs: '' }] : []),
    ...(more.isOpen ? [] : [{ ...path, firstIndex: all.length, steps: [], isDone: true, endedAs }]),
  ];
  return drafts.map((draft, i) => ({ atMs: atMs + i, keyKind: 'agent', key: AGENT, body: { path: draft } }));
}

const USUAL = ['tool/find_order', 'tool/check_policy', 'tool/refund', 'tool/notify'] as const;

/** So many usual runs, each in turn one of these. */
const history = (runs: number, ...kinds: readonly Taken[]): ToldSignal[] =>
  Array.from({ length: runs }, (_, n) => told(n, kinds[n % kinds.length] ?? { acts: USUAL })).flat();

const HISTORY = history(200);
const at = (name: string, n = 200): { spanId: string } => ({ spanId: `${n}.${name}` });
const after = (...taken: Taken[]): ToldSignal[] => [...HISTORY, ...taken.flatMap((one, i) => told(200 + i, one))];

const UNCHECKED = ['tool/find_order', 'tool/refund', 'tool/notify'];

export const cases: readonly FleetCase[] = [
  {
    name: 'a refund is paid without the check that always comes before it',
    signals: after({ acts: UNCHECKED }),
    finds: [{ ...at('1'), rootCauseSpanId: '200.1-asked', type: 'skipped_step', severity: 'medium', scope: 'run' }],
    example: true,
  },
  {
    name: 'it is told while the run goes on, as soon as the next step shows that the check is not beside it',
    signals: after({ acts: UNCHECKED, isOpen: true }),
    finds: [{ ...at('1'), type: 'skipped_step' }],
  },
  {
    name: 'the check comes after the refund',
    signals: after({ acts: ['tool/find_order', 'tool/refund', 'tool/check_policy', 'tool/notify'] }),
    finds: [{ ...at('1'), type: 'wrong_order' }],
  },
  {
    name: 'the agent answers before the refund is paid',
    signals: after({ acts: ['tool/find_order', 'tool/check_policy'] }),
    finds: [{ ...at('answer'), type: 'ended_early' }],
  },
  {
    name: 'the agent does what it has never done',
    signals: [
      ...history(400),
      ...told(400, { acts: ['tool/find_order', 'tool/drop_table', 'tool/check_policy', 'tool/refund', 'tool/notify'] }),
    ],
    finds: [{ ...at('1', 400), type: 'foreign_step' }],
  },
  {
    name: 'something else is done instead of the check, and then the refund is paid',
    signals: after({ acts: ['tool/find_order', 'tool/open_complaint', 'tool/refund', 'tool/notify'] }),
    finds: [{ ...at('1'), type: 'replaced_step' }],
  },
  {
    name: 'a run that was wrong by what is seen within it is told as its consequence',
    signals: after({ acts: UNCHECKED, endedAs: 'suspect', explainedBy: 'f1' }),
    finds: [{ ...at('1'), type: 'skipped_step' }],
  },
  {
    name: 'what a new release always does is one observation of it',
    signals: after(...Array.from({ length: 40 }, () => ({ acts: UNCHECKED, release: '2.0' }))),
    finds: [{ scope: 'fleet', severity: 'info', release: '2.0', traceId: '', type: 'new_path' }],
  },
  {
    name: 'what one early run of a new release does is told once the release has shown that it is not its way',
    signals: after(
      { acts: UNCHECKED, release: '2.0' },
      ...Array.from({ length: 20 }, () => ({ acts: USUAL, release: '2.0' })),
    ),
    finds: [{ ...at('1'), type: 'skipped_step', release: '2.0' }],
  },
  {
    name: 'sixty runs are too few to say anything',
    signals: [...history(60), ...told(60, { acts: UNCHECKED })],
    finds: [],
  },
  {
    name: 'a branch that one run in thirty takes is a branch',
    signals: [
      ...history(300, ...Array.from({ length: 30 }, (_, i) => ({ acts: i === 7 ? UNCHECKED : USUAL }))),
      ...told(300, { acts: UNCHECKED }),
    ],
    finds: [],
  },
  {
    name: 'acts side by side have no order',
    signals: [
      ...history(200, { acts: ['tool/get_a', '&tool/get_b', '&tool/get_c', 'tool/merge'] }),
      ...told(200, { acts: ['tool/get_c', '&tool/get_a', '&tool/get_b', 'tool/merge'] }),
    ],
    finds: [],
  },
  {
    name: 'the same act again and again is one: retries and pages',
    signals: after({
      acts: [
        'tool/find_order!',
        'tool/find_order',
        'tool/check_policy',
        'tool/check_policy',
        'tool/refund',
        'tool/notify',
      ],
    }),
    finds: [],
  },
  {
    name: 'what an agent does after a failure is another matter',
    signals: after({ acts: ['tool/find_order!', 'tool/refund', 'tool/notify'] }),
    finds: [],
  },
  {
    name: 'an extra look that the agent takes elsewhere, too, is no deviation',
    signals: after({ acts: ['tool/find_order', 'tool/check_policy', 'tool/find_order', 'tool/refund', 'tool/notify'] }),
    finds: [],
  },
  {
    name: 'a step whose span comes late was not left out',
    signals: after({ acts: USUAL, late: 1 }),
    finds: [],
  },
  {
    name: 'of a path of which steps are missing nothing is said',
    signals: after({ acts: UNCHECKED, isWhole: false }),
    finds: [],
  },
  {
    name: 'runs that ended badly teach nothing',
    signals: [...history(200, { acts: USUAL, endedAs: 'failed' }), ...told(200, { acts: UNCHECKED })],
    finds: [],
  },
  {
    name: 'an agent that decides anew each time has no path to leave',
    signals: [
      ...Array.from({ length: 400 }, (_, n) =>
        told(n, { acts: [0, 1, 2, 3].map((i) => `tool/t${(n * 7 + i * (1 + (n % 5))) % 9}`) }),
      ).flat(),
      ...told(400, { acts: ['tool/t3', 'tool/t1', 'tool/t8'] }),
    ],
    finds: [],
  },
];
