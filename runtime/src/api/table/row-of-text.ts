import type { NextToken } from './expression/token.ts';
import type { ValueOf } from './schema.ts';

/**
 * The rows of a schema in one text, as in CREATE TABLE; of one that the compiler does not read (a text of more than 300 words, or what is
 * no schema) nothing is known.
 */
export type RowOfText<Text extends string> = string extends Text
  ? Record<string, unknown>
  : Columns<Text, {}, []>; // eslint-disable-line @typescript-eslint/no-empty-object-type

type Unknown = Record<string, unknown>;
type Fuel = readonly 0[];

/** Reads the next column, or clause. */
type Columns<S extends string, Row, F extends Fuel> = F['length'] extends 300
  ? Unknown
  : NextToken<S> extends [infer Kind, infer Name extends string, infer R extends string]
    ? Kind extends 'quoted'
      ? Column<R, Row, Name, F>
      : Kind extends 'word'
        ? Uppercase<Name> extends 'WATERMARK' | 'PRIMARY' | 'CONSTRAINT'
          ? Behind<R, Row, '(', ')', [], F>
          : Column<R, Row, Name, F>
        : Unknown
    : { [K in keyof Row]: Row[K] };

/** A computed column has a value that nobody knows; what it is computed by may hold `<` and `>`. */
type Column<S extends string, Row, Name extends string, F extends Fuel> =
  NextToken<S> extends ['word', infer Type extends string, infer R extends string]
    ? Uppercase<Type> extends 'AS'
      ? Behind<R, Row & Record<Name, unknown>, '(', ')', [], F>
      : Behind<R, Row & Record<Name, ValueOf<Uppercase<Type>>>, '(' | '<', ')' | '>', [], F>
    : Unknown;

/** Goes on behind the next comma that is in no brackets. */
type Behind<
  S extends string,
  Row,
  Opens,
  Closes,
  Depth extends Fuel,
  F extends Fuel,
> = F['length'] extends 300
  ? Unknown
  : NextToken<S> extends [infer Kind, unknown, infer R extends string]
    ? Kind extends ','
      ? Depth extends readonly []
        ? Columns<R, Row, [...F, 0]>
        : Behind<R, Row, Opens, Closes, Depth, [...F, 0]>
      : Behind<
          R,
          Row,
          Opens,
          Closes,
          Kind extends Opens
            ? [...Depth, 0]
            : Kind extends Closes
              ? Depth extends readonly [0, ...infer Outer extends Fuel]
                ? Outer
                : Depth
              : Depth,
          [...F, 0]
        >
    : { [K in keyof Row]: Row[K] };
