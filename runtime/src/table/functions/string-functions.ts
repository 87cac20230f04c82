import { INT, STRING, type LogicalType } from '../types/logical-type.ts';
import { textOf } from '../types/value-text.ts';
import { likePattern, regexOf, similarPattern } from './patterns.ts';
import { partOfUrl } from './url-parts.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';

const ARRAY_OF_STRING: LogicalType = { name: 'ARRAY', element: STRING };

/** Functions of text. */
export const stringFunctions: readonly ScalarFunction[] = [
  scalar('UPPER', [STRING], STRING, (s: string) => s.toUpperCase()),
  scalar('LOWER', [STRING], STRING, (s: string) => s.toLowerCase()),
  scalar('INITCAP', [STRING], STRING, (s: string) =>
    s.toLowerCase().replace(/[a-z\d]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1)),
  ),
  ...['CHAR_LENGTH', 'CHARACTER_LENGTH', 'LENGTH'].map((name) => scalar(name, [STRING], INT, (s: string) => [...s].length)),
  scalar('CONCAT', ['any'], STRING, concat, { rest: true, typed: true }),
  scalar('CONCAT_WS', [STRING, STRING], STRING, concatWithSeparator, { rest: true, optional: 1, takesNull: true }),
  scalar('TRIM', ['symbol', STRING, STRING], STRING, trim),
  scalar('BTRIM', [STRING, STRING], STRING, (s: string, characters = ' ') => trim('BOTH', characters, s), { optional: 1 }),
  scalar('LTRIM', [STRING, STRING], STRING, (s: string, characters = ' ') => trim('LEADING', characters, s), { optional: 1 }),
  scalar('RTRIM', [STRING, STRING], STRING, (s: string, characters = ' ') => trim('TRAILING', characters, s), { optional: 1 }),
  ...['SUBSTRING', 'SUBSTR'].map((name) => scalar(name, [STRING, INT, INT], STRING, substring, { optional: 1 })),
  scalar('LEFT', [STRING, INT], STRING, (s: string, n: number) => [...s].slice(0, Math.max(0, n)).join('')),
  scalar('RIGHT', [STRING, INT], STRING, (s: string, n: number) => (n <= 0 ? '' : [...s].slice(-n).join(''))),
  scalar('REPLACE', [STRING, STRING, STRING], STRING, (s: string, from: string, to: string) => s.replaceAll(from, () => to)),
  scalar('TRANSLATE', [STRING, STRING, STRING], STRING, translate),
  scalar('OVERLAY', [STRING, STRING, INT, INT], STRING, overlay, { optional: 1 }),
  scalar('POSITION', [STRING, STRING], INT, (part: string, s: string) => s.indexOf(part) + 1),
  scalar('LOCATE', [STRING, STRING, INT], INT, (part: string, s: string, from = 1) => s.indexOf(part, from - 1) + 1, { optional: 1 }),
  scalar('INSTR', [STRING, STRING, INT, INT], INT, instr, { optional: 2 }),
  scalar('REVERSE', [STRING], STRING, (s: string) => [...s].reverse().join('')),
  scalar('REPEAT', [STRING, INT], STRING, (s: string, n: number) => s.repeat(Math.max(0, n))),
  scalar('LPAD', [STRING, INT, STRING], STRING, (s: string, n: number, pad: string) => (n < 0 || (pad === '' && n > s.length) ? null : s.length >= n ? s.slice(0, n) : s.padStart(n, pad))),
  scalar('RPAD', [STRING, INT, STRING], STRING, (s: string, n: number, pad: string) => (n < 0 || (pad === '' && n > s.length) ? null : s.length >= n ? s.slice(0, n) : s.padEnd(n, pad))),
  scalar('STARTSWITH', [STRING, STRING], { name: 'BOOLEAN' }, (s: string, start: string) => s.startsWith(start)),
  scalar('ENDSWITH', [STRING, STRING], { name: 'BOOLEAN' }, (s: string, end: string) => s.endsWith(end)),
  scalar('ASCII', [STRING], INT, (s: string) => (s === '' ? 0 : (new TextEncoder().encode(s)[0]! << 24) >> 24)),
  scalar('CHR', ['integer'], STRING, (n: number | bigint) => (n < 0 ? '' : String.fromCharCode(Number(BigInt(n) & 255n)))),
  scalar('REGEXP', [STRING, STRING], { name: 'BOOLEAN' }, (s: string, pattern: string) => pattern !== '' && (regexOf(pattern)?.test(s) ?? false)),
  scalar('REGEXP_REPLACE', [STRING, STRING, STRING], STRING, (s: string, pattern: string, to: string) => { const found = regexOf(pattern, 'g'); return found === undefined ? null : s.replace(found, () => to); }),
  scalar('REGEXP_EXTRACT', [STRING, STRING, INT], STRING, (s: string, pattern: string, group = 0) => regexOf(pattern)?.exec(s)?.[group] ?? null, { optional: 1 }),
  scalar('REGEXP_COUNT', [STRING, STRING], INT, (s: string, pattern: string) => { const found = regexOf(pattern, 'g'); return found === undefined ? null : [...s.matchAll(found)].length; }),
  scalar('SPLIT_INDEX', [STRING, STRING, INT], STRING, splitIndex),
  scalar('SPLIT_INDEX', [STRING, INT, INT], STRING, (s: string, code: number, index: number) => (code < 0 ? null : splitIndex(s, String.fromCharCode(code & 255), index))),
  scalar('SPLIT', [STRING, STRING], ARRAY_OF_STRING, (s: string, separator: string) => (s === '' ? [] : separator === '' ? [...s] : s.split(separator))),
  scalar('ELT', ['integer', STRING], STRING, (index: number, ...texts: readonly (string | null)[]) => texts[index - 1] ?? null, { rest: true, takesNull: true }),
  scalar('LIKE', [STRING, STRING, STRING], { name: 'BOOLEAN' }, (s: string, pattern: string, escape?: string) => likePattern(pattern, escape).test(s), { optional: 1 }),
  scalar('SIMILAR TO', [STRING, STRING], { name: 'BOOLEAN' }, (s: string, pattern: string) => similarPattern(pattern).test(s)),
  scalar('PARSE_URL', [STRING, STRING, STRING], STRING, partOfUrl, { optional: 1 }),
  scalar('TO_BASE64', [STRING], STRING, (s: string) => btoa(String.fromCharCode(...new TextEncoder().encode(s)))),
  scalar('FROM_BASE64', [STRING], STRING, (s: string) => new TextDecoder().decode(Uint8Array.from(atob(s), (c) => c.charCodeAt(0)))),
]; // prettier-ignore

