const ROLE = '{"role":"';
const RESPONSE = '"tool_call_response"';

const isWordCharacter = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || unit > 191;

/** Who may tell a model something. */
export type Teller = 'result' | 'user';

/**
 * Who tells a value in the messages of an inference's input, tools before users and the system; undefined where nobody but the model
 * itself does.
 *
 * @param payload messages as ingest writes them, in lower case
 * @param text in lower case, found as a word of its own
 */
export function toldBy(payload: string, text: string): Teller | undefined {
  let teller: Teller | undefined;
  for (let at = payload.indexOf(text); at >= 0; at = payload.indexOf(text, at + 1)) {
    if (isWordCharacter(payload.charCodeAt(at - 1)) || isWordCharacter(payload.charCodeAt(at + text.length))) continue;
    const role = payload.lastIndexOf(ROLE, at);
    if (role < 0 || payload.startsWith('assistant"', role + ROLE.length)) continue;
    if (payload.startsWith('tool"', role + ROLE.length) || payload.slice(role, at).includes(RESPONSE)) return 'result';
    teller = 'user';
  }
  return teller;
}
