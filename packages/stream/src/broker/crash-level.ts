/**
 * How loudly to tell that a consumer has crashed. What kafkajs itself would try again, and did until its patience ended, is
 * the broker's or the network's trouble and likely to pass: a warning. Anything else repeats until somebody acts: an error.
 */
export function crashLevel(error: Error): 'warn' | 'error' {
  const { retriable, cause } = error as Error & { retriable?: boolean };
  if (retriable) return 'warn';
  return cause instanceof Error ? crashLevel(cause) : 'error';
}
