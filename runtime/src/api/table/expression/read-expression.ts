import type { NextToken } from './token.ts';
import type { ReservedWord, PlacedWord } from './sql-words.ts';
import type { CallValue, CastValue, Final, Joined, NumberValue } from './value-types.ts';

/** What a text of SQL says of itself, as far as the compiler reads it. */
export interface Reading<Value = unknown, Alias = undefined, Missing = never> {
  /** The type of its values; `unknown` where it cannot be told. */
  readonly value: Value;
  /** The name that it is given behind AS. */
  readonly alias: Alias;
  /** A name in it that means no column. */
  readonly missing: Missing;
}

/** The type of a name that columns of two tables have: by itself it means neither. */
export interface InBoth {
  readonly inBoth: never;
}

/**
 * Reads an expression: its names are looked up in `Columns`, whose keys are names, and paths such as `w.start`. What it is no reader of
 * (sub-queries, texts of more than 150 tokens) it says nothing about; the planner reads everything.
 *
 * It goes from token to token with what is known of the innermost call or parenthesis (`Frame`) and those around it. The order of
 * operators is not looked at: any comparison in a frame makes it a BOOLEAN, any `||` a text, and types that are reckoned with are joined.
 */
export type ReadExpression<Columns, Text extends string> = Read<Columns, Text, 'begin', Frame, [], []>;

/** Its call ('' of a parenthesis), the types of the arguments before, that of what is read, and what operators make of it. */
type Frame<F extends string = '', Args extends readonly unknown[] = [], Value = never, Makes = 'value'> = [
  F,
  Args,
  Value,
  Makes,
];
type AnyFrame = [string, readonly unknown[], unknown, unknown];

/** What stood before: `unit` and `type` where a word is no column, `time` before a literal of a time or an interval. */
type Before = 'begin' | 'operand' | 'operator' | 'unit' | 'time' | 'dot';

type Read<
  C,
  S extends string,
  P extends Before,
  F extends AnyFrame,
  Stack extends readonly AnyFrame[],
  Fuel extends readonly 0[],
> = Fuel['length'] extends 150
  ? Reading
  : NextToken<S> extends [infer K, infer W extends string, infer R extends string]
    ? K extends 'word'
      ? ReadWord<C, W, Uppercase<W>, R, P, F, Stack, [...Fuel, 0]>
      : K extends 'quoted'
        ? P extends 'dot'
          ? Read<C, R, 'operand', With<F, unknown>, Stack, [...Fuel, 0]>
          : P extends 'operand'
            ? ReadAlias<W, F, Stack>
            : ReadName<C, W, R, F, Stack, [...Fuel, 0]>
        : K extends 'text'
          ? Read<C, R, 'operand', With<F, P extends 'time' ? number : string>, Stack, [...Fuel, 0]>
          : K extends 'number'
            ? Read<C, R, 'operand', With<F, NumberValue<W>>, Stack, [...Fuel, 0]>
            : K extends '('
              ? Read<C, R, 'operator', Frame, [F, ...Stack], [...Fuel, 0]>
              : K extends '['
                ? Read<C, R, 'operator', Frame<'['>, [F, ...Stack], [...Fuel, 0]>
                : K extends ')' | ']'
                  ? Stack extends [infer Outer extends AnyFrame, ...infer Rest extends AnyFrame[]]
                    ? Read<C, R, 'operand', Closed<Outer, F>, Rest, [...Fuel, 0]>
                    : Reading
                  : Read<
                      C,
                      R,
                      K extends '.' ? 'dot' : 'operator',
                      K extends ',' ? NextArgument<F> : Makes<F, K>,
                      Stack,
                      [...Fuel, 0]
                    >
    : Stack extends []
      ? Reading<Final<ValueOfFrame<F>>>
      : Reading;

