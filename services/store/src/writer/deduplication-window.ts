/** As in `non_replicated_deduplication_window` of every table. */
export const DEDUPLICATION_WINDOW_PARTS = 10_000;

/**
 * How much of ClickHouse's memory of tokens has gone by since the oldest insert that is announced and not committed. Counts
 * the inserts of this process and since it announced or took over that one: other processes use up the same window, and
 * what went by before a former owner died is not known here. A batch that spans midnight leaves two parts.
 */
export class DeduplicationWindow {
  readonly #inserts = new Map<string, number>();
  readonly #open = new Map<string, { table: string; at: number }>();

  announced(token: string, table: string): void {
    if (!this.#open.has(token)) this.#open.set(token, { table, at: this.#inserts.get(table) ?? 0 });
  }

  inserted(table: string): void {
    this.#inserts.set(table, (this.#inserts.get(table) ?? 0) + 1);
  }

  settled(token: string): void {
    this.#open.delete(token);
  }

  /** Ratio by table; 1 is the whole window. */
  *useByTable(): Iterable<[table: string, ratio: number]> {
    const oldest = new Map([...this.#inserts.keys()].map((table) => [table, 0]));
    for (const { table, at } of this.#open.values()) {
      const since = (this.#inserts.get(table) ?? 0) - at;
      oldest.set(table, Math.max(oldest.get(table) ?? 0, since));
    }
    for (const [table, parts] of oldest) yield [table, parts / DEDUPLICATION_WINDOW_PARTS];
  }
}
