import { nameWords } from './name-words.ts';
import type { Fact } from './statement.ts';

/** A field that answers whether something may be done, or can be. */
const GATE =
  /^(?:is_|was_)?(?:\w+_)?(?:eligible|eligibility|allowed|permitted|approved|available|valid|authori[sz]ed|in_stock|sufficient|covered|passed|free|active|enabled|verified|refundable|returnable|cancell?able|exchangeable|transferable|changeable|bookable|payable|deliverable|shippable|modifiable|editable|redeemable)$|^can_\w+$/;
const AMOUNT_LEFT =
  /^(?:stock|in_stock|inventory|available|availability|available_(?:quantity|seats|units|stock)|seats_(?:left|available)|remaining|quantity_available|stock_level)$/;
const OUTCOME = /(?:^|_)(?:status|state|decision|outcome|verdict|eligibility|availability|result|approval)$/;

const NEGATIVE =
  /^(?:no|denied|rejected|declined|refused|ineligible|not[ _-](?:eligible|allowed|permitted|approved|available|authori[sz]ed|possible|processed|covered|valid)|unavailable|out[ _-]of[ _-]stock|sold[ _-]out|forbidden|unauthori[sz]ed|disapproved|insufficient(?:[ _-]\w+)?|blocked|suspended|frozen|locked|inactive|disabled|expired|failed|failure|invalid|unsuccessful)$/;

const MAY_ANSWER_NO =
  /\t(?:false|0|no|denied|rejected|declined|refused|ineligible|not[ _-]\w+|unavailable|out[ _-]of[ _-]stock|sold[ _-]out|forbidden|unauthori[sz]ed|disapproved|insufficient[^\n]*|blocked|suspended|frozen|locked|inactive|disabled|expired|failed|failure|invalid|unsuccessful)\n/;

/** Cheap: false where no fact of a statement answers no. */
export const mayAnswerNo = (statement: string): boolean => MAY_ANSWER_NO.test(statement);

/** A fact that answers no: what it concerns may not be done, cannot be, or was not. */
export function answersNo({ field, value }: Fact): boolean {
  if (GATE.test(field) && (value === 'false' || NEGATIVE.test(value))) return true;
  if (AMOUNT_LEFT.test(field) && value === '0') return true;
  return OUTCOME.test(field) && NEGATIVE.test(value);
}

const STANDING = /^(?:blocked|suspended|frozen|locked|inactive|disabled)$/;
const STANDING_OF = /^(?:\w+_)?(?:status|state)$/;

/** A no that holds for whatever is done with the thing, as long as it stands: an account that is suspended. */
export const isStanding = ({ field, value }: Fact): boolean => STANDING_OF.test(field) && STANDING.test(value);

const PERMISSION = /^(?:is_)?(?:eligible|allowed|permitted|authori[sz]ed)$/;
const DECISION = /^(?:decision|verdict|eligibility|approval(?:_status)?|outcome)$/;
const REFUSED =
  /^(?:no|denied|rejected|declined|refused|ineligible|not[ _-](?:eligible|allowed|permitted|approved|authori[sz]ed)|forbidden|unauthori[sz]ed|disapproved)$/;

/** A no that leaves nothing to be read into it: permission that is not given, a decision against. */
export const isRefusal = ({ field, value }: Fact): boolean =>
  value === 'false' ? PERMISSION.test(field) || concernOf(field) !== '' : DECISION.test(field) && REFUSED.test(value);

/** What a fact of this field is about, where it says so: `refundable` and `can_refund` are about refunds; empty for `eligible`. */
export function concernOf(field: string): string {
  const able =
    /(?:^|_)(refund|return|cancel|exchange|transfer|change|book|pay|deliver|ship|modif|edit|redeem)l?(?:i?able)$/.exec(
      field,
    )?.[1];
  return able ?? /^can_([a-z]+)/.exec(field)?.[1] ?? '';
}

const COMMITS = new Set(
  'add assign change charge edit insert make modify move open put raise register reopen save send set start update upload write approve issue pay charge book ship place grant refund release deploy transfer reserve purchase buy order submit publish confirm exchange return process complete redeem withdraw disburse activate schedule dispatch renew upgrade enroll checkout create apply'.split(
    ' ',
  ),
);
/** What is lawfully done about a no. */
const REACTS = new Set(
  'activate reactivate enable unlock unblock unfreeze restore verify reject deny cancel delete remove escalate notify close log flag record waitlist ticket case report human supervisor support email message sms note notification review backorder alternative callback appeal'.split(
    ' ',
  ),
);

/** By its name the tool goes ahead with something, rather than telling, refusing or passing it on. */
export function goesAhead(tool: string): boolean {
  const words = nameWords(tool);
  return words.some((word) => COMMITS.has(word)) && !words.some((word) => REACTS.has(word));
}

/** What was done is told first. */
const LONGEST_READ = 600;

const SUCCESS =
  /\b(?:(?:has|have) been|was|were|is|are)(?: \w+)? (?:successfully )?(?:issued|processed|completed?|confirmed|booked|placed|sent|approved|refunded|paid|charged|submitted|scheduled|transferred|shipped|cancell?ed|exchanged|updated|created|done|all set)\b|\b(?:successfully|all set|all done)\b|\bi(?:['’]ve| have) (?:\w+ )?(?:issued|processed|completed|confirmed|booked|placed|sent|approved|refunded|paid|submitted|scheduled|transferred|cancell?ed|exchanged|updated|created)\b|\b(?:erfolgreich|wurde \w+ (?:erstattet|gebucht|bestätigt)|avec succès|con éxito|com sucesso|con successo)\b/i;

/** A text tells of something done. */
export const tellsOfSuccess = (text: string): boolean =>
  SUCCESS.test(text.length > LONGEST_READ ? text.slice(0, LONGEST_READ) : text);
