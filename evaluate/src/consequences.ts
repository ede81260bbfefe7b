import type { Finding } from '@spanwise/schemas';

/**
 * Findings that are told as consequences of what is right: they point, over any number of findings of their run, to one of
 * `answers`. Who points to what answers nothing, was taken back, or belongs to another run is none of them; nor are
 * findings that point to each other.
 *
 * @param findings that stand, of one conversation
 * @param answers those of them that answer a fault
 */
export function consequencesOf<F extends Finding>(findings: readonly F[], answers: ReadonlySet<F>): Set<F> {
  const byId = new Map(findings.map((finding) => [finding.findingId, finding]));
  const causeOf = (effect: F): F | undefined => {
    const cause = byId.get(effect.supersededBy);
    return cause?.traceId === effect.traceId ? cause : undefined;
  };
  return new Set(
    findings.filter((finding) => {
      const seen = new Set([finding]);
      for (let cause = causeOf(finding); cause && !seen.has(cause); cause = causeOf(cause)) {
        if (answers.has(cause)) return true;
        seen.add(cause);
      }
      return false;
    }),
  );
}
