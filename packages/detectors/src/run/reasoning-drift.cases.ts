import type { Span } from '@spanwise/schemas';
import { says, type TestMessage, type TraceBuilder, trace } from '@spanwise/testkit/spans';
import type { DetectorCase } from './detector-cases.ts';

const REQUEST =
  'The brass lamp of order A-1042 arrived with a broken glass shade. Please find out whether the warranty covers it and refund the lamp.';
const ON_GOAL = [
  'First I look up order A-1042 to see which lamp was delivered, then I read what the warranty says about a broken shade.',
  'The order has a brass lamp with a glass shade; now the warranty: whether a broken glass is covered, and how to refund.',
  'The warranty covers broken glass within two years, so the lamp of this order may be refunded.',
];
const OFF_GOAL = [
  'Brass has an interesting history: medieval foundries in Flanders cast cannon and church bells long before anybody electrified homes.',
  'Flemish guilds trained apprentices for seven years, and their masterpieces decorate cathedrals in Bruges and Ghent to this day.',
  'Cathedral architecture of the fifteenth century relied upon flying buttresses, whose geometry mathematicians admired for generations.',
  'Mathematicians in Renaissance courts competed publicly, publishing riddles about cubic equations for wealthy patrons.',
];

interface Said {
  text: string;
  /** What a tool answers before; the user's words begin with `user: `. */
  heard?: string;
}

const spoken = (...texts: string[]): Said[] => texts.map((text) => ({ text }));

/** One conversation whose inputs repeat all of it; every inference calls a tool. Spans: inference 2k, call 2k + 1. */
function conversation(said: readonly Said[], repeats = true): TraceBuilder {
  const run = trace();
  const history: TestMessage[] = [says('user', REQUEST)];
  let isNew: TestMessage[] = [...history];
  said.forEach(({ text, heard = 'ok' }, i) => {
    const id = `call_${i}`;
    run.llm({ input: repeats ? history : isNew, text, calls: [{ name: 'look', arguments: { page: i }, id }] });
    run.tool('look', { page: i }, { callId: id, result: heard });
    isNew = heard.startsWith('user: ')
      ? [says('user', heard.slice(6))]
      : [{ role: 'tool', parts: [{ type: 'tool_call_response', id, response: heard }] }];
    history.push(says('assistant', text), ...isNew);
  });
  return run;
}

const drifting = spoken(...ON_GOAL.slice(0, 2), ...OFF_GOAL.slice(0, 3));

/** Five inferences, of which three have lost the request. */
export const driftingRun = (): Span[] => conversation(drifting).end();

