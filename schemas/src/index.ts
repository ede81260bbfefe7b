export { type AvroField, type AvroRecordSchema, readAvroFiles } from './avro-files.ts';
export {
  BLOCK_HEADER_BYTES,
  BlockEncoder,
  BlockError,
  type BlockFault,
  type BlockHeader,
  checkBlock,
  decodeBlock,
  decodeBlockLazily,
  encodeAlone,
  encodeBlock,
  encodeTick,
  forgetRead,
  readBlockHeader,
} from './block.ts';
export type * from './generated/records.ts';
export { newRecord } from './new-record.ts';
export {
  currentSchema,
  learnSchema,
  type RecordName,
  type RecordTypes,
  schemaByFingerprint,
  type WriterSchema,
  writerSchema,
} from './record-types.ts';
export { type TopicSpec, topic, topics } from './topics.ts';
