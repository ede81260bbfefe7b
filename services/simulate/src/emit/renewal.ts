/**
 * Encoded bytes in which values can be replaced by others of the same length, wherever they stand: a message that can be
 * sent again and again as other runs of other conversations, at the price of a copy.
 */
export class Renewable {
  readonly #bytes: Buffer;
  /** For each value, where it stands */
  readonly #places: readonly (readonly number[])[];
  readonly #lengths: readonly number[];

  /** @param values as they stand in the bytes; one that does not is no error, and will be replaced nowhere */
  constructor(bytes: Uint8Array, values: readonly Buffer[]) {
    this.#bytes = Buffer.from(bytes);
    this.#places = values.map((value) => placesOf(this.#bytes, value));
    this.#lengths = values.map(({ length }) => length);
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  /**
   * A copy with other values, given in the order of those that they replace.
   *
   * @throws RangeError for another number of values, or one of another length
   */
  with(values: readonly Buffer[]): Buffer {
    if (values.length !== this.#places.length) {
      throw new RangeError(`${this.#places.length} values are to be replaced, ${values.length} are given`);
    }
    const copy = Buffer.from(this.#bytes);
    for (const [index, value] of values.entries()) {
      if (value.length !== this.#lengths[index]) {
        throw new RangeError(`value ${index} has ${value.length} bytes in place of ${this.#lengths[index]}`);
      }
      for (const place of this.#places[index] as readonly number[]) value.copy(copy, place);
    }
    return copy;
  }
}

function placesOf(bytes: Buffer, value: Buffer): number[] {
  const places: number[] = [];
  if (value.length === 0) return places;
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + value.length)) places.push(at);
  return places;
}
