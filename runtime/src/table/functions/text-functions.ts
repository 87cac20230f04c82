import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { BOOLEAN, INT, STRING, type LogicalType } from '../types/logical-type.ts';
import { regexOf } from './patterns.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';

const BYTES: LogicalType = { name: 'BYTES' };
const STRINGS: LogicalType = { name: 'ARRAY', element: STRING };
const TEXTS_BY_TEXT: LogicalType = { name: 'MAP', key: STRING, value: STRING };

const HASHES = { MD5: md5, SHA1: sha1, SHA224: sha224, SHA256: sha256, SHA384: sha384, SHA512: sha512 };
/** By the bits that SHA2 is given. */
const SHA2: Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>> = { 224: sha224, 256: sha256, 384: sha384, 512: sha512 }; // prettier-ignore

/** What is a number, with an exponent or without. */
const DECIMAL_TEXT = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

/** Functions of text in other forms: patterns, encodings, hashes, quoted JSON. */
export const textFunctions: readonly ScalarFunction[] = [
  ...Object.entries(HASHES).map(([name, hash]) => scalar(name, [STRING], STRING, (s: string) => bytesToHex(hash(utf8ToBytes(s))))),
  scalar('SHA2', [STRING, INT], STRING, (s: string, bits: number) => { const hash = SHA2[bits]; return hash === undefined ? null : bytesToHex(hash(utf8ToBytes(s))); }),
  scalar('REGEXP_EXTRACT_ALL', [STRING, STRING, INT], STRINGS, (s: string, pattern: string, group = 1) => extractAll(s, pattern, group), { optional: 1 }),
  scalar('REGEXP_INSTR', [STRING, STRING], INT, (s: string, pattern: string) => { const found = regexOf(pattern); return found === undefined ? null : s.search(found) + 1; }),
  scalar('REGEXP_SUBSTR', [STRING, STRING], STRING, (s: string, pattern: string) => regexOf(pattern)?.exec(s)?.[0] ?? null),
  scalar('URL_ENCODE', [STRING], STRING, urlEncoded),
  scalar('URL_DECODE', [STRING], STRING, urlDecoded),
  scalar('ENCODE', [STRING, STRING], BYTES, (s: string, charset: string) => encoded(s, charset)),
  scalar('DECODE', [BYTES, STRING], STRING, (bytes: Uint8Array, charset: string) => decoderOf(charset)?.decode(bytes) ?? null),
  scalar('UNHEX', [STRING], BYTES, unhex),
  scalar('STR_TO_MAP', [STRING, STRING, STRING], TEXTS_BY_TEXT, (s: string, items = ',', pair = '=') => textsByText(s, items, pair), { optional: 2 }),
  scalar('IS_DECIMAL', [STRING], BOOLEAN, (s: string | null) => s !== null && DECIMAL_TEXT.test(s), { takesNull: true }),
  scalar('IS_DECIMAL', ['number'], BOOLEAN, () => true, { takesNull: true }),
  scalar('IS_ALPHA', [STRING], BOOLEAN, (s: string | null) => s !== null && /^\p{L}+$/u.test(s), { takesNull: true }),
  scalar('IS_DIGIT', [STRING], BOOLEAN, (s: string | null) => s !== null && /^\p{Nd}+$/u.test(s), { takesNull: true }),
  scalar('JSON_QUOTE', [STRING], STRING, (s: string) => JSON.stringify(s).replaceAll('/', '\\/')),
  scalar('JSON_UNQUOTE', [STRING], STRING, unquoted),
]; // prettier-ignore

/** NULL for a group that the pattern does not have. */
function extractAll(s: string, pattern: string, group: number): (string | null)[] | null {
  const found = regexOf(pattern, 'g');
  const groups = found && regexOf(`${pattern}|`)!.exec('')!.length - 1;
  if (groups === undefined || group < 0 || group > groups) return null;
  return Array.from(s.matchAll(found!), (match) => match[group] ?? null);
}

/** As forms are sent: a space is `+`. */
function urlEncoded(s: string): string {
  const reserved = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(s)
    .replace(/[!'()~]/g, reserved)
    .replaceAll('%20', '+');
}

/** NULL for what nothing is encoded as. */
function urlDecoded(s: string): string | null {
  try {
    return decodeURIComponent(s.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    // Without a mark of the order of bytes it is big-endian.
    return new TextDecoder(/^utf[-_]?16$/i.test(charset) ? 'utf-16be' : charset);
  } catch {
    return undefined;
  }
}

/** NULL for a charset other than these. */
function encoded(s: string, charset: string): Uint8Array | null {
  const units = (bytes: number, little: boolean) => {
    const made = new DataView(new ArrayBuffer(s.length * bytes));
    for (let at = 0; at < s.length; at++) made.setUint16(at * 2, s.charCodeAt(at), little);
    return new Uint8Array(made.buffer);
  };
  switch (charset.toUpperCase().replace(/[_ ]/g, '-')) {
    case 'UTF-8':
    case 'UTF8':
      return utf8ToBytes(s);
    case 'US-ASCII':
    case 'ASCII':
      return Uint8Array.from([...s], (character) =>
        character.charCodeAt(0) < 128 ? character.charCodeAt(0) : 63,
      );
    case 'ISO-8859-1':
      return Uint8Array.from([...s], (character) =>
        character.charCodeAt(0) < 256 ? character.charCodeAt(0) : 63,
      );
    case 'UTF-16':
      return Uint8Array.from([0xfe, 0xff, ...units(2, false)]);
    case 'UTF-16BE':
      return units(2, false);
    case 'UTF-16LE':
      return units(2, true);
    default:
      return null;
  }
}

/** Of an odd number of digits the first is a byte of zeros, as Flink has it; NULL for what is no number. */
function unhex(s: string): Uint8Array | null {
  if (!/^[\da-f]*$/i.test(s)) return null;
  const digits = s.length % 2 === 0 ? s : `00${s.slice(1)}`;
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

function textsByText(s: string, items: string, pair: string): Map<string, string | null> {
  const map = new Map<string, string | null>();
  if (s === '') return map;
  for (const item of s.split(new RegExp(items))) {
    const [separator] = new RegExp(pair).exec(item) ?? [];
    const at = separator === undefined ? -1 : item.search(new RegExp(pair));
    map.set(at < 0 ? item : item.slice(0, at), at < 0 ? null : item.slice(at + separator!.length));
  }
  return map;
}

/** What is no quoted JSON text stays as it is. */
function unquoted(s: string): string {
  if (!/^".*"$/s.test(s)) return s;
  try {
    return String(JSON.parse(s));
  } catch {
    return s;
  }
}
