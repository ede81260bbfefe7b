import { hash64 } from '../identity-hash.ts';

const USER = /"role": ?"user"/;
const LENGTH = 160;

/**
 * A short digest of how the first message of a user begins: the same for all inputs that repeat one conversation, whatever follows.
 * Empty where no user speaks in the input.
 */
export function conversationKey(inputMessages: string): string {
  const at = inputMessages.search(USER);
  if (at < 0) return '';
  // The end of the message's parts, or the same place within its text each time.
  const end = inputMessages.indexOf('}]', at);
  return hash64(inputMessages.slice(at, end < 0 ? at + LENGTH : Math.min(end, at + LENGTH))).slice(0, 8);
}
