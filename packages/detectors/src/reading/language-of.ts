/** Words that are frequent in one language and rare in the others here; those that several share are in none. */
const FREQUENT: Readonly<Record<string, string>> = {
  en: 'the and is are was were what which where when how why of with for this that have has my your please can could would should from not but there their you it',
  de: 'der die das und ist sind nicht ein eine einen mit für auf ich wir sie ihre ihr mein meine bitte wie wo wann warum wurde haben habe kann können noch auch dass zu den dem',
  fr: 'le la les des est sont une pas pour dans avec je nous vous mon ma mes votre où quand comment pourquoi cette ce qui du au aux été sur bonjour merci',
  es: 'el los las una es está son por para con mi mis su qué dónde cuándo cómo del al pero yo usted quiero puedo hola gracias pedido muy ha',
  it: 'il gli della delle di è sono non per con mio mia che dove quando come perché una ho vorrei posso grazie ciao nel questo questa del',
  pt: 'os uma é são não com meu minha você seu onde quando como porque do da dos das em no na foi eu quero posso obrigado olá pelo',
  nl: 'het een en zijn niet met voor op ik wij mijn uw waar wanneer hoe waarom deze dit van naar kan kunt bij ook alstublieft er wordt',
  sv: 'och är inte jag vi min mitt var när hur varför det ett på för med till som har kan ni tack från denna',
  da: 'og er ikke jeg vi min mit hvor hvornår hvordan hvorfor det et på til med som har kan af fra tak denne',
  no: 'og er ikke jeg vi min mitt hvor når hvordan hvorfor det et på til med som har kan av fra takk denne',
  fi: 'ja on ei minun missä milloin miten miksi että se tämä ovat olen voin kiitos mutta kun ole',
  pl: 'jest nie się na do moje mój moja gdzie kiedy jak dlaczego proszę to że czy jestem są dla od ale dziękuję',
  cs: 'je není na do moje můj kde kdy jak proč prosím že jsem jsou pro ale děkuji se ten tato',
  ro: 'este sunt nu cu pentru meu mea unde când cum ce și din la că vă rog mulțumesc dar',
  hu: 'és nem egy hol mikor hogyan miért van vagyok kérem hogy az ez köszönöm csak meg',
  tr: 've bir bu için ile nerede nasıl neden değil var yok lütfen benim ne zaman mi teşekkürler çok',
  id: 'dan yang di untuk dengan saya tidak ini itu dari apa mana kapan bagaimana mengapa tolong bisa ada',
  vi: 'là và của không tôi cho ở đâu khi nào như thế các một có được với này xin',
};

const LANGUAGES = new Map<string, string[]>();
for (const [language, words] of Object.entries(FREQUENT)) {
  for (const word of words.split(' ')) LANGUAGES.set(word, [...(LANGUAGES.get(word) ?? []), language]);
}

/** Scripts that one language, or few that are hard to tell apart, is written in. Kana come before Han, which Japanese shares. */
const SCRIPTS: readonly (readonly [language: string, script: RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['uk', /[іїєґ]/giu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['th', /\p{Script=Thai}/gu],
];

/** The beginning tells. */
const EXAMINED = 1_500;
/** Of the letters: those of a script must be so many, since names and terms of other languages stand everywhere. */
const LEAST_SCRIPT = 0.3;
/** Letters that only some words of a language have. */
const LEAST_MARKS = 0.02;
/** Of the words: so many must be frequent ones of a language, and so many more than of the next. */
const [LEAST_WORDS, LEAST_SHARE, LEAST_LEAD] = [2, 0.08, 1.25];

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * Language of a text as an ISO 639-1 code: by its script where that tells, else by frequent words (function words tell a language: G. Grefenstette,
 * Comparing two language identification schemes, JADT 1995). `other` for a Latin text of none of 18 languages, or of too few words to
 * say; empty for a text without letters. Cyrillic is `uk` or `ru`, whatever else is written in it. It takes microseconds, and errs on
 * texts that mix languages in equal parts.
 */
export function languageOf(whole: string): string {
  const text = whole.slice(0, EXAMINED);
  const letters = count(text, /\p{L}/gu);
  if (letters === 0) return '';
  for (const [language, script] of SCRIPTS) {
    const share = count(text, script) / letters;
    // Han is written between kana, and Ukrainian has few letters of its own
    if (share >= (language === 'ja' || language === 'uk' ? LEAST_MARKS : LEAST_SCRIPT)) return language;
  }
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const found = new Map<string, number>();
  for (const word of words) {
    const languages = LANGUAGES.get(word) ?? [];
    for (const language of languages) found.set(language, (found.get(language) ?? 0) + 1 / languages.length);
  }
  const [first, second] = [...found].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  if (!first || first[1] < LEAST_WORDS || first[1] < LEAST_SHARE * words.length) return 'other';
  return second && first[1] < LEAST_LEAD * second[1] ? 'other' : first[0];
}
