import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { OVERLOADED, unavailable } from './accept.ts';
import type { ByteShare } from './byte-budget.ts';
import { bodyErrorAnswer, encodingOf, errorAnswer, type HttpAnswer, jsonAnswer, outcomeAnswer } from './http-answer.ts';
import { BodyError, readBody } from './http-body.ts';
import type { HttpServerOptions } from './http-server.ts';
import type { Encoding } from './metrics.ts';
import { OutcomeError, readOutcomes } from './read-outcomes.ts';
import { NotAcknowledgedError } from './span-writer.ts';

/** What every endpoint asks first: whose it is, in what encoding, within which limits. */
interface Request {
  tenant: string;
  encoding: Encoding;
  body: Buffer;
}

/** POST /v1/traces. */
export async function exportTraces(request: FastifyRequest, options: HttpServerOptions): Promise<HttpAnswer> {
  const receivedTimeUs = Date.now() * 1000;
  using share = options.budget.open();
  const read = await readRequest(request, options, share, ['protobuf', 'json']);
  if ('status' in read) return read;
  const outcome = await options.acceptor.accept({ ...read, transport: 'http', receivedTimeUs });
  return outcomeAnswer(read.encoding, outcome);
}

/** POST /v1/outcomes: how conversations really went. Answered when Kafka has all of them; all or none are taken. */
export async function acceptOutcomes(request: FastifyRequest, options: HttpServerOptions): Promise<HttpAnswer> {
  const receivedTimeUs = Date.now() * 1000;
  using share = options.budget.open();
  const read = await readRequest(request, options, share, ['json']);
  if ('status' in read) return read;
  const { tenant, body } = read;
  const writer = options.outcomeWriter();
  if (!writer) return outcomeAnswer('json', unavailable('Kafka cannot be reached'));
  try {
    const outcomes = readOutcomes(body, tenant, receivedTimeUs);
    // what is kept until Kafka has it is about as large as what came
    if (!share.grow(body.length)) return outcomeAnswer('json', OVERLOADED);
    if (outcomes.length > 0) await writer.write(outcomes);
    options.metrics.outcomes.inc({ tenant: options.metrics.tenants.value(tenant) }, outcomes.length);
    return jsonAnswer({ accepted: outcomes.length, outcomeIds: outcomes.map(({ outcomeId }) => outcomeId) });
  } catch (error) {
    if (error instanceof OutcomeError) return errorAnswer('json', 400, error.message);
    if (error instanceof NotAcknowledgedError) return outcomeAnswer('json', unavailable(error.message));
    throw error;
  }
}

async function readRequest(
  request: FastifyRequest,
  options: HttpServerOptions,
  share: ByteShare,
  encodings: readonly Encoding[],
): Promise<Request | HttpAnswer> {
  const { headers } = request;
  const named = encodingOf(headers['content-type']);
  const encoding = named && encodings.includes(named) ? named : undefined;
  const tenant = options.tenantOf(headers.authorization, singleValue(headers['x-api-key']));
  if (tenant === undefined) {
    return errorAnswer(named, 401, 'an API key is needed, as "Authorization: Bearer KEY" or "x-api-key: KEY"');
  }
  if (!encoding) {
    const types = encodings.map((each) => (each === 'json' ? 'application/json' : 'application/x-protobuf'));
    return errorAnswer(named, 415, `Content-Type must be ${types.join(' or ')}`);
  }
  if (Number(headers['content-length'] ?? 0) > options.maxBodyBytes) {
    return errorAnswer(encoding, 413, `the request is larger than ${options.maxBodyBytes} bytes: send smaller batches`);
  }
  try {
    // without a body, fastify calls no parser
    const stream = (request.body as IncomingMessage | undefined) ?? request.raw;
    const body = await readBody(stream, headers['content-encoding'], options.maxBodyBytes, share);
    return { tenant, encoding, body };
  } catch (error) {
    if (error instanceof BodyError) return bodyErrorAnswer(encoding, error);
    throw error;
  }
}

function singleValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
