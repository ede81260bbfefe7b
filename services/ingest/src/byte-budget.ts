/** Bounds the bytes of requests that are held in memory at one time, from their arrival to Kafka's acknowledgement. */
export class ByteBudget {
  readonly #limit: number;
  readonly #onChange: (inUse: number) => void;
  #inUse = 0;

  constructor(limit: number, onChange: (inUse: number) => void = () => {}) {
    this.#limit = limit;
    this.#onChange = onChange;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** A share of the budget to be released by its holder, whatever happens: `using share = budget.open()`. */
  open(): ByteShare {
    let held = 0;
    const change = (bytes: number): void => {
      held += bytes;
      this.#inUse += bytes;
      this.#onChange(this.#inUse);
    };
    return {
      grow: (bytes) => {
        // one request alone always fits, or a limit below its size would refuse it for ever
        if (this.#inUse > held && this.#inUse + bytes > this.#limit) return false;
        change(bytes);
        return true;
      },
      [Symbol.dispose]: () => change(-held),
    };
  }
}

export interface ByteShare extends Disposable {
  /** False, and nothing taken, when the budget is used up by others. */
  grow(bytes: number): boolean;
}
