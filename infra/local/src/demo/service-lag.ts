const sample = /^spanwise_[a-z]+_lag_messages(?:\{[^}]*\})? (\S+)$/gm;

/** Messages that a service has still to read, from the text of its `/metrics`; undefined if it tells none. */
export function lagIn(metrics: string): number | undefined {
  const values = [...metrics.matchAll(sample)].map(([, value]) => Number(value));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** Asks a service for its lag; undefined when it does not answer. */
export async function askLag(metricsUrl: string): Promise<number | undefined> {
  try {
    const response = await fetch(metricsUrl, { signal: AbortSignal.timeout(2_000) });
    return lagIn(await response.text());
  } catch {
    return undefined;
  }
}
