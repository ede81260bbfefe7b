const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);

/** Control sequences, commands to the operating system, and other escapes (ECMA-48, 5th edition, 5.3 to 5.6). */
const SEQUENCE = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?|[ -/]*[0-Z\\\\-~])`,
  'g',
);
/** A colour whose escape character was taken for unprintable on the way; `[5m]` is a duration. */
const REMNANT = /\[\d{1,3}(?:;\d{1,3})*m(?!\])/g;
const BEGINS_WITH_REMNANT = /^\s*\[\d{1,3}(?:;\d{1,3})*m(?!\])/;

/** Characters in which they are looked for: how a text looks is decided by its beginning. */
const HEAD = 8_192;

/** A text as it reads on a terminal: without the escape sequences for colours, cursors and titles. */
export function withoutEscapes(text: string): string {
  const head = text.length > HEAD ? text.slice(0, HEAD) : text;
  const hasEscapes = head.includes(ESCAPE);
  if (!hasEscapes && !BEGINS_WITH_REMNANT.test(head)) return text;
  return head.replace(hasEscapes ? SEQUENCE : REMNANT, '') + text.slice(head.length);
}
