import { nameWords } from './name-words.ts';
import { allFacts, type Statement } from './statement.ts';

/** A state that an operation brings about, and the one that it ends. */
interface Change {
  /** Words of the names of tools that bring it about. */
  readonly verbs: string;
  /** The state, as errors name it, in the languages of most APIs: beginnings of words. */
  readonly into: string;
  /** The state that is left by it; empty where it is no single one: what is cancelled may have been anything. */
  readonly outOf: string;
}

const ACTIVE =
  'active\\b|activated|enabled|started|running|resumed|aktiv\\b|aktiviert|gestartet|activé|actif|démarré|activad|activ[ao]\\b|habilitad|iniciad|attiv|ativad|ativ[ao]\\b';
const INACTIVE =
  'inactive|deactivated|disabled|suspended|paused|stopped|frozen|blocked|inaktiv|deaktiviert|gesperrt|pausiert|gestoppt|inactif|désactivé|suspendu|bloqué|arrêté|inactiv|desactivad|deshabilitad|suspendid|pausad|detenid|bloquead|disattivat|sospes|bloccat|desativad|suspens[ao]';
const LOCKED = 'locked|blocked|frozen|gesperrt|verrouillé|bloqué|bloquead|bloccat';
const CLOSED =
  'closed|resolved|completed?|finished|geschlossen|gelöst|erledigt|abgeschlossen|fermé|clôturé|résolu|terminé|cerrad|resuelt|terminad|chius|risolt|fechad|resolvid';
const DELETED =
  'deleted|removed|archived|gelöscht|entfernt|archiviert|supprimé|archivé|eliminad|borrad|archivad|eliminat|rimoss|archiviat|excluíd|removid|arquivad';

/**
 * Only what is the same whoever did it: what was booked, taken, assigned, created or accepted already is not ours, and a second
 * payment or refund may be another one.
 */
const CHANGES: readonly Change[] = [
  {
    verbs: 'cancel void abort revoke',
    into: 'cancell?ed|void|aborted|revoked|storniert|abgebrochen|abgesagt|gekündigt|widerrufen|annul|cancelad|revocad|キャンセル|取消',
    outOf: '',
  },
  { verbs: 'close resolve complete finish', into: CLOSED, outOf: 'open\\b|opened|offen|ouvert|abiert|apert|abert' },
  { verbs: 'reopen', into: 'open\\b|opened|reopened|offen|ouvert|abiert|apert|abert', outOf: CLOSED },
  { verbs: 'activate reactivate enable reenable resume unsuspend unpause start', into: ACTIVE, outOf: INACTIVE },
  { verbs: 'deactivate disable suspend pause stop', into: INACTIVE, outOf: ACTIVE },
  { verbs: 'block freeze', into: LOCKED, outOf: '' },
  { verbs: 'unlock unblock unfreeze', into: `un(?:locked|blocked|frozen)|entsperrt|${ACTIVE}`, outOf: LOCKED },
  { verbs: 'delete remove archive uninstall', into: `${DELETED}|uninstalled|deinstalliert`, outOf: '' },
  {
    verbs: 'restore undelete unarchive',
    into: `restored|wiederhergestellt|restauré|restaurad|${ACTIVE}`,
    outOf: DELETED,
  },
  { verbs: 'install', into: 'installed|installiert|installé|instalad|installat', outOf: '' },
  { verbs: 'subscribe', into: 'subscribed|abonniert|abonné|suscrit|iscritt', outOf: '' },
  { verbs: 'unsubscribe', into: 'unsubscribed|abgemeldet|désabonné', outOf: 'subscribed|abonniert|abonné|suscrit' },
  { verbs: 'connect', into: 'connected|verbunden|connecté|conectad|conness', outOf: '' },
  {
    verbs: 'disconnect',
    into: 'disconnected|getrennt|déconnecté|desconectad',
    outOf: 'connected|verbunden|connecté|conectad',
  },
  {
    verbs: 'verify confirm',
    into: 'verified|confirmed|verifiziert|bestätigt|vérifié|confirmé|verificad|confirmad',
    outOf: '',
  },
  { verbs: 'approve', into: 'approved|genehmigt|freigegeben|approuvé|aprobad|approvat|aprovad', outOf: '' },
  { verbs: 'merge', into: 'merged', outOf: '' },
  { verbs: 'publish', into: 'published|veröffentlicht|publié|publicad', outOf: '' },
];

