/** The same Ctrl-C can reach us from the terminal and from npm; only one that comes later is an impatient person. */
const IMPATIENT_AFTER_MS = 1_000;
/** 128 + SIGINT, as shells report it */
const INTERRUPTED = 130;

/**
 * Aborts when somebody wants this command to end: Ctrl-C, SIGTERM, SIGHUP, or the end of the process that started it.
 * Asked again after a second, the process leaves at once; what it started ends with it.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let askedAt: number | undefined;
  const ask = () => {
    askedAt ??= performance.now();
    if (performance.now() - askedAt > IMPATIENT_AFTER_MS) process.exit(INTERRUPTED);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  process.on('disconnect', ask);
  process.channel?.unref();
  return controller.signal;
}
