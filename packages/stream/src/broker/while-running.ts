/**
 * Makes a call to a kafkajs consumer that has no meaning once the consumer is stopped, `pause`, `resume` or `seek`: it throws then, from
 * the moment kafkajs begins to stop or to crash, and that moment it tells of only when it is done.
 */
export function whileRunning(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error as Error).message.startsWith('Consumer group was not initialized')) throw error;
  }
}
