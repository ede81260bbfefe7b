import avro from 'avsc';
import { type AvroRecordSchema, readAvroFiles } from './avro-files.ts';
import type {
  Calibration,
  DeadLetter,
  DeadLetterReplay,
  Finding,
  Incident,
  Outcome,
  Run,
  Session,
  Signal,
  Span,
  SpanRevision,
  StepStats,
} from './generated/records.ts';

export interface RecordTypes {
  Span: Span;
  SpanRevision: SpanRevision;
  Finding: Finding;
  Incident: Incident;
  Run: Run;
  Signal: Signal;
  Session: Session;
  StepStats: StepStats;
  Outcome: Outcome;
  Calibration: Calibration;
  DeadLetter: DeadLetter;
  DeadLetterReplay: DeadLetterReplay;
}

export type RecordName = keyof RecordTypes;

/** A schema that a writer used or uses, known by its fingerprint. */
export interface WriterSchema {
  recordName: RecordName;
  schema: AvroRecordSchema;
  /** First 8 bytes of the MD5 of the schema's canonical form, as hex. */
  fingerprint: string;
  avroType: avro.Type;
}

/** A schema as a writer uses it. */
export function writerSchema(schema: AvroRecordSchema): WriterSchema {
  const avroType = avro.Type.forSchema(schema as avro.Schema);
  return {
    recordName: schema.name as RecordName,
    schema,
    fingerprint: avroType.fingerprint().subarray(0, 8).toString('hex'),
    avroType,
  };
}

const current = new Map<RecordName, WriterSchema>();
const byFingerprint = new Map<string, WriterSchema>();

for (const schema of readAvroFiles('released').values()) {
  const released = writerSchema(schema);
  byFingerprint.set(released.fingerprint, released);
}
for (const schema of readAvroFiles().values()) {
  const writer = writerSchema(schema);
  current.set(writer.recordName, writer);
  byFingerprint.set(writer.fingerprint, writer);
}

/**
 * Takes up a schema that a writer uses and this version does not bring along: its blocks are read from now on, by Avro's
 * rules, as records of the same name. Throws an Error for a record that there is none of, or whose fields cannot be resolved.
 */
export function learnSchema(schema: AvroRecordSchema): WriterSchema {
  const learnt = writerSchema(schema);
  currentSchema(learnt.recordName).avroType.createResolver(learnt.avroType);
  byFingerprint.set(learnt.fingerprint, learnt);
  return learnt;
}

/** The schema that this version of the software writes records of the given name with. */
export function currentSchema(recordName: RecordName): WriterSchema {
  const found = current.get(recordName);
  if (!found) throw new Error(`no Avro schema named ${recordName} in schemas/avro`);
  return found;
}

/** The schema, current or released earlier, with this fingerprint (16 hex digits); undefined if none is known. */
export function schemaByFingerprint(fingerprint: string): WriterSchema | undefined {
  return byFingerprint.get(fingerprint);
}
