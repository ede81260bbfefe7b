/** How a user writes. */
export interface Style {
  readonly language: Language;
  /** `long`: with what was written before, over 2,000 characters. */
  readonly length: 'short' | 'long';
  readonly form: 'plain' | 'list';
}

export type Language = 'en' | 'de' | 'es';

/** What stands around a request: a forwarded mail, in the language of who forwards it. */
interface Mail {
  readonly opening: readonly string[];
  readonly closing: readonly string[];
  /** What was written before, again and again. */
  readonly history: readonly string[];
}

const MAILS: Readonly<Record<Language, Mail>> = {
  en: {
    opening: [
      'Good morning, I would like to ask you for some help with the following.',
      'I have been waiting for an answer and would be glad if you could look at it soon.',
      'This is what it is about, in the words in which it came to me.',
    ],
    closing: ['Thank you very much for your help, and please let me know if you need anything else from me.'],
    history: [
      'As I wrote before, we have talked about this on the telephone and I was told that somebody would take care of it.',
      'My colleague has been on holiday since then, so I do not know what was said to her and what was not.',
      'I understand that you are busy, but it would be of great help to us to know what we can count on.',
      'We have always been content with how you work, and we would like to stay with you in the future.',
    ],
  },
  de: {
    opening: [
      'Guten Morgen, ich bitte Sie um Hilfe bei dem folgenden Anliegen, das mir sehr wichtig ist.',
      'Ich warte schon seit einiger Zeit auf eine Antwort und wäre froh, wenn Sie sich das bald ansehen könnten.',
      'Hier steht, worum es geht, und zwar in den Worten, in denen es bei mir angekommen ist.',
    ],
    closing: ['Ich danke Ihnen für die Hilfe, und bitte sagen Sie mir, wenn Sie noch etwas von mir brauchen.'],
    history: [
      'Wie ich schon geschrieben habe, haben wir darüber am Telefon gesprochen, und mir wurde gesagt, dass sich jemand darum kümmert.',
      'Meine Kollegin ist seitdem im Urlaub, und deshalb weiß ich nicht, was ihr gesagt wurde und was nicht.',
      'Ich verstehe, dass Sie viel zu tun haben, aber es wäre uns eine große Hilfe zu wissen, womit wir rechnen können.',
      'Wir waren mit Ihrer Arbeit immer zufrieden und möchten auch in der Zukunft bei Ihnen bleiben.',
    ],
  },
  es: {
    opening: [
      'Buenos días, quiero pedirle ayuda con lo siguiente, que para mí es muy importante.',
      'Estoy esperando una respuesta desde hace tiempo y me gustaría que usted lo viera pronto.',
      'Esto es lo que pasa, con las palabras con las que me llegó.',
    ],
    closing: ['Muchas gracias por su ayuda, y por favor dígame si necesita algo más de mi parte.'],
    history: [
      'Como ya le escribí, hemos hablado de esto por teléfono y me dijeron que alguien se iba a ocupar de ello.',
      'Mi compañera está de vacaciones desde entonces, por lo que no sé qué le dijeron y qué no.',
      'Entiendo que usted tiene mucho trabajo, pero sería una gran ayuda para nosotros saber con qué podemos contar.',
      'Siempre hemos estado contentos con su trabajo y nos gustaría seguir con ustedes en el futuro.',
    ],
  },
};

const LONG = 2_200;

/** The request as such a user sends it on; all that it says is still in it. */
export function inStyle(request: string, { language, length, form }: Style): string {
  const { opening, closing, history } = MAILS[language];
  const lines = [...opening, request, ...closing];
  if (length === 'long') {
    let size = 0;
    for (let i = 0; size < LONG; i += 1) {
      const line = history[i % history.length] ?? '';
      lines.push(line);
      size += line.length + 1;
    }
  }
  return form === 'list' ? lines.map((line) => `- ${line}`).join('\n') : lines.join(length === 'long' ? '\n' : ' ');
}
