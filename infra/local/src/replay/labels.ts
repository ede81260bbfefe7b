import { byteLines, recordedBytes } from '@spanwise/otlp-file';
import { z } from 'zod';
import { UsageError } from '../command/usage-error.ts';

/** How a recorded run or conversation really ended. */
export interface Label {
  readonly traceId: string | undefined;
  readonly sessionId: string | undefined;
  readonly failed: boolean;
}

const line = z
  .object({
    trace_id: z.string().optional(),
    session_id: z.string().optional(),
    success: z.union([z.boolean(), z.literal(0), z.literal(1)]),
  })
  .refine((label) => label.trace_id ?? label.session_id, 'neither trace_id nor session_id');

/**
 * Reads outcomes, one JSON object `{session_id?, trace_id?, success}` a line.
 *
 * @throws UsageError that names the first line which is none.
 */
export async function readLabels(file: string): Promise<Label[]> {
  const labels: Label[] = [];
  let number = 0;
  for await (const bytes of byteLines(recordedBytes(file))) {
    number += 1;
    const text = bytes.toString('utf8').trim();
    if (text === '') continue;
    try {
      const label = line.parse(JSON.parse(text));
      labels.push({ traceId: label.trace_id?.toLowerCase(), sessionId: label.session_id, failed: !label.success });
    } catch (error) {
      const why =
        error instanceof z.ZodError
          ? error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; ')
          : (error as Error).message;
      throw new UsageError(
        `${file}, line ${number}: expected {"session_id" or "trace_id", "success": true|false}: ${why}`,
      );
    }
  }
  return labels;
}