export const cases: DetectorCase[] = [
  {
    name: 'finds where an agent turned from the request to something else',
    example: true,
    run: driftingRun(),
    finds: [{ at: 4, began: 4, severity: 'medium', type: 'off_goal' }],
  },
  {
    name: 'finds it where only what is new is recorded of each input',
    run: conversation(drifting, false).end(),
    end: null,
    finds: [{ at: 4 }],
  },
  {
    name: 'finds it in other languages',
    run: conversation([
      { text: 'Zuerst suche ich die Bestellung A-1042: the brass lamp, the broken shade, the warranty.' },
      { text: 'Die Bestellung nennt the brass lamp; jetzt the warranty for the broken glass and the refund.' },
      { text: 'Messing wurde im Mittelalter von flämischen Gießereien für Glocken und Kanonen verarbeitet.' },
      {
        text: 'Flandrische Zünfte bildeten Lehrlinge sieben Jahre lang aus, deren Meisterstücke Kathedralen schmücken.',
      },
      { text: 'Gotische Baumeister stützten Gewölbe durch Strebewerke, welche Mathematiker bewunderten.' },
    ]).end(),
    finds: [{ at: 4 }],
  },
  {
    name: 'keeps one finding while the agent stays away',
    run: conversation([...drifting, ...spoken(OFF_GOAL[3] ?? '')]).end(),
    finds: [{ at: 4 }],
  },
  {
    name: 'finds nothing while the agent is at its work',
    run: conversation(spoken(...ON_GOAL, ...ON_GOAL)).end(),
    finds: [],
  },
  {
    name: 'lets an agent digress for two steps',
    run: conversation(spoken(...ON_GOAL.slice(0, 2), ...OFF_GOAL.slice(0, 2), ...ON_GOAL)).end(),
    finds: [],
  },
  {
    name: 'lets the user change the subject',
    run: conversation([
      { text: ON_GOAL[0] ?? '' },
      {
        text: ON_GOAL[1] ?? '',
        heard: 'user: By the way, what do you know about the history of brass foundries in Flanders?',
      },
      ...spoken(...OFF_GOAL),
    ]).end(),
    finds: [],
  },
  {
    name: 'lets an agent work in words of its own with what the user gave',
    run: conversation([
      { text: ON_GOAL[0] ?? '', heard: 'user: The parcel is PK77410.' },
      ...spoken(ON_GOAL[1] ?? '', 'Courier pickup scheduled for PK77410, Monday morning.'),
      ...spoken('Uploading photograph: attachment belongs beside PK77410.'),
      ...spoken('Supervisor signature requested, paperwork PK77410 archived afterwards.'),
    ]).end(),
    finds: [],
  },
  {
    name: 'lets an agent work with an identifier that it found',
    run: conversation([
      { text: ON_GOAL[0] ?? '', heard: '{"shipment": "TRK8841902", "weight_g": 1840, "fee": 495}' },
      ...spoken(ON_GOAL[1] ?? '', 'Courier answers: TRK8841902 passed customs Tuesday evening.'),
      ...spoken('Insurance premium, TRK8841902, deductible subtracted.', 'Surcharge 1840 grams, tariff 495 cents.'),
    ]).end(),
    finds: [],
  },
  {
    name: 'finds a change in words with identifiers and numbers of their own',
    run: conversation([
      ...spoken(...ON_GOAL.slice(0, 2)),
      ...spoken(
        'Spacecraft catalogue NGC-70455 lists galaxies observed throughout 1998.',
        'Telescope archive HST-11203 photographed spirals, exposure 420 seconds.',
        'Astronomers estimated redshift 0.0183 beyond Andromeda, survey SDSS-90021.',
      ),
    ]).end(),
    finds: [{ at: 4 }],
  },
  {
    name: 'finds a change after work with an identifier that was found',
    run: conversation([
      { text: ON_GOAL[0] ?? '', heard: '{"shipment": "TRK8841902"}' },
      ...spoken('Courier portal: TRK8841902 passed customs.', ...OFF_GOAL.slice(0, 3)),
    ]).end(),
    finds: [{ at: 4 }],
  },
  {
    name: 'knows an agent by the values of the request where it says little else',
    run: (() => {
      const run = trace();
      const input = [says('user', 'Fahrzeug HH-KX4471: Bitte Getriebe prüfen, Kostenrahmen 1850 Euro.')];
      const step = (text: string, args: object) => run.llm({ input, text, calls: [{ name: 'akte', arguments: args }] });
      step('Akte KX4471.', { fahrzeug: 'KX4471', teil: 'Getriebe' });
      step('Angebot KX4471 unter 1850.', { fahrzeug: 'KX4471', euro: 1850 });
      step('Orchideen brauchen kalkarmes Wasser.', { suche: 'Orchideen umtopfen' });
      step('Rindensubstrat trocknet schneller.', { suche: 'Substrat Luftwurzeln' });
      step('Halbschatten fördert neue Blüten.', { suche: 'Blütenrispe schneiden' });
      return run.end();
    })(),
    finds: [{ at: 2 }],
  },
  {
    name: 'lets work go into what it found',
    run: conversation([
      { text: ON_GOAL[0] ?? '' },
      { text: ON_GOAL[1] ?? '', heard: OFF_GOAL.join(' ') },
      ...spoken(...OFF_GOAL.slice(0, 3)),
    ]).end(),
    finds: [],
  },
  {
    name: 'does not judge an agent whose words never were those of the request',
    run: conversation(spoken(...OFF_GOAL)).end(),
    finds: [],
  },
  {
    name: 'does not judge short steps',
    run: conversation(
      spoken(...ON_GOAL.slice(0, 2), 'Next page.', 'Another page.', 'Scrolling on.', 'One more.'),
    ).end(),
    finds: [],
  },
  {
    name: 'lets an agent leaf through many pages with the same words',
    run: conversation(
      spoken(
        ...ON_GOAL.slice(0, 2),
        ...Array.from({ length: 5 }, () => 'Scrolling onward through subsequent records.'),
      ),
    ).end(),
    finds: [],
  },
  {
    name: 'says nothing where inferences came out of order',
    run: driftingRun(),
    arrival: [2, 3, 0, 1, 4, 5, 6, 7, 8, 9, 10],
    finds: [],
  },
];