/** Verbs that leave it to an argument which state is wanted. */
const SETS = new Set('set update change mark put switch turn move transition'.split(' '));
const STATE_FIELD = /(?:^|_)(?:status|state|enabled|active|mode|phase|stage)$/;

const START = '(?<![\\p{L}])';
const FILLER =
  '(?:(?:been|be|being|is|was|in|set|to|marked|as|successfully|fully|currently|an?|the|state|status|está|estaba|fue|ha|sido|se|è|stat[oa]|foi|est|été|wurde|auf)\\s+|[:"\'«„“-]\\s*){0,5}';
const ALREADY = `${START}(?:already|bereits|schon|déjà|ya|già|já|reeds|redan|allerede)\\s+${FILLER}`;
/** 既に、すでに、已、已经 stand before the state without a space. */
const ALREADY_UNSPACED = '(?:既に|すでに|已经?)';
const NOT_SO =
  /(?<!\p{L})(?:not|n['’]t|unless|if|until|nicht|kein\w*|wenn|falls|pas|ne|non|não|whether|ob)\s+(?:[\p{L}]+\s+){0,2}$/iu;
const OR_ELSE = /^\p{L}*\s*(?:,|\/|or\b|oder\b|ou\b|o\b|und\b|and\b)\s*\p{L}/iu;

const NOTHING_TO_DO =
  /\bnothing to (?:do|change|update|commit)\b|\bno (?:changes?|updates?) (?:(?:is|are|were|was) )?(?:needed|required|necessary|to (?:make|apply|commit))\b|\balready (?:up[ -]to[ -]date|satisfied|in (?:the )?(?:desired|requested|target) (?:state|status))\b|\bkeine änderung(?:en)? (?:nötig|erforderlich)\b|\brien à (?:faire|modifier)\b|\bnada que (?:hacer|cambiar)\b/i;

const IS_MISSING = /not found|no such|(?:does|do) not exist|unknown|invalid/i;

const LONGEST_READ = 512;

/** What a tool's name says that it brings about, by its first or last word. */
function changeOf(tool: string): Change | undefined {
  const words = nameWords(tool);
  const ends = [words[0], words.at(-1)];
  return CHANGES.find(({ verbs }) => verbs.split(' ').some((verb) => ends.includes(verb)));
}

/** `already` before a state, which neither is denied nor one of several. */
function saysAlready(words: string, state: string): boolean {
  if (new RegExp(`${ALREADY_UNSPACED}\\p{L}{0,2}(?:${state})`, 'iu').test(words)) return true;
  for (const match of words.matchAll(new RegExp(`${ALREADY}(?:${state})`, 'giu'))) {
    const end = match.index + match[0].length;
    if (!NOT_SO.test(words.slice(0, match.index)) && !OR_ELSE.test(words.slice(end))) return true;
  }
  return false;
}

/** The state that would have to hold, so that it could be ended, does not. */
function saysNotEnded(words: string, state: string): boolean {
  const must =
    '(?:must(?: first)? be|must have been|(?:has|needs) to be|should be|muss|doit être|debe estar|deve essere|deve estar)';
  const isNot = "(?:(?:is|are|was) not|(?:is|are|was)n['’]t|not|ist nicht|n['’]est pas|no está|non è|não está)";
  return new RegExp(
    `${START}(?:${must}|${isNot})\\s+(?:currently |yet |zuerst |actuellement )?(?:${state})`,
    'iu',
  ).test(words);
}

/** The state that an argument of a tool which sets it names. */
function wantedBy(tool: string, given: Statement): string {
  if (!SETS.has(nameWords(tool)[0] ?? '')) return '';
  const value = allFacts(given).find(({ field }) => STATE_FIELD.test(field))?.value ?? '';
  return value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Whether an error tells, in its words, that what a call was to bring about holds already: `already cancelled` of
 * `cancel_order`, `must be suspended to resume` of `resume_line`. What somebody else may have taken (`already booked`), and
 * what exists where something new was wanted, is none.
 *
 * @param words of the error
 * @param tool name of the failed call's tool
 * @param given what its arguments state
 */
export function holdsAlready(words: string, tool: string, given: Statement): boolean {
  const text = words.slice(0, LONGEST_READ);
  if (NOTHING_TO_DO.test(text) && !IS_MISSING.test(text)) return true;
  const wanted = wantedBy(tool, given);
  if (wanted !== '') return saysAlready(text, wanted);
  const change = changeOf(tool);
  if (!change) return false;
  return saysAlready(text, change.into) || (change.outOf !== '' && saysNotEnded(text, change.outOf));
}
