/** What tokens are: names in backticks, words, numbers, texts, and each other character by itself. */
export type TokenKind = 'quoted' | 'word' | 'number' | 'text' | SymbolCharacter;

export type SymbolCharacter =
  | '(' | ')' | '[' | ']' | '{' | '}' | ',' | '.' | ';' | ':' | '?' | '=' | '<' | '>' | '!' | '|' | '+' | '-' | '*' | '/' | '%' | '"' | '&' | '^' | '~'
  | '@' | '#' | '\\'; // prettier-ignore
type Blank = ' ' | '\n' | '\t' | '\r';
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

/**
 * The first token of a text of SQL, as `[kind, text, rest]`; `[]` at its end. What is not closed ends with the text.
 */
export type NextToken<S extends string> = S extends `${infer C}${infer R}`
  ? C extends SymbolCharacter
    ? S extends `--${string}`
      ? R extends `${string}\n${infer Rest}`
        ? NextToken<Rest>
        : []
      : S extends `/*${infer Comment}`
        ? Comment extends `${string}*/${infer Rest}`
          ? NextToken<Rest>
          : []
        : [C, C, R]
    : C extends Blank
      ? NextToken<R extends `    ${infer Indented}` ? Indented : R>
      : C extends "'"
        ? R extends `${infer Text}'${infer Rest}`
          ? // A doubled quote makes two tokens, which is all the same to who looks for names.
            ['text', Text, Rest]
          : []
        : C extends '`'
          ? R extends `${infer Text}\`${infer Rest}`
            ? ['quoted', Text, Rest]
            : []
          : C extends Digit
            ? NumberBehind<R, C>
            : WordBehind<R, C>
  : [];

type WordBehind<S extends string, Taken extends string> = S extends `${infer C}${infer R}`
  ? C extends WordEnd
    ? ['word', Taken, S]
    : WordBehind<R, `${Taken}${C}`>
  : ['word', Taken, ''];
type NumberBehind<S extends string, Taken extends string> = S extends `${infer C}${infer R}`
  ? C extends NumberEnd
    ? ['number', Taken, S]
    : NumberBehind<R, `${Taken}${C}`>
  : ['number', Taken, ''];

type NumberEnd = Exclude<WordEnd, '.'>;
type WordEnd = SymbolCharacter | Blank | "'" | '`';
