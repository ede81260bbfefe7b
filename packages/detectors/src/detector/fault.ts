/** What a detector threw; the record it threw on belongs to the dead letters, the others go on. */
export interface DetectorFault {
  pattern: string;
  message: string;
}

export const faultOf = (pattern: string, error: unknown): DetectorFault => ({
  pattern,
  message: error instanceof Error ? error.message : String(error),
});
