import type { Admin } from 'kafkajs';
import { decodeIntent, type Intent } from './intent.ts';

/** Where a partition stands. */
export interface Standing {
  /** Committed offset; undefined when none was ever committed */
  offset: number | undefined;
  /** What a former owner announced and perhaps did not finish */
  intent: Intent | undefined;
  /** The metadata could not be read as ours. */
  unreadable?: string;
}

/** The committed offsets of a group and the intents in their metadata, by topic and partition. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topics: string[],
): Promise<Map<string, Standing>> {
  const standings = new Map<string, Standing>();
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics })) {
    for (const { partition, offset, metadata } of partitions) {
      standings.set(partitionId(topic, partition), standing(Number(offset), metadata));
    }
  }
  return standings;
}

export function partitionId(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function standing(offset: number, metadata: string | null): Standing {
  if (offset < 0) return { offset: undefined, intent: undefined };
  try {
    return { offset, intent: decodeIntent(metadata) };
  } catch (error) {
    return { offset, intent: undefined, unreadable: (error as Error).message };
  }
}
