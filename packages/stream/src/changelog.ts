/**
 * What lies in a changelog partition. Each message is
 *
 * ```
 * offset 0   uint8   0x53
 *        1   uint8   format, 2 (1 is read too)
 *        2   uint8   kind of message
 *        3   uint8   0
 *        4   uint32  state version of the topology that wrote it
 *        8   …       sentinel: its id; changes and snapshot parts: entries back to back; else nothing
 * ```
 * and an entry is: uint8 operation; the key, then slot or timer name, each as uint32 length and UTF-8; for a slot its JSON
 * (a piece of it where it is long: the pieces follow each other), for a timer a float64, ms of log time. Big-endian.
 * New in format 2: the length 0xffffffff says that the key is that of the entry before; and there is the operation that
 * deletes all slots of a key, whose name is empty.
 */
import type { SlotChange } from './slot-store.ts';
import type { TimerChange } from './timer-table.ts';

const MAGIC = 0x53;
const FORMAT = 2;
const OLDEST_FORMAT = 1;
const HEADER_BYTES = 8;

export const MESSAGE_KINDS = ['sentinel', 'changes', 'snapshot-begin', 'snapshot-part', 'snapshot-end'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

const PUT_SLOT = 1;
const PUT_SLOT_PIECE = 2;
const DELETE_SLOT = 3;
const SET_TIMER = 4;
const CANCEL_TIMER = 5;
const DELETE_KEY = 6;

const SAME_KEY = 0xffffffff;

/** Most bytes of one message, so that a changelog batch stays below Kafka's default limit of 1 MiB. */
export const CHANGELOG_MESSAGE_BYTES = 256 * 1024;
const PIECE_BYTES = CHANGELOG_MESSAGE_BYTES / 2;
/** Most UTF-16 units of a key and the name of its slot or timer: at three bytes each they fit into a message with a piece. */
export const LONGEST_ENTRY_NAME = 32 * 1024;

/** Throws a RangeError where no message could carry an entry of this key and name. */
export function checkEntryName(key: string, name: string): void {
  const length = key.length + name.length;
  if (length <= LONGEST_ENTRY_NAME) return;
  throw new RangeError(
    `key and name of ${length} characters, at most ${LONGEST_ENTRY_NAME} can be kept: ${key.slice(0, 80)}…/${name.slice(0, 80)}`,
  );
}

/** A message without entries: a sentinel, or the begin or end of a snapshot. */
export function encodeMark(kind: MessageKind, stateVersion: number, id = ''): Buffer {
  const message = Buffer.alloc(HEADER_BYTES + Buffer.byteLength(id));
  writeHeader(message, kind, stateVersion);
  message.write(id, HEADER_BYTES);
  return message;
}

function writeHeader(message: Buffer, kind: MessageKind, stateVersion: number): void {
  message.writeUInt32BE((MAGIC << 24) | (FORMAT << 16) | (MESSAGE_KINDS.indexOf(kind) << 8), 0);
  message.writeUInt32BE(stateVersion, 4);
}

/** Packs entries into messages. */
export class ChangelogEncoder {
  readonly #kind: MessageKind;
  readonly #stateVersion: number;
  readonly #messages: Buffer[] = [];
  #buffer = Buffer.allocUnsafe(16 * 1024);
  #end = HEADER_BYTES;
  #bytes = 0;
  #lastKey: string | undefined;

  constructor(kind: 'changes' | 'snapshot-part', stateVersion: number) {
    this.#kind = kind;
    this.#stateVersion = stateVersion;
  }

  /** Bytes of entries so far. */
  get byteLength(): number {
    return this.#bytes + this.#end - HEADER_BYTES;
  }

  slot({ key, slot, json }: SlotChange): void {
    if (json === undefined) {
      this.#begin(slot === undefined ? DELETE_KEY : DELETE_SLOT, key, slot ?? '', 0);
      return;
    }
    // a UTF-16 unit is at most three bytes of UTF-8
    if (json.length * 3 <= PIECE_BYTES) {
      this.#begin(PUT_SLOT, key, slot, 4 + json.length * 3);
      this.#text(json);
      return;
    }
    const bytes = Buffer.from(json);
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      const last = start + PIECE_BYTES >= bytes.length;
      this.#begin(last ? PUT_SLOT : PUT_SLOT_PIECE, key, slot, 4 + piece.length);
      this.#end = this.#buffer.writeUInt32BE(piece.length, this.#end);
      this.#end += piece.copy(this.#buffer, this.#end);
    }
  }

  timer({ key, name, at }: TimerChange): void {
    this.#begin(at === undefined ? CANCEL_TIMER : SET_TIMER, key, name, 8);
    if (at !== undefined) this.#end = this.#buffer.writeDoubleBE(at, this.#end);
  }

  /** The messages; the encoder is empty again. */
  finish(): Buffer[] {
    this.#endMessage();
    this.#bytes = 0;
    return this.#messages.splice(0);
  }

  #begin(operation: number, key: string, name: string, more: number): void {
    const room = 9 + 3 * (key.length + name.length) + more;
    if (this.#end > HEADER_BYTES && this.#end + room > CHANGELOG_MESSAGE_BYTES) this.#endMessage();
    if (this.#end + room > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#end + room));
      this.#buffer.copy(grown, 0, 0, this.#end);
      this.#buffer = grown;
    }
    this.#buffer[this.#end++] = operation;
    if (key === this.#lastKey) this.#end = this.#buffer.writeUInt32BE(SAME_KEY, this.#end);
    else this.#text(key);
    this.#lastKey = key;
    this.#text(name);
  }

  #text(text: string): void {
    const length = this.#buffer.write(text, this.#end + 4);
    this.#buffer.writeUInt32BE(length, this.#end);
    this.#end += 4 + length;
  }

  #endMessage(): void {
    if (this.#end === HEADER_BYTES) return;
    const message = Buffer.from(this.#buffer.subarray(0, this.#end));
    writeHeader(message, this.#kind, this.#stateVersion);
    this.#messages.push(message);
    this.#bytes += this.#end - HEADER_BYTES;
    this.#end = HEADER_BYTES;
    this.#lastKey = undefined;
  }
}

export interface ChangelogHeader {
  kind: MessageKind;
  stateVersion: number;
}

/** Throws when the message is none of ours. */
export function readChangelogHeader(message: Buffer): ChangelogHeader {
  const format = message[1] as number;
  if (message.length < HEADER_BYTES || message[0] !== MAGIC || format < OLDEST_FORMAT || format > FORMAT) {
    const formats = `${OLDEST_FORMAT} to ${FORMAT}`;
    throw new Error(`not a changelog message of format ${formats}: ${message.toString('hex', 0, HEADER_BYTES)}`);
  }
  const kind = MESSAGE_KINDS[message[2] as number];
  if (!kind) throw new Error(`changelog message of unknown kind ${message[2]}`);
  return { kind, stateVersion: message.readUInt32BE(4) };
}

export interface ChangelogVisitor {
  slot(change: SlotChange): void;
  timer(change: TimerChange): void;
}

/** Reads the messages of one changelog partition in order; it remembers the pieces of a long value between them. */
export class ChangelogDecoder {
  #pieces: Buffer[] = [];

  /** Shows the entries of a message to the visitor. Throws when it is none of ours. */
  read(message: Buffer, visitor: ChangelogVisitor): void {
    const { kind } = readChangelogHeader(message);
    if (kind === 'changes' || kind === 'snapshot-part') this.#readEntries(message, visitor);
  }

  #readEntries(message: Buffer, visitor: ChangelogVisitor): void {
    let position = HEADER_BYTES;
    let key = '';
    const bytes = (): Buffer => {
      const start = position + 4;
      position = start + message.readUInt32BE(position);
      if (position > message.length) throw new Error('changelog message is cut off');
      return message.subarray(start, position);
    };
    while (position < message.length) {
      const operation = message[position++];
      if (message.readUInt32BE(position) === SAME_KEY) position += 4;
      else key = bytes().toString();
      const name = bytes().toString();
      switch (operation) {
        case PUT_SLOT_PIECE:
          this.#pieces.push(Buffer.from(bytes()));
          break;
        case PUT_SLOT: {
          const last = bytes();
          const json = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
          this.#pieces = [];
          visitor.slot({ key, slot: name, json: json.toString() });
          break;
        }
        case DELETE_SLOT:
          visitor.slot({ key, slot: name, json: undefined });
          break;
        case DELETE_KEY:
          visitor.slot({ key, slot: undefined, json: undefined });
          break;
        case SET_TIMER:
          visitor.timer({ key, name, at: message.readDoubleBE(position) });
          position += 8;
          break;
        case CANCEL_TIMER:
          visitor.timer({ key, name, at: undefined });
          break;
        default:
          throw new Error(`changelog entry of unknown operation ${operation}`);
      }
    }
  }
}
