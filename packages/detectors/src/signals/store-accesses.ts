import type { Span, StoreAccess } from '@spanwise/schemas';
import type { RunView } from '../detector/run-view.ts';
import { isFailure, type Step } from '../detector/step.ts';
import { hash64 } from '../identity-hash.ts';
import { fieldName } from '../reading/field-names.ts';
import { isJsonObject, type JsonObject, jsonPayload } from '../reading/json-payload.ts';
import { leavesOf } from '../reading/leaves.ts';
import { wasCut } from '../reading/messages.ts';
import { nameWords } from '../reading/name-words.ts';
import { ownAttributes } from '../reading/own-attributes.ts';
import { storeOperationOf } from '../reading/store-tools.ts';
import { readsMemory } from './fact-roles.ts';
import { isMoment, whereOf } from './moments.ts';
import type { SignalDraft, SignalSource } from './signal-source.ts';

type Kept = { spanId: string; store: string; record: string } & Pick<
  StoreAccess,
  'operation' | 'version' | 'baseVersion' | 'fields' | 'isWhole'
>;

interface State {
  kept: Kept[];
  sent: number;
}

const MOST_SENT = 256;
const MOST_FIELDS = 32;

/** Reads and writes of records in shared stores, for those who judge each record across runs. */
export const storeAccesses: SignalSource<State> = {
  name: 'store_accesses',
  initialState: () => ({ kept: [], sent: 0 }),
  onSpan(step, span, run, state, send) {
    const access = state.sent + state.kept.length < MOST_SENT ? accessOf(step, span) : undefined;
    if (access) state.kept.push(access);
    if (!isMoment(step, run, state.kept.length)) return access !== undefined;
    flush(run, state, send);
    return true;
  },
  onRunEnd(_, __, run, state, send) {
    if (state.kept.length === 0) return false;
    flush(run, state, send);
    return true;
  },
};

const RECORD = /^(?:key|record|record_id|record_key|note_id|document_id|doc_id|name|path|title|id)$/;
const STORE_NAME = /^(?:store|store_id|namespace|collection|bucket|memory|table|space)$/;
const BASE =
  /^(?:base_version|expected_version|if_version|if_match|based_on|base_revision|expected_revision|previous_version|prev_version|parent_version)$/;
const VERSION = /^(?:version|revision|etag|rev)$/;
const CONTENT = /^(?:content|contents|value|data|body|text|fields|patch|document|record|note|state|entry)$/;

const fieldIn = (object: unknown, wanted: RegExp): unknown => {
  if (!isJsonObject(object)) return undefined;
  const key = Object.keys(object).find((each) => wanted.test(fieldName(each)) && !isJsonObject(object[each]));
  return key === undefined ? undefined : object[key];
};

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim().slice(0, 64) : '';

/** The call reads or writes one record of a store, as far as it says so. */
function accessOf(step: Step, span: Span): Kept | undefined {
  if (isFailure(step)) return undefined;
  const own = ownAttributes(span);
  const args = jsonPayload(span.toolArguments);
  const result = jsonPayload(span.toolResult);
  const stated = textOf(own?.['context.store']);
  const isMemory = step.kind === 'memory' || span.memoryStore !== '' || stated !== '';
  const words = nameWords(step.tool);
  const operation = step.kind === 'tool' ? storeOperationOf(step.tool) : '';
  if (!isMemory && operation === '') return undefined;
  const store = span.memoryStore || stated || textOf(fieldIn(args, STORE_NAME)) || words.slice(1).join('_');
  const record = span.memoryRecord || textOf(own?.['context.record']) || textOf(fieldIn(args, RECORD));
  // Which version of what, nobody can tell.
  if (record === '' || store === '') return undefined;
  const base = textOf(own?.['context.base_version']) || textOf(fieldIn(args, BASE));
  const isRead = operation === '' ? base === '' && readsMemory(step) : operation === 'read';
  const payload = isRead ? result : args;
  const { fields, isWhole } = contentOf(payload, wasCut(span, isRead ? 'toolResult' : 'toolArguments'));
  const version =
    textOf(own?.['context.version']) ||
    textOf(fieldIn(result, VERSION)) ||
    (isRead ? '' : textOf(fieldIn(args, VERSION)));
  return {
    ...{ spanId: step.spanId, store, record, operation: isRead ? 'read' : 'write' },
    ...{ version, baseVersion: isRead ? '' : base, fields, isWhole },
  };
}

/** The fields of a record, without those that only say which it is. */
function contentOf(payload: unknown, isCut: boolean): Pick<StoreAccess, 'fields' | 'isWhole'> {
  if (!isJsonObject(payload)) return { fields: [], isWhole: false };
  const key = Object.keys(payload).find((each) => CONTENT.test(fieldName(each)) && isJsonObject(payload[each]));
  const inner = key === undefined ? payload : (payload[key] as JsonObject);
  const read = leavesOf(inner);
  const fields = read.leaves.flatMap(({ path, value }) => {
    const name = fieldName(path.split('.')[0] ?? '');
    if (inner === payload && (RECORD.test(name) || STORE_NAME.test(name) || BASE.test(name) || VERSION.test(name)))
      return [];
    return [{ name: path.slice(0, 64), digest: hash64(String(value).trim().toLowerCase()).slice(0, 8) }];
  });
  return {
    fields: fields.slice(0, MOST_FIELDS),
    isWhole: !isCut && !read.isCut && fields.length <= MOST_FIELDS && fields.length > 0,
  };
}

function flush(run: RunView, state: State, send: (signal: SignalDraft) => void): void {
  const byRecord = Map.groupBy(state.kept, ({ store, record }) => `${store}/${record}`);
  state.sent += state.kept.length;
  state.kept = [];
  for (const [key, kept] of byRecord) {
    const [{ store = '', record = '' } = {}] = kept;
    let release = '';
    const accesses = kept.flatMap(({ spanId, store: _, record: __, ...access }): StoreAccess[] => {
      const step = run.stepOf(spanId);
      if (!step) return [];
      release ||= run.releaseOf(step);
      const asked = run.requesterOf(step);
      return [
        {
          ...access,
          agent: run.agentOf(step),
          step: run.pointOf(step),
          tool: step.tool,
          spanId,
          causeSpanId: asked && run.endOf(asked) <= run.startOf(step) + 1_000 ? asked.spanId : spanId,
          startTime: run.startOf(step),
          endTime: run.endOf(step),
          receivedTime: step.receivedTime,
        },
      ];
    });
    accesses.sort((a, b) => a.startTime - b.startTime);
    if (accesses.length > 0)
      send({ keyKind: 'store', key, body: { accesses: { ...whereOf(run, release), store, record, accesses } } });
  }
}
