import type { Span } from '@spanwise/schemas';
import { handsToPerson } from './hands-to-person.ts';
import { messagesOf, type Part, textOf } from './messages.ts';

/**
 * What an output says, looked at only in runs in which something failed: that there was trouble, a question to the user, an
 * answer; empty for an output without text.
 */
export type Said = 'trouble' | 'question' | 'answer' | '';

/** Ways to say that something did not work, or that another way is tried. Courtesy ("sorry") is none of them. */
const TROUBLE = [
  // English
  /\b(?:unable|unfortunately|can ?not|can['’]?t|couldn['’]?t|could not|(?:was|were|am|is|are|been)(?: not|n['’]t) able|did(?: not|n['’]t) (?:go through|work|succeed|complete|find|return|respond|get)|does(?: not|n['’]t) (?:exist|work|appear|seem|match|allow)|fail(?:s|ed|ing|ure|ures)?|errors?|errored|unavailable|unsuccessful(?:ly)?|declined|denied|rejected|refused|tim(?:e|ed|ing)[ -]?outs?|insufficient|invalid|expired|incorrect)\b/i,
  /\bnot (?:yet )?(?:been )?(?:found|possible|available|successful|processed|completed|issued|accessible|supported|valid|eligible|permitted|allowed|enough|sufficient|working|responding|go through|find|locate|retrieve|access|reach|complete|verify)\b/i,
  /\b(?:no (?:matching|such|results?|records?|information|account)|went wrong|(?:ran|run|running) into|encounter(?:ed|ing)|try(?:ing)? (?:it )?(?:again|once more|another|a different|other|with)|retry(?:ing)?|(?:an)?other (?:way|approach|method|option|tool|source)|different (?:approach|way|method|tool|source)|alternativ\w*|instead|escalat\w*|human (?:agent|colleague)|isn['’]t (?:possible|working|available|responding|enough)|outage|is down)\b/i,
  /\b(?:there (?:was|is|were|seems? to be|seems? to have been|appears? to be) (?:an? |some )?(?:\w+ ){0,2}(?:issues?|problems?|mismatch|conflict|discrepancy)|(?:experiencing|having|facing|had) (?:an? |some )?(?:\w+ )?(?:issues?|problems?|trouble|difficult\w+)|(?:need|have) to (?:correct|fix)|mismatch)\b/i,
  // German, French, Spanish, Italian, Portuguese
  /\b(?:leider|nicht (?:möglich|gefunden|verfügbar|erreichbar|durchgeführt|erfolgreich|gelungen)|konnte[n]? (?:\S+ ){0,6}nicht|fehl(?:er|geschlagen|schlug)\w*|abgelehnt|malheureusement|impossible|n['’]a pas pu|pas (?:pu|réussi|trouvé|disponible)|échou\w+|échec|erreur|lamentablemente|desafortunadamente|no (?:se )?(?:pude|pudo|puedo|fue posible|está disponible|encontr\w+)|fall[oó]|rechazad\w|purtroppo|non (?:è stato|sono riuscit\w|disponibile|trovat\w)|errore|infelizmente|não (?:foi possível|consegui|encontr\w+|está disponível)|falhou|erro)\b/i,
  // Chinese, Japanese, Korean
  /失败|无法|不能|错误|抱歉.{0,12}(?:未|没)|超时|できません|失敗|エラー|見つかりません|申し訳.{0,20}ません|실패|오류|할 수 없/,
];

/** A closing courtesy is no question about the task. */
const COURTESY =
  /\b(?:anything else|something else|any(?:thing)? (?:other|further|more)|further (?:help|assist)|else (?:i|we) can|(?:other|more|further) questions)\b/i;

/** Where texts grow long, the beginning and the end say what became of the task. */
const EXAMINED = 800;

/** The last sentence asks something of the user, beyond whether there is anything else. */
function asks(text: string): boolean {
  const end = text.trimEnd();
  if (!end.endsWith('?') && !end.endsWith('？')) return false;
  const begin = Math.max(end.lastIndexOf('. '), end.lastIndexOf('! '), end.lastIndexOf('\n'), 0);
  return !COURTESY.test(end.slice(begin));
}

function saidIn(text: string): Said {
  const examined = text.length > EXAMINED * 2 ? `${text.slice(0, EXAMINED)}\n${text.slice(-EXAMINED)}` : text;
  if (TROUBLE.some((form) => form.test(examined))) return 'trouble';
  if (asks(examined)) return 'question';
  return text.trim() === '' ? '' : 'answer';
}

/** The note with which a user is handed over to a person: it is to these that the agent speaks. */
function noteToPerson({ type, name, arguments: given }: Part): string {
  if (type !== 'tool_call' || typeof name !== 'string' || !handsToPerson(name)) return '';
  return typeof given === 'string' ? given : JSON.stringify(given ?? '');
}

/** What the last message of the output says; reasoning, and a note to a person, count where they speak of trouble. */
export function saidOf(span: Span): Said {
  const message = messagesOf(span.outputMessages).at(-1);
  if (!message) return '';
  const said = saidIn(textOf(message));
  if (said === 'trouble') return said;
  for (const part of message.parts) {
    if (!part) continue;
    const aside = part.type === 'reasoning' && typeof part.content === 'string' ? part.content : noteToPerson(part);
    if (aside !== '' && saidIn(aside) === 'trouble') return 'trouble';
  }
  return said;
}
