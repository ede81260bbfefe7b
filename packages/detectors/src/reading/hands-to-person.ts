import { nameWords } from './name-words.ts';
import { remembered } from './remembered.ts';

const HANDS_ON = /^(?:transfer|escalate|handoff|handover|hand|forward|refer|route|connect)$/;
const A_PERSON = /^(?:humans?|person|people|operator|representative|support|staff|supervisor|manager|colleague)$/;

/** By its name the tool hands a user over to a person. */
export const handsToPerson = remembered((tool) => {
  const [first = '', ...others] = nameWords(tool);
  return HANDS_ON.test(first) && others.some((word) => A_PERSON.test(word));
});
