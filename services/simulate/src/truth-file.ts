import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import type { CampaignTruth } from './campaign/campaign-truth.ts';
import type { Truth } from './truth.ts';
import type { TruthOutlet } from './truth-outlet.ts';

/** A file of JSON lines, one for each truth. What stood in it before is gone. */
export class TruthFile implements TruthOutlet {
  readonly #stream: WriteStream;

  private constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** @throws Error of the file system where it cannot be written */
  static async create(path: string): Promise<TruthFile> {
    await mkdir(dirname(path), { recursive: true });
    const stream = createWriteStream(path);
    await new Promise<void>((resolve, reject) => {
      stream.once('open', () => resolve()).once('error', reject);
    });
    return new TruthFile(stream);
  }

  write(truths: readonly (Truth | CampaignTruth)[]): void {
    for (const truth of truths) this.#stream.write(`${JSON.stringify(truth)}\n`);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}
