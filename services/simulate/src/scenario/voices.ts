import type { Random } from '../random.ts';

type Language = 'en' | 'de' | 'es' | 'fr';

/** One demand in several languages. */
export type Lines = Readonly<Record<Language, string>>;

const languages: readonly Language[] = ['en', 'en', 'en', 'en', 'en', 'de', 'de', 'es', 'es', 'fr'];
const greetings: Readonly<Record<Language, readonly string[]>> = {
  en: ['Hello,', 'Hi there,', 'Good morning.', ''],
  de: ['Guten Tag,', 'Hallo,', ''],
  es: ['Buenos días,', 'Hola,', ''],
  fr: ['Bonjour,', 'Salut,', ''],
};
const closings: Readonly<Record<Language, readonly string[]>> = {
  en: ['Thanks!', 'Thank you in advance.', 'Please be quick.', ''],
  de: ['Danke!', 'Vielen Dank im Voraus.', ''],
  es: ['¡Gracias!', 'Muchas gracias.', ''],
  fr: ['Merci !', 'Merci d’avance.', ''],
};

/** What a user writes: in a language, with or without courtesies, now and then as a list or a pasted form. */
export function request(lines: Lines, random: Random): string {
  const language = random.pick(languages);
  const said = lines[language];
  const form = random.unit();
  if (form < 0.1) return `${said.replaceAll('. ', '.\n- ')}`;
  if (form < 0.16) return `Subject: ${said.slice(0, 24)}…\n\n${said}\n\n--\nSent from my phone`;
  if (form < 0.22) return said.toLowerCase().replaceAll(/[ .]$/g, '') === said ? said : said.replaceAll('! ', ', ');
  return [random.pick(greetings[language]), said, random.pick(closings[language])]
    .filter((part) => part !== '')
    .join(' ');
}
