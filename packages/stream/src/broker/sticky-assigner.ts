import { type Assigner, AssignerProtocol, type PartitionAssigner } from 'kafkajs';

export interface StickyMember {
  id: string;
  /** Partitions it had before. */
  owned: readonly number[];
}

/**
 * Spreads partitions evenly (the numbers differ by one at most) and leaves each where it was as far as that allows: what
 * stays need not be restored. A pure function of its arguments, whatever their order.
 */
export function assignSticky(members: readonly StickyMember[], partitions: number): Map<string, number[]> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const assignment = new Map<string, number[]>(sorted.map(({ id }) => [id, []]));
  if (sorted.length === 0) return assignment;
  const least = Math.floor(partitions / sorted.length);
  let larger = partitions % sorted.length;
  const free = new Set(Array.from({ length: partitions }, (_, partition) => partition));
  // who owned more goes first, so that the larger shares lie where they move least
  for (const { id, owned } of [...sorted].sort((a, b) => b.owned.length - a.owned.length)) {
    const kept = [...new Set(owned)].filter((partition) => free.has(partition)).sort((a, b) => a - b);
    const quota = kept.length > least && larger > 0 ? least + 1 : least;
    if (quota > least) larger--;
    for (const partition of kept.slice(0, quota)) {
      assignment.get(id)?.push(partition);
      free.delete(partition);
    }
  }
  for (const partition of [...free]) {
    const [id] = [...assignment].reduce((a, b) => (b[1].length < a[1].length ? b : a));
    assignment.get(id)?.push(partition);
  }
  for (const mine of assignment.values()) mine.sort((a, b) => a - b);
  return assignment;
}

/** The assigner for a kafkajs consumer of one topic; `owned` tells what this member has now. */
export function stickyAssigner(topic: string, owned: () => readonly number[]): PartitionAssigner {
  return ({ cluster }): Assigner => ({
    name: 'spanwise-sticky',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'spanwise-sticky',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(JSON.stringify(owned())),
      }),
    }),
    assign: async ({ members }) => {
      const known = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        owned: decodeOwned(memberMetadata),
      }));
      const assignment = assignSticky(known, cluster.findTopicPartitionMetadata(topic).length);
      return [...assignment].map(([memberId, partitions]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: { [topic]: partitions },
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

function decodeOwned(memberMetadata: Buffer): number[] {
  try {
    const userData = AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData;
    const owned: unknown = JSON.parse(userData?.toString() || '[]');
    return Array.isArray(owned) ? owned.filter((partition) => Number.isInteger(partition)) : [];
  } catch {
    return [];
  }
}
