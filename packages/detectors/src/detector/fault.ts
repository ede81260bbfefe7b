/** What a detector threw; the record it threw on belongs to the dead letters, the others go on. */
export interface DetectorFault {
  pattern: string;
  message: string;
}
