import type { ValueOf } from '../schema.ts';

/** A whole number written out, which takes the type of what it is reckoned with; by itself it is an INT. */
export type Whole = 0;

/** The type of values that are one or the other, or are reckoned with each other; `never` is nothing yet. */
export type Joined<A, B> = [A] extends [never]
  ? B
  : [B] extends [never]
    ? A
    : unknown extends A | B
      ? unknown
      : JoinedValues<Exclude<A, null>, Exclude<B, null>> | (null extends A | B ? null : never);

type JoinedValues<A, B> = [A] extends [never]
  ? B
  : [B] extends [never]
    ? A
    : [A] extends [Whole]
      ? [B] extends [boolean]
        ? unknown
        : B
      : [B] extends [Whole]
        ? JoinedValues<B, A>
        : [A | B] extends [boolean]
          ? boolean
          : [A | B] extends [string]
            ? string
            : [A | B] extends [number | bigint]
              ? A | B
              : [A | B] extends [string | number | bigint]
                ? DecimalAnd<Exclude<A | B, string>>
                : unknown;

/** A DECIMAL with whole numbers is one; with a `number`, which may be a DOUBLE, nobody can tell. */
type DecimalAnd<Number> = bigint extends Number ? string : string | number;

/** A value's type at the end. */
export type Final<V> = [V] extends [never]
  ? unknown
  : unknown extends V
    ? unknown
    : V extends Whole
      ? number
      : V;

/** The type of a number as it is written: whole, with a point (DECIMAL), or with an exponent (DOUBLE). */
export type NumberValue<Text extends string> =
  Uppercase<Text> extends `${string}E${string}`
    ? number
    : Text extends `${string}.${string}`
      ? string
      : Text extends LongNumber
        ? number | bigint
        : Whole;

/** Nine digits are an INT, whatever they are. */
type LongNumber = `${Any}${Any}${Any}${Any}${Any}${Any}${Any}${Any}${Any}${number}`;
type Any = string;

/** The type of CAST to a SQL type that begins with a word. */
export type CastValue<Type extends string> = ValueOf<Type>;

/** Functions whose result is of a type whatever they are given. */
interface ResultTypes {
  string:
    | 'BTRIM' | 'CHR' | 'CONCAT' | 'CONCAT_WS' | 'DATE_FORMAT' | 'DECODE' | 'ELT' | 'FROM_BASE64' | 'FROM_UNIXTIME' | 'INITCAP' | 'JSON_QUOTE'
    | 'JSON_STRING' | 'JSON_UNQUOTE' | 'JSON_OBJECT' | 'JSON_ARRAY' | 'JSON_OBJECTAGG' | 'JSON_ARRAYAGG' | 'LEFT' | 'LISTAGG' | 'LOWER' | 'LPAD'
    | 'LTRIM' | 'MD5' | 'OVERLAY' | 'PARSE_URL' | 'REGEXP_EXTRACT' | 'REGEXP_REPLACE' | 'REGEXP_SUBSTR' | 'REPEAT' | 'REPLACE' | 'REVERSE'
    | 'RIGHT' | 'RPAD' | 'RTRIM' | 'SHA1' | 'SHA2' | 'SHA224' | 'SHA256' | 'SHA384' | 'SHA512' | 'SPLIT_INDEX' | 'SUBSTR' | 'SUBSTRING'
    | 'TO_BASE64' | 'TRANSLATE' | 'TRIM' | 'UPPER' | 'URL_DECODE' | 'URL_ENCODE' | 'ARRAY_JOIN' | 'BIN' | 'HEX' | 'CONVERT_TZ'; // prettier-ignore
  number:
    | 'ACOS' | 'ASCII' | 'ASIN' | 'ATAN' | 'ATAN2' | 'CARDINALITY' | 'CHARACTER_LENGTH' | 'CHAR_LENGTH' | 'COS' | 'COSH' | 'COT' | 'DEGREES' | 'E'
    | 'EXP' | 'INSTR' | 'LENGTH' | 'LN' | 'LOCATE' | 'LOG' | 'LOG10' | 'LOG2' | 'PI' | 'POSITION' | 'POWER' | 'RADIANS' | 'REGEXP_COUNT'
    | 'REGEXP_INSTR' | 'SIN' | 'SINH' | 'SQRT' | 'TAN' | 'TANH' | 'TIMESTAMPDIFF' | 'TO_DATE' | 'TO_TIMESTAMP' | 'TO_TIMESTAMP_LTZ' | 'LAST_DAY'
    | 'TIMESTAMPADD' | 'PROCTIME' | 'NOW' | 'CURRENT_ROW_TIMESTAMP'; // prettier-ignore
  big:
    | 'COUNT' | 'DAYOFMONTH' | 'DAYOFWEEK' | 'DAYOFYEAR' | 'EXTRACT' | 'HOUR' | 'MINUTE' | 'MONTH' | 'QUARTER' | 'SECOND' | 'WEEK' | 'YEAR'
    | 'UNIX_TIMESTAMP' | 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK'; // prettier-ignore
  boolean:
    | 'ENDSWITH'
    | 'STARTSWITH'
    | 'IS_ALPHA'
    | 'IS_DIGIT'
    | 'REGEXP'
    | 'JSON_EXISTS'
    | 'ARRAY_CONTAINS'
    | 'EXISTS';
  first:
    | 'SUM' | 'AVG' | 'MIN' | 'MAX' | 'FIRST_VALUE' | 'LAST_VALUE' | 'SINGLE_VALUE' | 'ABS' | 'NULLIF' | 'CEIL' | 'CEILING' | 'FLOOR' | 'LAG' | 'LEAD'; // prettier-ignore
  all: 'GREATEST' | 'LEAST' | 'CASE' | 'THEN';
}

/** Functions that are never NULL. */
type NeverNull = 'COUNT' | 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK';

/** The type of a call's result. @param Args the types of its arguments, in order */
export type CallValue<F extends string, Args extends readonly unknown[]> = F extends ''
  ? Args extends readonly [infer Only]
    ? Only
    : unknown
  : F extends NeverNull
    ? number | bigint
    : F extends 'COALESCE' | 'IFNULL'
      ? null extends Args[number]
        ? WithoutNullIfOne<Args>
        : JoinedAll<Args>
      : F extends 'IF'
        ? Args extends readonly [unknown, infer A, infer B]
          ? Joined<A, B>
          : unknown
        : F extends 'TYPE'
          ? Args[0]
          : OrNull<F extends ResultTypes['string'] ? string
            : F extends ResultTypes['number'] ? number
            : F extends ResultTypes['big'] ? number | bigint
            : F extends ResultTypes['boolean'] ? boolean
            : F extends ResultTypes['first'] ? Args[0]
            : F extends ResultTypes['all'] ? JoinedAll<Args>
            : unknown>; // prettier-ignore

type OrNull<V> = [V] extends [never] ? unknown : unknown extends V ? unknown : V | null;

type JoinedAll<Args extends readonly unknown[], Made = never> = Args extends readonly [
  infer First,
  ...infer Rest,
]
  ? JoinedAll<Rest, Joined<Made, First>>
  : Made;

/** The first that is not NULL: where one never is, neither is the result. */
type WithoutNullIfOne<Args extends readonly unknown[]> = true extends {
  [I in keyof Args]: null extends Args[I] ? false : true;
}[number]
  ? Exclude<JoinedAll<Args>, null>
  : JoinedAll<Args>;
