/**
 * Reads the `repr` of a Python dict, list or string, which instrumentations written in Python put where JSON belongs
 * (`{'order_id': 'A-1042', 'express': True}`). Returns undefined for everything else, objects without a literal form
 * (`HumanMessage(…)`) included.
 */
export function parsePythonLiteral(text: string): unknown {
  const first = text.charCodeAt(0);
  if (first !== 0x7b && first !== 0x5b && first !== 0x28) return undefined;
  const reader = new Reader(text);
  const value = reader.value(0);
  return reader.atEnd() ? value : undefined;
}

/** Reads one quoted Python string that starts at `start`; undefined where there is none. `end` is the position behind it. */
export function parsePythonString(text: string, start: number): { value: string; end: number } | undefined {
  const reader = new Reader(text, start);
  const value = reader.quoted();
  return value === undefined ? undefined : { value, end: reader.position };
}

const FAILED = Symbol('no literal');
const MAX_NESTING = 32;
const NUMBER = /[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)/y;
const WORD = /[A-Za-z]+/y;
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };
const WORDS: Record<string, unknown> = { True: true, False: false, None: null, true: true, false: false, null: null };

class Reader {
  readonly #text: string;
  position: number;

  constructor(text: string, position = 0) {
    this.#text = text;
    this.position = position;
  }

  atEnd(): boolean {
    this.#space();
    return this.position === this.#text.length;
  }

  value(depth: number): unknown {
    const value = this.#value(depth);
    if (value !== FAILED) return value;
    this.position = -1;
    return undefined;
  }

  quoted(): string | undefined {
    const quote = this.#text[this.position];
    if (quote !== "'" && quote !== '"') return undefined;
    let value = '';
    for (let i = this.position + 1; i < this.#text.length; i++) {
      const char = this.#text[i] as string;
      if (char === quote) {
        this.position = i + 1;
        return value;
      }
      if (char !== '\\') {
        value += char;
        continue;
      }
      const escaped = this.#text[++i] ?? '';
      const width = escaped === 'x' ? 2 : escaped === 'u' ? 4 : escaped === 'U' ? 8 : 0;
      if (width > 0) {
        const code = Number.parseInt(this.#text.slice(i + 1, i + 1 + width), 16);
        if (!(code >= 0 && code <= 0x10ffff)) return undefined;
        value += String.fromCodePoint(code);
        i += width;
      } else value += ESCAPES[escaped] ?? escaped;
    }
    return undefined;
  }

  #value(depth: number): unknown {
    if (depth > MAX_NESTING) return FAILED;
    this.#space();
    const char = this.#text[this.position];
    if (char === '{') return this.#dict(depth);
    if (char === '[') return this.#list(']', depth);
    if (char === '(') return this.#list(')', depth);
    if (char === "'" || char === '"') return this.quoted() ?? FAILED;
    const number = this.#match(NUMBER);
    if (number !== undefined) return Number(number);
    const word = this.#match(WORD);
    return word !== undefined && Object.hasOwn(WORDS, word) ? WORDS[word] : FAILED;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  #dict(depth: number): unknown {
    const dict: Record<string, unknown> = Object.create(null);
    this.position++;
    while (!this.#take('}')) {
      this.#space();
      const key = this.#value(depth + 1);
      if (key === FAILED || typeof key === 'object' || !this.#take(':')) return FAILED;
      const value = this.#value(depth + 1);
      if (value === FAILED) return FAILED;
      dict[String(key)] = value;
      if (!this.#take(',') && !this.#at('}')) return FAILED;
    }
    return dict;
  }

  #list(close: string, depth: number): unknown {
    const list: unknown[] = [];
    this.position++;
    while (!this.#take(close)) {
      const value = this.#value(depth + 1);
      if (value === FAILED) return FAILED;
      list.push(value);
      if (!this.#take(',') && !this.#at(close)) return FAILED;
    }
    return list;
  }

  #at(char: string): boolean {
    this.#space();
    return this.#text[this.position] === char;
  }

  #take(char: string): boolean {
    if (!this.#at(char)) return false;
    this.position++;
    return true;
  }

  #space(): void {
    while (this.#text.charCodeAt(this.position) <= 0x20) this.position++;
  }
}