type With<F extends AnyFrame, V> = F[0] extends 'TYPE' ? F : [F[0], F[1], Joined<F[2], V>, F[3]];
type NextArgument<F extends AnyFrame> = F[0] extends 'TYPE' ? F : Frame<F[0], [...F[1], ValueOfFrame<F>]>;
type ValueOfFrame<F extends AnyFrame> = F[3] extends 'boolean'
  ? boolean | NullOf<F[2]>
  : F[3] extends 'text'
    ? string | NullOf<F[2]>
    : F[2];
type NullOf<V> = null extends V ? null : never;

/** What a symbol makes of its frame. Division may have no result. */
type Makes<F extends AnyFrame, K> = K extends '=' | '<' | '>' | '!'
  ? Truth<F>
  : K extends '|'
    ? [F[0], F[1], F[2], F[3] extends 'boolean' ? 'boolean' : 'text']
    : K extends '/' | '%'
      ? With<F, null>
      : F;
type Truth<F extends AnyFrame> = [F[0], F[1], F[2], 'boolean'];

/** The frame around one that ends. */
type Closed<Outer extends AnyFrame, F extends AnyFrame> = F[0] extends 'OVER' | 'FILTER' | 'GROUP' | 'WITHIN'
  ? Outer
  : F[0] extends '['
    ? With<Outer, unknown>
    : With<
        Outer,
        CallValue<F[0], F[0] extends 'CASE' | 'THEN' | 'TYPE' ? CaseOrType<F> : [...F[1], ValueOfFrame<F>]>
      >;
type CaseOrType<F extends AnyFrame> = F[0] extends 'TYPE'
  ? F[1]
  : F[0] extends 'THEN'
    ? [...F[1], ValueOfFrame<F>]
    : F[1];

type ReadWord<
  C,
  W extends string,
  U extends string,
  R extends string,
  P extends Before,
  F extends AnyFrame,
  Stack extends readonly AnyFrame[],
  Fuel extends readonly 0[],
> = F[0] extends 'TYPE'
  ? Read<C, R, 'operand', F, Stack, Fuel>
  : P extends 'dot'
    ? Read<C, R, 'operand', With<F, unknown>, Stack, Fuel>
    : P extends 'unit'
      ? Read<C, R, 'operator', F, Stack, Fuel>
      : U extends PlainKeyword
        ? ReadKeyword<C, U, R, F, Stack, Fuel>
        : NextToken<R> extends ['(', unknown, infer Inside extends string]
          ? Read<C, Inside, U extends TakesUnit ? 'unit' : 'operator', Frame<U>, [F, ...Stack], Fuel>
          : U extends ReservedWord
            ? U extends 'OVER'
              ? Reading
              : Read<C, R, 'operator', F, Stack, Fuel>
            : W extends keyof C
              ? ReadName<C, W, R, F, Stack, Fuel>
              : U extends PlacedWord
                ? Read<C, R, U extends TimeWord ? 'time' : 'operand', F, Stack, Fuel>
                : U extends ClockWord
                  ? Read<C, R, 'operand', With<F, number>, Stack, Fuel>
                  : P extends 'operand'
                    ? ReadAlias<W, F, Stack>
                    : ReadName<C, W, R, F, Stack, Fuel>;

/** Reserved words that are no function even before a parenthesis. */
type PlainKeyword = TruthWord | 'NULL' | 'TRUE' | 'FALSE' | 'CASE' | 'WHEN' | 'THEN' | 'ELSE' | 'END' | 'AS' | 'TO' | 'INTERVAL' | QueryWord
  | 'BY' | 'ON' | 'FROM' | 'FOR' | 'ESCAPE' | 'DISTINCT' | 'ALL' | 'WHERE' | 'USING' | 'SETS'; // prettier-ignore
