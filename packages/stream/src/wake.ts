/** Lets one loop sleep until something happens or a time has passed. */
export class Wake {
  #resolve: (() => void) | undefined;
  #pending = false;

  /** Ends the present or the next sleep at once. */
  signal(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  async sleep(ms: number): Promise<void> {
    if (!this.#pending && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resolve = undefined;
    this.#pending = false;
  }
}
