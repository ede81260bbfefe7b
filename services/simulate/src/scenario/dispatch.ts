import { changeLatency, searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile, JobStep, QueueStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { oneOfWords, type Scenario, textArgument, toolSpec } from './scenario.ts';
import { request } from './voices.ts';

const agent: AgentProfile = {
  name: 'ops-dispatcher',
  model: 'claude-sonnet-4-5',
  provider: 'anthropic',
  system: 'You dispatch maintenance work: look at the alarms of a site, queue work by urgency, report what was done.',
  service: 'ops-dispatcher',
  tools: [
    toolSpec(
      'list_alarms',
      'Lists open alarms of a site.',
      { site: textArgument('like S-114') },
      { backend: 'alarm-api' },
    ),
    toolSpec('get_runbook', 'Gives the runbook for an alarm.', {
      alarm: oneOfWords('leak', 'overheat', 'intrusion', 'filter', 'lamp'),
    }),
    toolSpec(
      'close_alarms',
      'Closes alarms.',
      { site: textArgument('site'), ticket: textArgument('ticket') },
      { backend: 'alarm-api', mutates: true },
    ),
  ],
};

/** How urgent the work behind an alarm is. */
const urgency = { leak: 9, intrusion: 9, overheat: 7, filter: 3, lamp: 1 } as const;

export const WORK_QUEUE = 'maintenance';

/** Alarms become work in a queue that knows priorities; one worker does it, the most urgent first. */
export const dispatch: Scenario = {
  name: 'dispatch',
  tenant: 'globex',
  plan(random, earlier) {
    const site = `S-${random.integer(100, 999)}`;
    const ticket = `MT-${random.integer(10_000, 99_999)}`;
    const found = random.sample(Object.keys(urgency) as (keyof typeof urgency)[], random.integer(3, 5));
    const said = request(
      {
        en: `Handle all open alarms of site ${site} under ticket ${ticket}. Do not shut the site down.`,
        de: `Alle offenen Alarme von Standort ${site} unter Ticket ${ticket} bearbeiten. Den Standort nicht abschalten.`,
        es: `Atiende todas las alarmas abiertas del sitio ${site}, ticket ${ticket}. No apagues el sitio.`,
        fr: `Traite toutes les alarmes ouvertes du site ${site}, ticket ${ticket}. Ne pas arrêter le site.`,
      },
      random,
    );
    const script = new Script(agent, random).call(`I list the alarms of ${site}.`, {
      tool: 'list_alarms',
      arguments: { site },
      result: { site, alarms: found.map((alarm) => ({ alarm, since: `${random.integer(1, 50)} min` })) },
      latency: searchLatency,
    });
    for (const alarm of found.slice(0, random.integer(1, 2))) {
      script.call(`What does the runbook say about ${alarm} at ${site}?`, {
        tool: 'get_runbook',
        arguments: { alarm },
        result: { alarm, steps: ['isolate', 'repair', 'verify'], urgency: urgency[alarm] },
      });
    }
    script
      .queue(
        byUrgency(
          found.map((alarm) => urgency[alarm]),
          random,
        ),
      )
      .call(`All work at ${site} is done: I close the alarms under ${ticket}.`, {
        tool: 'close_alarms',
        arguments: { site, ticket },
        result: { site, ticket, closed: found.length },
        latency: changeLatency,
      });
    const answer = `Site ${site}, ticket ${ticket}: ${found.length} alarms handled (${found.join(', ')}), the site stayed up.`;
    return {
      scenario: 'dispatch',
      root: script.answer(said, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

/** Work put into the queue at about one time, and done one after the other by priority; equals in the order they came. */
export function byUrgency(priorities: readonly number[], random: Random): QueueStep['jobs'] {
  const waiting = priorities.map((priority, i) => ({ priority, sentMs: 12 * i, ms: random.integer(40, 160), i }));
  const jobs: { sentMs: number; job: JobStep }[] = [];
  // The first is taken as soon as it comes; whatever waits by then goes by priority.
  let now = 5;
  const left = [...waiting];
  while (left.length > 0) {
    const ready = left.filter(({ sentMs }) => sentMs + 2 <= now);
    const next = (ready.length > 0 ? ready : left.slice(0, 1)).toSorted(
      (a, b) => b.priority - a.priority || a.i - b.i,
    )[0];
    if (!next) break;
    left.splice(left.indexOf(next), 1);
    now = Math.max(now, next.sentMs + 2);
    jobs.push({ sentMs: next.sentMs, job: workItem(next.priority, now - next.sentMs, next.ms) });
    now += next.ms + 3;
  }
  return jobs;
}

export const workItem = (priority: number, delayMs: number, ms: number): JobStep => ({
  ...{ kind: 'job', name: WORK_QUEUE, service: 'maintenance-worker' },
  ...{ delayMs, ms, priority },
});
