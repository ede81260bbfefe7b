/** Environment of `detect` and `correlate` that says when runs and sessions end. What the caller's environment sets goes before. */
export type Lifetimes = Readonly<
  Record<
    | 'SPANWISE_DETECT_RUN_QUIET'
    | 'SPANWISE_DETECT_RUN_ABANDON'
    | 'SPANWISE_DETECT_LATE_GRACE'
    | 'SPANWISE_CORRELATE_SESSION_GAP',
    `${number}s` | `${number}m`
  >
>;

/** Short enough that every pattern appears, and every session is judged, while one watches. */
export const demoLifetimes: Lifetimes = {
  SPANWISE_DETECT_RUN_QUIET: '2s',
  SPANWISE_DETECT_RUN_ABANDON: '12s',
  SPANWISE_DETECT_LATE_GRACE: '2s',
  SPANWISE_CORRELATE_SESSION_GAP: '5s',
};

/** Recorded files come in without pauses, but a busy machine may make some. */
export const replayLifetimes: Lifetimes = {
  SPANWISE_DETECT_RUN_QUIET: '4s',
  SPANWISE_DETECT_RUN_ABANDON: '12s',
  SPANWISE_DETECT_LATE_GRACE: '8s',
  SPANWISE_CORRELATE_SESSION_GAP: '8s',
};
