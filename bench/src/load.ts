import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Renewable } from '@spanwise/simulate';

/** An encoded OTLP request that can be sent again and again as other runs of other conversations. */
export interface RequestTemplate {
  body: Renewable;
  spans: number;
  runs: number;
  sessions: number;
  ids: readonly Id[];
}

/** Bytes of a trace id, or the hexadecimal text of a conversation id. */
interface Id {
  form: 'bytes' | 'hex';
  length: number;
}

/** What a request holds, beside its bytes. */
export interface RequestContent {
  spans: number;
  sessions: number;
  /** 32 hexadecimal digits each */
  traceIds: Iterable<string>;
  /** Hexadecimal digits, or they stay as they are */
  conversationIds: Iterable<string>;
}

/** Finds the places of the ids, so that copies can carry new ones: distinct spans at the price of a copy. */
export function templateOf(body: Uint8Array, content: RequestContent): RequestTemplate {
  const traces = [...content.traceIds].map((id) => Buffer.from(id, 'hex'));
  const conversations = [...content.conversationIds].map((id) => Buffer.from(id));
  return {
    body: new Renewable(body, [...traces, ...conversations]),
    spans: content.spans,
    sessions: content.sessions,
    runs: traces.length,
    ids: [
      ...traces.map(({ length }) => ({ form: 'bytes' as const, length })),
      ...conversations.map(({ length }) => ({ form: 'hex' as const, length })),
    ],
  };
}

/** The request with new ids: one new id for all places of an old one. */
export function renewed({ body, ids }: RequestTemplate): Buffer {
  return body.with(
    ids.map(({ form, length }) =>
      form === 'bytes' ? randomBytes(length) : Buffer.from(randomBytes(length).toString('hex').slice(0, length)),
    ),
  );
}

export interface LoadOptions {
  /** Base URL of OTLP/HTTP */
  url: string;
  /** At least so many spans are sent. */
  spans: number;
  /** Requests under way at a time. */
  concurrency: number;
  onProgress?: (sent: number) => void;
}

/** What was acknowledged. */
export interface Sent {
  spans: number;
  runs: number;
  sessions: number;
}

/** Sends the templates round and round, as fast as they are acknowledged. Resolves with what was acknowledged. */
export async function sendLoad(templates: readonly RequestTemplate[], options: LoadOptions): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  const sent = { spans: 0, runs: 0, sessions: 0 };
  let begun = 0;
  let next = 0;
  let told = 0;
  const lane = async () => {
    while (begun < options.spans) {
      const template = templates[next++ % templates.length] as RequestTemplate;
      begun += template.spans;
      await sendOne(`${options.url}/v1/traces`, renewed(template), agent);
      sent.spans += template.spans;
      sent.runs += template.runs;
      sent.sessions += template.sessions;
      if (sent.spans - told < options.spans / 20) continue;
      told = sent.spans;
      options.onProgress?.(sent.spans);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, lane));
  } finally {
    agent.destroy();
  }
  return sent;
}

/** Sends until it is acknowledged; 429 and 503 say how long to wait. */
async function sendOne(url: string, body: Buffer, agent: Agent): Promise<void> {
  for (;;) {
    const { status, retryAfterMs } = await post(url, body, agent);
    if (status === 200) return;
    if (status !== 429 && status !== 503) throw new Error(`ingest answered ${status}`);
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
  }
}

function post(url: string, body: Buffer, agent: Agent): Promise<{ status: number; retryAfterMs: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        const retryAfterMs = Number(response.headers['retry-after'] ?? 1) * 1000;
        resolve({ status: response.statusCode ?? 0, retryAfterMs });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
