/** The form in which a text is written. */
export type TextForm = 'plain' | 'json' | 'markup' | 'code' | 'table' | 'list' | 'empty';

const EXAMINED = 8_000;

const LIST_LINE = /^\s*(?:[-*•–]|\d{1,3}[.)]|\[[ x]\])\s+\S/;
const TABLE_LINE = /^[^|\t;]+(?:[|\t;][^|\t;]*){2,}$|^\|.*\|$/;
const CODE_LINE =
  /[;{}]\s*$|^\s*(?:def|class|import|from|return|func|function|const|let|var|public|private|#include|SELECT|INSERT|UPDATE|if|for|while|else)\b.*[(){}:;=]|^\s*(?:\/\/|#!)/;
const LEAST_LINES = 3;

const isJson = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
};

/**
 * The form that most of a text has: `json` where all of it is an object or array, or stands as such in a fence; `markup` for XML and HTML;
 * `code`, `table` and `list` where at least three lines, and half of them, are such; `plain` otherwise. Code without any punctuation
 * of code is plain.
 */
export function formOf(whole: string): TextForm {
  const text = whole.trim();
  if (text === '') return 'empty';
  if (/^[{[]/.test(text) && (isJson(text) || whole.length > EXAMINED)) return 'json';
  if (/^<[?!a-z][^>]*>/i.test(text) && text.endsWith('>')) return 'markup';
  const fenced = /```([a-z]*)\n([\s\S]*?)```/i.exec(text.slice(0, EXAMINED));
  if (fenced && (fenced[2] as string).length > 0.4 * text.length) return isJson(fenced[2] as string) ? 'json' : 'code';
  const lines = text
    .slice(0, EXAMINED)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const most = (pattern: RegExp): boolean => {
    const such = lines.filter((line) => line.length < 1_000 && pattern.test(line)).length;
    return such >= LEAST_LINES && such >= lines.length / 2;
  };
  if (most(LIST_LINE)) return 'list';
  if (most(TABLE_LINE)) return 'table';
  return most(CODE_LINE) ? 'code' : 'plain';
}
