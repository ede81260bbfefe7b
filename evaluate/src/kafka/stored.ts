import { rowsOf, untilSettled } from '@spanwise/local';
import type { Finding, Session } from '@spanwise/schemas';

type Tables = Parameters<typeof rowsOf>[0];

/** What the tables have to show in the end. */
export interface Expected {
  /** Distinct spans */
  readonly spans: number;
  /** Every revision */
  readonly findings: readonly Finding[];
  /** Every revision */
  readonly sessions: readonly Session[];
}

const QUIET_MS = 1_000;
const PATIENCE_MS = 60_000;
const EVERY_MS = 500;

/** Waits until the tables show what was sent and concluded; what they do not show in the end, in words. */
export async function problemsOfTables(tables: Tables, expected: Expected, signal?: AbortSignal): Promise<string[]> {
  const wanted = wantedRows(expected);
  const { seen } = await untilSettled({
    look: () => shownRows(tables),
    missing: (shown) => differences(wanted, shown).join('; '),
    fingerprint: ({ spans, findings, sessions }) => `${spans} ${findings.size} ${sessions.size}`,
    ...{ quietMs: QUIET_MS, patienceMs: PATIENCE_MS, everyMs: EVERY_MS },
    ...(signal ? { signal } : {}),
  });
  return differences(wanted, seen);
}

interface Rows {
  readonly spans: number;
  /** `id revision` of each */
  readonly findings: ReadonlySet<string>;
  /** `tenant id` of each */
  readonly sessions: ReadonlySet<string>;
}

function wantedRows({ spans, findings, sessions }: Expected): Rows {
  const last = new Map(findings.map((finding) => [finding.findingId, finding]));
  const standing = [...last.values()].filter(({ withdrawn }) => !withdrawn);
  return {
    spans,
    findings: new Set(standing.map(({ findingId, revision }) => `${findingId} ${revision}`)),
    sessions: new Set(sessions.map(({ tenant, sessionId }) => `${tenant} ${sessionId}`)),
  };
}

async function shownRows(tables: Tables): Promise<Rows> {
  const [counted] = await rowsOf<{ spans: number }>(tables, 'SELECT count() AS spans FROM spans');
  const findings = await rowsOf<{ id: string }>(
    tables,
    "SELECT concat(finding_id, ' ', toString(revision)) AS id FROM findings",
  );
  const sessions = await rowsOf<{ id: string }>(tables, "SELECT concat(tenant, ' ', session_id) AS id FROM sessions");
  return {
    spans: counted?.spans ?? 0,
    findings: new Set(findings.map(({ id }) => id)),
    sessions: new Set(sessions.map(({ id }) => id)),
  };
}

function differences(wanted: Rows, shown: Rows): string[] {
  const spans = wanted.spans === shown.spans ? [] : [`${shown.spans} spans are stored of ${wanted.spans}`];
  return [
    ...spans,
    ...differenceOf('findings', wanted.findings, shown.findings),
    ...differenceOf('sessions', wanted.sessions, shown.sessions),
  ];
}

function differenceOf(what: string, wanted: ReadonlySet<string>, shown: ReadonlySet<string>): string[] {
  const missing = countOf(wanted, shown);
  const surplus = countOf(shown, wanted);
  return missing + surplus === 0
    ? []
    : [`of ${what} the tables lack ${missing}, and have ${surplus} that were not told`];
}

/** How many of these are not among the others. */
const countOf = (these: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  [...these].filter((each) => !others.has(each)).length;
