import { hash64 } from '../identity-hash.ts';

/** What is remembered of system instructions, enough to tell whether others speak to the same persona. Plain JSON. */
export interface Instructions {
  digest: string;
  /** Whom they say the model is (`a support agent of an online shop`), for a person; at most 80 characters, may be empty. */
  role: string;
  /** Digests of sentences without numbers, at most 24. */
  sentences: string[];
  /** Digests of the first words, at most 32. */
  words: string[];
}

const MOST_SENTENCES = 24;
const MOST_WORDS = 32;
const LEAST_SENTENCE = 12;
const READ = 8_192;

const ROLE =
  /\b(?:you are|you['’]re|act as|du bist|sie sind|tu es|vous êtes|eres|usted es|sei|lei è|você é)\s+(?:(?:an?|the|ein|eine|der|die|un|une|una|um|uma)\s+)?([^.,;:!?\n]{3,80})/i;

const digest = (text: string): string => hash64(text).slice(0, 6);

/** Dates, times, names of days and counts change in a template whose persona stays. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\d+/g, '0')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function sketch(text: string): Instructions {
  const read = text.slice(0, READ);
  const sentences = new Set<string>();
  for (const sentence of read.split(/[.!?\n]+/)) {
    const bare = plain(sentence);
    if (bare.length >= LEAST_SENTENCE && sentences.size < MOST_SENTENCES) sentences.add(digest(bare));
  }
  const words = new Set<string>();
  for (const word of plain(read.slice(0, 1_024)).split(' ')) {
    if (word.length > 3 && words.size < MOST_WORDS) words.add(digest(word));
  }
  return {
    digest: hash64(text),
    role: ROLE.exec(read)?.[1]?.trim() ?? '',
    sentences: [...sentences],
    words: [...words],
  };
}

let latest: { text: string; instructions: Instructions } | undefined;
let before: typeof latest;

/** The last two answers are kept: an agent's instructions come again with each of its inferences. */
export function instructionsIn(text: string): Instructions {
  if (latest?.text === text) return latest.instructions;
  if (before?.text === text) return before.instructions;
  before = latest;
  latest = { text, instructions: sketch(text) };
  return latest.instructions;
}

const common = (a: readonly string[], b: readonly string[]): number => a.filter((one) => b.includes(one)).length;

/**
 * How much two instructions have in common, 0 to 1: the share of the shorter one's sentences that the other has too, or of
 * all first words that both have. 1 where both name the same role.
 */
export function likeness(a: Instructions, b: Instructions): number {
  if (a.digest === b.digest) return 1;
  if (a.role !== '' && plain(a.role) === plain(b.role)) return 1;
  const shorter = Math.min(a.sentences.length, b.sentences.length);
  const bySentence = shorter === 0 ? 0 : common(a.sentences, b.sentences) / shorter;
  const shared = common(a.words, b.words);
  const byWord = shared === 0 ? 0 : shared / (a.words.length + b.words.length - shared);
  return Math.max(bySentence, byWord);
}

const LABELS =
  /"((?:[\w.]*\.)?(?:prompt[._](?:name|version|id|template(?:[._](?:name|version|id))?)|(?:agent[._]|operating[._])?(?:mode|persona|profile)))":("[^"]{1,64}"|[\d.]+)/g;

/** How attributes name the prompt, its version, or the mode the agent is in; empty where they do not. */
export function promptLabels(attributes: string): string {
  if (attributes === '') return '';
  const labels = [...attributes.matchAll(LABELS)].map(([, name, value]) => `${name}=${value}`);
  return labels.sort().join(' ').slice(0, 160);
}
