import { changeLatency, searchLatency } from '../distributions.ts';
import { Script } from '../plan/script.ts';
import type { AgentProfile, AgentStep } from '../plan/step.ts';
import type { Random } from '../random.ts';
import { amount, type Scenario, textArgument, toolSpec, wholeNumber } from './scenario.ts';
import { request } from './voices.ts';

const scout: AgentProfile = {
  name: 'flight-scout',
  model: 'gpt-5-mini',
  provider: 'openai',
  system: 'You find flights for a route and a day within a budget. Answer with the best one only.',
  service: 'travel-scouts',
  tools: [
    toolSpec(
      'search_flights',
      'Finds flights.',
      { from: textArgument('city'), to: textArgument('city'), day: textArgument('YYYY-MM-DD') },
      { backend: 'flight-api', downstream: ['fare-engine'] },
    ),
    toolSpec('flight_details', 'Details of a flight.', { flight_id: textArgument('id') }, { backend: 'flight-api' }),
  ],
};

const hotelier: AgentProfile = {
  name: 'hotel-scout',
  model: 'gpt-5-mini',
  provider: 'openai',
  system: 'You find hotels in a city for some nights within a budget. Answer with the best one only.',
  service: 'travel-scouts',
  tools: [
    toolSpec(
      'search_hotels',
      'Finds hotels.',
      { city: textArgument('city'), nights: wholeNumber('nights'), most_eur: amount('EUR a night') },
      { backend: 'hotel-api', fallback: 'hotel_partner_search' },
    ),
    toolSpec('hotel_partner_search', 'Finds hotels of partners.', {
      city: textArgument('city'),
      nights: wholeNumber('nights'),
      most_eur: amount('EUR a night'),
    }),
  ],
};

const planner: AgentProfile = {
  name: 'trip-planner',
  model: 'claude-opus-4-5',
  provider: 'anthropic',
  system: 'You plan trips: state a plan, let the scouts search, book what fits the budget. Never exceed the budget.',
  service: 'trip-planner',
  tools: [
    toolSpec('check_calendar', 'Says whether the traveller is free.', {
      day: textArgument('day'),
      nights: wholeNumber('nights'),
    }),
    toolSpec(
      'book_flight',
      'Books a flight.',
      { flight_id: textArgument('flight'), price_eur: amount('EUR') },
      { backend: 'booking-api', mutates: true },
    ),
    toolSpec(
      'book_hotel',
      'Books a hotel.',
      { hotel_id: textArgument('hotel'), nights: wholeNumber('nights'), total_eur: amount('EUR') },
      { backend: 'booking-api', mutates: true },
    ),
  ],
};

const cities = ['Lisbon', 'Vienna', 'Oslo', 'Naples', 'Kraków', 'Bilbao', 'Tallinn', 'Zürich'];

