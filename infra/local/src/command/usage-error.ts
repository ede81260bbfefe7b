/** An argument that cannot be. The message names it; show it without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
