import { createHash } from 'node:crypto';
import type { Outcome } from '@spanwise/schemas';

/** Outcomes of one request at most. */
export const MOST_OUTCOMES = 1_000;
const LONGEST_ID = 256;
const LONGEST_SOURCE = 128;
const LONGEST_REASON = 1_024;
const FIELDS = ['outcomeId', 'sessionId', 'traceId', 'success', 'score', 'source', 'reason', 'time'];

/** What was sent is no list of outcomes, and why, for a person. */
export class OutcomeError extends Error {
  override name = 'OutcomeError';
}

/**
 * Outcomes as JSON: one object or an array of them. An outcome without an id gets the digest of what it says, so that the same told twice
 * counts once; one without a time, or with one that lies ahead, was said when it was received. All or none are taken.
 *
 * @param receivedTimeUs microseconds since the epoch
 * @throws OutcomeError that names the outcome and the field
 */
export function readOutcomes(body: Uint8Array, tenant: string, receivedTimeUs: number): Outcome[] {
  const parsed = parse(Buffer.from(body).toString('utf8'));
  const list = Array.isArray(parsed) ? parsed : [parsed];
  if (list.length > MOST_OUTCOMES)
    throw new OutcomeError(`${list.length} outcomes: send at most ${MOST_OUTCOMES} at once`);
  return list.map((each, i) => {
    try {
      return outcomeOf(each, tenant, receivedTimeUs);
    } catch (error) {
      if (!(error instanceof OutcomeError) || !Array.isArray(parsed)) throw error;
      throw new OutcomeError(`outcome ${i}: ${error.message}`);
    }
  });
}

function parse(text: string): unknown {
  if (text.trim() === '') throw new OutcomeError('the body is empty: send one outcome, or an array of them, as JSON');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OutcomeError(`the body is no JSON: ${(error as Error).message}`);
  }
}

function outcomeOf(given: unknown, tenant: string, receivedTime: number): Outcome {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new OutcomeError('an outcome is an object {sessionId or traceId, success or score, source}');
  }
  const fields = given as Record<string, unknown>;
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw new OutcomeError(`there is no field ${JSON.stringify(unknown.slice(0, 64))}: ${FIELDS.join(', ')} are known`);
  }
  const sessionId = textIn(fields, 'sessionId', LONGEST_ID);
  const traceId = textIn(fields, 'traceId', LONGEST_ID).toLowerCase();
  if (sessionId === '' && traceId === '') throw new OutcomeError('sessionId or traceId must say what it is about');
  if (traceId !== '' && !/^(?!0{32})[0-9a-f]{32}$/.test(traceId)) {
    throw new OutcomeError('traceId must be 32 hex digits, not all of them 0');
  }
  const score = scoreIn(fields);
  const source = textIn(fields, 'source', LONGEST_SOURCE);
  if (source === '') throw new OutcomeError('source must say who says so, such as "user" or the name of a test');
  const reason = textIn(fields, 'reason', Number.POSITIVE_INFINITY).slice(0, LONGEST_REASON).toWellFormed();
  const said = { sessionId, traceId, isSuccess: score >= 0.5, score, source, reason };
  return {
    tenant,
    outcomeId: textIn(fields, 'outcomeId', LONGEST_ID) || digestOf([...Object.values(said), fields.time ?? null]),
    ...said,
    time: Math.min(receivedTime, timeIn(fields) ?? receivedTime),
    receivedTime,
  };
}

function textIn(fields: Record<string, unknown>, name: string, longest: number): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw new OutcomeError(`${name} must be a text`);
  if (value.length > longest) throw new OutcomeError(`${name} must have at most ${longest} characters`);
  return value;
}

function scoreIn({ success, score }: Record<string, unknown>): number {
  if ((success ?? null) !== null && (score ?? null) !== null) {
    throw new OutcomeError('success and score say the same: give one of them');
  }
  if (typeof success === 'boolean') return success ? 1 : 0;
  if ((success ?? null) !== null) throw new OutcomeError('success must be true or false');
  if (typeof score === 'number' && score >= 0 && score <= 1) return score;
  throw new OutcomeError(
    (score ?? null) === null
      ? 'success (true or false) or score (0 to 1) must be given'
      : 'score must be a number from 0 to 1',
  );
}

/** Microseconds; undefined where none is given. */
function timeIn({ time }: Record<string, unknown>): number | undefined {
  if ((time ?? null) === null) return undefined;
  const ms = typeof time === 'string' ? Date.parse(time) : time;
  if (typeof ms === 'number' && ms >= Date.UTC(2000, 0) && ms <= Date.UTC(2100, 0)) return Math.round(ms) * 1_000;
  throw new OutcomeError('time must be ISO 8601, as 2026-01-05T06:00:00Z, or milliseconds since 1970');
}

const digestOf = (said: unknown): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32);