/** A planner states a plan, sends scouts, mostly at the same time, and books what they found. */
export const tripPlanner: Scenario = {
  name: 'trip-planner',
  tenant: 'globex',
  plan(random, earlier) {
    const [from = '', to = ''] = random.sample(cities, 2);
    const day = `2026-0${random.integer(3, 9)}-${random.integer(10, 28)}`;
    const nights = random.integer(2, 6);
    const budget = random.integer(5, 15) * 100;
    const flight = { id: `FL${random.integer(1_000, 9_999)}`, price: random.integer(80, 320) };
    const hotel = { id: `H-${random.hex(5)}`, perNight: random.integer(45, 60) };
    const total = hotel.perNight * nights;
    const said = request(
      {
        en: `Plan a trip from ${from} to ${to} on ${day} for ${nights} nights. My budget is ${budget} EUR, do not book anything non-refundable.`,
        de: `Plane eine Reise von ${from} nach ${to} am ${day}, ${nights} Nächte. Budget ${budget} EUR, nichts buchen, was nicht erstattbar ist.`,
        es: `Organiza un viaje de ${from} a ${to} el ${day}, ${nights} noches. Presupuesto ${budget} EUR, no reserves nada no reembolsable.`,
        fr: `Organise un voyage de ${from} à ${to} le ${day}, ${nights} nuits. Budget ${budget} EUR, ne réserve rien de non remboursable.`,
      },
      random,
    );
    const flights = flightScout({ from, to, day, flight }, random);
    const hotels = hotelScout({ to, nights, hotel, budget }, random);
    const script = new Script(planner, random).call(
      `Plan: 1. check the calendar for ${day}. 2. flights ${from}–${to} and hotels in ${to}. 3. book within ${budget} EUR.`,
      {
        tool: 'check_calendar',
        arguments: { day, nights },
        result: { day, nights, free: true },
      },
    );
    if (random.chance(0.6)) script.team([flights, hotels]);
    else script.delegate(flights).delegate(hotels);
    script
      .call(`Flight ${flight.id} to ${to} fits the budget: I book it.`, {
        tool: 'book_flight',
        arguments: { flight_id: flight.id, price_eur: flight.price },
        result: { booking_id: `B${random.integer(100_000, 999_999)}`, flight_id: flight.id, refundable: true },
        latency: changeLatency,
        extras: { 'spanwise.idempotency_key': `trip-${random.hex(8)}` },
      })
      .call(`Now the hotel in ${to} for ${nights} nights.`, {
        tool: 'book_hotel',
        arguments: { hotel_id: hotel.id, nights, total_eur: total },
        result: { booking_id: `B${random.integer(100_000, 999_999)}`, hotel_id: hotel.id, refundable: true },
        latency: changeLatency,
        extras: { 'spanwise.idempotency_key': `trip-${random.hex(8)}` },
      });
    const answer = `Your trip to ${to} on ${day}: flight ${flight.id} (${flight.price} EUR) and hotel ${hotel.id} for ${nights} nights (${total} EUR), both refundable, within ${budget} EUR.`;
    return {
      scenario: 'trip-planner',
      root: script.answer(said, answer, earlier),
      clockOffsetsUs: new Map(),
      taken: new Set(),
    };
  },
};

function flightScout(
  { from, to, day, flight }: { from: string; to: string; day: string; flight: { id: string; price: number } },
  random: Random,
): AgentStep {
  const others = Array.from({ length: random.integer(1, 3) }, () => ({
    flight_id: `FL${random.integer(1_000, 9_999)}`,
    price_eur: flight.price + random.integer(10, 90),
  }));
  return new Script(scout, random)
    .call(`I search flights from ${from} to ${to} on ${day}.`, {
      tool: 'search_flights',
      arguments: { from, to, day },
      result: { flights: [{ flight_id: flight.id, price_eur: flight.price }, ...others] },
      latency: searchLatency,
    })
    .call(`I look at ${flight.id}, the cheapest.`, {
      tool: 'flight_details',
      arguments: { flight_id: flight.id },
      result: { flight_id: flight.id, price_eur: flight.price, refundable: true, stops: random.integer(0, 1) },
    })
    .answer(
      `Find a refundable flight ${from}–${to} on ${day}.`,
      `Flight ${flight.id} from ${from} to ${to} on ${day} costs ${flight.price} EUR and is refundable.`,
    );
}

function hotelScout(
  {
    to,
    nights,
    hotel,
    budget,
  }: { to: string; nights: number; hotel: { id: string; perNight: number }; budget: number },
  random: Random,
): AgentStep {
  return new Script(hotelier, random)
    .call(`I search hotels in ${to}.`, {
      tool: 'search_hotels',
      arguments: { city: to, nights, most_eur: Math.floor(budget / 5) },
      result: { hotels: [{ hotel_id: hotel.id, city: to, eur_a_night: hotel.perNight, refundable: true }] },
      latency: searchLatency,
    })
    .answer(
      `Find a refundable hotel in ${to} for ${nights} nights below ${Math.floor(budget / 5)} EUR a night.`,
      `Hotel ${hotel.id} in ${to} costs ${hotel.perNight} EUR a night for ${nights} nights and is refundable.`,
    );
}
