import { parseDuration } from '@spanwise/runtime';
import { currentSchema, type DeadLetterReason } from '@spanwise/schemas';
import { parseArguments, parseCount } from '../command/arguments.ts';
import { UsageError } from '../command/usage-error.ts';
import { isEmpty, type LetterFilter } from './letter-filter.ts';

/** The closed list of the schema. */
const reasons: readonly DeadLetterReason[] = currentSchema('DeadLetter').schema.fields.flatMap(({ name, type }) =>
  name === 'reason' ? (type as { symbols: DeadLetterReason[] }).symbols : [],
);

export const deadLettersUsage = `Shows what could not be processed, and sends it once more when the cause is mended.

  npm run dead-letters -- list                    counts, and the letters one by one, the latest last
  npm run dead-letters -- show LETTER…            all that is known of a letter, its bytes as records
  npm run dead-letters -- replay [LETTER…]        send the original bytes back to the topic they came from

Which letters (all of these together):
  LETTER             partition/offset, or partition/offset/index, as list prints them
  --topic NAME       topic in which the record stood (spans, signals, otlp_spans, …)
  --service NAME     service that buried it (ingest, detect, correlate, store)
  --reason REASON    ${reasons.join(', ')}
  --since TIME       from then on: a time such as 2026-01-31T12:00Z, or so long ago: 90m, 24h
  --until TIME       before then

replay:
  --all              every letter, where nothing else says which
  --dry-run          say what would be sent, send nothing
  --again            also what was replayed before
  --force            also what this version cannot read: it would die again

list:
  --limit N          letters shown (default 50)
  --json             one JSON object a line, bytes in base64

Which Kafka:
  --data-dir DIR     of the running pipeline (default: the running demo, else a running replay,
                     else SPANWISE_KAFKA_BROKERS and SPANWISE_TOPIC_PREFIX)
  --help
`;

export interface DeadLettersCommand {
  readonly verb: 'list' | 'show' | 'replay';
  readonly filter: LetterFilter;
  readonly dryRun: boolean;
  readonly again: boolean;
  readonly force: boolean;
  readonly limit: number;
  readonly json: boolean;
  readonly dataDir: string | undefined;
}

/**
 * @param nowMs what `--since 2h` counts from
 * @throws UsageError that names the argument which cannot be.
 */
export function parseDeadLettersCommand(args: readonly string[], nowMs: number): DeadLettersCommand | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [verb, ...ids] = positionals;
  if (verb !== 'list' && verb !== 'show' && verb !== 'replay') {
    throw new UsageError(
      `Say list, show or replay${verb === undefined ? '' : `, not '${verb}'`} (--help explains them).`,
    );
  }
  const wrong = ids.find((id) => !/^\d+\/\d+(?:\/\d+)?$/.test(id));
  if (wrong !== undefined) throw new UsageError(`A letter is named as list prints it, such as 0/17/0, not '${wrong}'.`);
  const filter = {
    ids,
    topic: values.topic,
    service: values.service,
    reason: reasonOf(values.reason),
    since: timeOf('--since', values.since, nowMs),
    until: timeOf('--until', values.until, nowMs),
  };
  if (verb === 'show' && ids.length === 0) throw new UsageError('Name the letters to show, as list prints them.');
  if (verb === 'replay' && isEmpty(filter) && !values.all) {
    throw new UsageError(
      'Say which letters to replay (--topic, --reason, --since, …), or --all (--dry-run shows what it would do).',
    );
  }
  const limit = parseCount('--limit', values.limit);
  const { again, force, json } = values;
  return { verb, filter, dryRun: values['dry-run'], again, force, limit, json, dataDir: values['data-dir'] };
}

function reasonOf(given: string | undefined): DeadLetterReason | undefined {
  const reason = reasons.find((known) => known === given);
  if (given !== undefined && !reason)
    throw new UsageError(`--reason takes one of ${reasons.join(', ')}, not '${given}'.`);
  return reason;
}

/** Microseconds since the epoch. */
function timeOf(option: string, given: string | undefined, nowMs: number): number | undefined {
  if (given === undefined) return undefined;
  const ago = parseDuration(given);
  const ms = ago === undefined ? Date.parse(given) : nowMs - ago;
  if (Number.isNaN(ms)) {
    throw new UsageError(
      `${option} takes a time such as 2026-01-31T12:00Z, or a duration such as 90m, not '${given}'.`,
    );
  }
  return ms * 1_000;
}

function parse(args: readonly string[]) {
  return parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      topic: { type: 'string' },
      service: { type: 'string' },
      reason: { type: 'string' },
      since: { type: 'string' },
      until: { type: 'string' },
      all: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      limit: { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