type TruthWord = 'AND' | 'OR' | 'NOT' | 'IN' | 'IS' | 'LIKE' | 'BETWEEN' | 'SIMILAR';
/** Words that begin what has columns of its own. */
type QueryWord = 'SELECT' | 'WITH' | 'VALUES' | 'TABLE' | 'UNNEST' | 'LATERAL';
type TakesUnit = 'EXTRACT' | 'TIMESTAMPADD' | 'TIMESTAMPDIFF';
type TimeWord = 'DATE' | 'TIME' | 'TIMESTAMP';
type ClockWord =
  'CURRENT_TIMESTAMP' | 'LOCALTIMESTAMP' | 'CURRENT_DATE' | 'CURRENT_TIME' | 'LOCALTIME' | 'NOW' | 'PROCTIME' | 'CURRENT_ROW_TIMESTAMP'; // prettier-ignore

type ReadKeyword<
  C,
  U extends string,
  R extends string,
  F extends AnyFrame,
  Stack extends readonly AnyFrame[],
  Fuel extends readonly 0[],
> = U extends QueryWord
  ? Reading
  : U extends TruthWord
    ? Read<C, R, 'operator', Truth<F>, Stack, Fuel>
    : U extends 'NULL'
      ? Read<C, R, 'operand', With<F, null>, Stack, Fuel>
      : U extends 'TRUE' | 'FALSE'
        ? Read<C, R, 'operand', With<F, boolean>, Stack, Fuel>
        : U extends 'CASE'
          ? Read<C, R, 'operator', Frame<'CASE'>, [F, ...Stack], Fuel>
          : U extends 'WHEN'
            ? Read<C, R, 'operator', Frame<'CASE', CaseOrType<F>>, Stack, Fuel>
            : U extends 'THEN'
              ? Read<C, R, 'operator', Frame<'THEN', F[1]>, Stack, Fuel>
              : U extends 'ELSE'
                ? Read<C, R, 'operator', Frame<'THEN', CaseOrType<F>>, Stack, Fuel>
                : U extends 'END'
                  ? Stack extends [infer Outer extends AnyFrame, ...infer Rest extends AnyFrame[]]
                    ? Read<C, R, 'operand', Closed<Outer, F>, Rest, Fuel>
                    : Reading
                  : U extends 'AS'
                    ? NextToken<R> extends [unknown, infer W extends string, infer After extends string]
                      ? Stack extends []
                        ? ReadAlias<W, F, Stack>
                        : Read<C, After, 'operand', Frame<'TYPE', [CastValue<Uppercase<W>>]>, Stack, Fuel>
                      : Reading
                    : Read<
                        C,
                        R,
                        U extends 'TO' ? 'unit' : U extends 'INTERVAL' ? 'time' : 'operator',
                        F,
                        Stack,
                        Fuel
                      >;

/** A name that an expression is given ends it. Deeper inside nobody knows what it is. */
type ReadAlias<W extends string, F extends AnyFrame, Stack> = Stack extends []
  ? Reading<Final<ValueOfFrame<F>>, W>
  : Reading;

type ReadName<
  C,
  W extends string,
  R extends string,
  F extends AnyFrame,
  Stack extends readonly AnyFrame[],
  Fuel extends readonly 0[],
> =
  NextToken<R> extends ['.', unknown, infer Behind extends string]
    ? NextToken<Behind> extends [unknown, infer Part extends string, infer After extends string]
      ? `${W}.${Part}` extends keyof C
        ? Read<C, After, 'operand', With<F, C[`${W}.${Part}`]>, Stack, Fuel>
        : W extends keyof C
          ? Read<C, After, 'operand', With<F, unknown>, Stack, Fuel>
          : Part extends '*'
            ? Reading
            : Reading<unknown, undefined, `${W}.${Part}`>
      : Reading
    : W extends ColumnOf<C>
      ? Read<C, R, 'operand', With<F, C[W]>, Stack, Fuel>
      : Reading<unknown, undefined, W>;

type ColumnOf<C> = { [K in keyof C]: C[K] extends InBoth ? never : K }[keyof C];