function concat(types: readonly LogicalType[]): (...args: never[]) => unknown {
  const shows = types.map((type) => textOf(type) ?? String);
  return (...args: unknown[]) => args.map((arg, at) => shows[at]!(arg)).join('');
}

function concatWithSeparator(separator: string | null, ...texts: readonly (string | null)[]): string | null {
  return separator === null ? null : texts.filter((text) => text !== null).join(separator);
}

function trim(side: string, characters: string, s: string): string {
  const inside = new Set(characters);
  let start = 0;
  let end = s.length;
  if (side !== 'TRAILING') while (start < end && inside.has(s[start]!)) start++;
  if (side !== 'LEADING') while (end > start && inside.has(s[end - 1]!)) end--;
  return s.slice(start, end);
}

/** From 1; from the end if `from` is negative. */
function substring(s: string, from: number, length?: number): string | null {
  if (length !== undefined && length < 0) return null;
  const characters = [...s];
  const start = from > 0 ? from - 1 : from < 0 ? characters.length + from : 0;
  if (start < 0) return '';
  const end = length === undefined ? characters.length : start + length;
  return characters.slice(start, end).join('');
}

function translate(s: string, from: string, to: string): string {
  const targets = [...to];
  const map = new Map<string, string>();
  [...from].forEach((character, at) => {
    if (!map.has(character)) map.set(character, targets[at] ?? '');
  });
  return [...s].map((character) => map.get(character) ?? character).join('');
}

function overlay(s: string, by: string, from: number, length = by.length): string {
  if (from <= 0 || from > s.length) return s;
  // As Flink has it: without a length that is replaced, nothing of the rest is left.
  return s.slice(0, from - 1) + by + (length > 0 ? s.slice(from - 1 + length) : '');
}

function splitIndex(s: string, separator: string, index: number): string | null {
  return s === '' || index < 0 ? null : (s.split(separator === '' ? /\s/ : separator)[index] ?? null);
}

/** Where the part is for the nth time, looked for from a place on; from the end backwards if the place is negative. */
function instr(s: string, part: string, from = 1, occurrence = 1): number {
  if (from === 0) return 0;
  const forward = from > 0;
  let at = forward ? from - 2 : s.length + from + 1;
  for (let found = 0; found < occurrence; found++) {
    if (!forward && at === 0) return 0;
    at = forward ? s.indexOf(part, at + 1) : s.lastIndexOf(part, at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}
