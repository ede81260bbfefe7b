/**
 * The form in which agents are compared: `refunds-agent`, `RefundsAgent` and the `refunds_agent` of a tool
 * `transfer_to_refunds_agent` are one. The same form in which a span's `handoffFrom` and `handoffTo` are written.
 */
export const agentKey = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
