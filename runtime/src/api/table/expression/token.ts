/** What tokens are: names in backticks, words, numbers, texts, and each other character by itself. */
export type TokenKind = 'quoted' | 'word' | 'number' | 'text' | SymbolCharacter;

export type SymbolCharacter =
  | '(' | ')' | '[' | ']' | '{' | '}' | ',' | '.' | ';' | ':' | '?' | '=' | '<' | '>' | '!' | '|' | '+' | '-' | '*' | '/' | '%' | '"' | '&' | '^' | '~'
  | '@' | '#' | '\\'; // prettier-ignore
type Blank = ' ' | '\n' | '\t' | '\r';
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

/** The first token of a text of SQL, as `[kind, text, rest]`; `[]` at its end. What is not closed ends with the text. */
export type NextToken<S extends string> = S extends `${infer C}${infer R}`
  ? C extends Blank
    ? NextToken<R>
    : C extends "'"
      ? Closed<R, "'"> extends [infer Text, infer Rest]
        ? ['text', Text, Rest]
        : []
      : C extends '`'
        ? Closed<R, '`'> extends [infer Text, infer Rest]
          ? ['quoted', Text, Rest]
          : []
        : S extends `--${string}`
          ? R extends `${string}\n${infer Rest}`
            ? NextToken<Rest>
            : []
          : S extends `/*${infer Comment}`
            ? Comment extends `${string}*/${infer Rest}`
              ? NextToken<Rest>
              : []
            : C extends Digit
              ? Run<R, Exclude<SymbolCharacter, '.'>, 'number', C>
              : C extends SymbolCharacter
                ? [C, C, R]
                : Run<R, SymbolCharacter, 'word', C>
  : [];

/** Up to a closing quote. A doubled one inside makes two tokens, which is all the same to who looks for names. */
type Closed<S extends string, Quote extends string> = S extends `${infer Text}${Quote}${infer Rest}`
  ? [Text, Rest]
  : undefined;

/** Characters that belong together, up to one that does not. */
type Run<S extends string, Stop, Kind, Taken extends string> = S extends `${infer C}${infer R}`
  ? C extends Stop | Blank | "'" | '`'
    ? [Kind, Taken, S]
    : Run<R, Stop, Kind, `${Taken}${C}`>
  : [Kind, Taken, ''];
