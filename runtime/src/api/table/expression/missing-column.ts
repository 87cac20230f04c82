import type { InBoth } from './read-expression.ts';

/** What the compiler shows in the place of a text that names a column which is not there. */
export type MissingColumn<Columns, Name extends string> = Name extends keyof Columns
  ? Columns[Name] extends InBoth
    ? `'${Name}' is a column of both tables: write a.${Name} or b.${Name}`
    : never
  : `no column '${Name}' in (${Listed<Known<Columns>>})${Meant<Name, Known<Columns>>}`;

/** Names that mean a column. */
type Known<Columns> = keyof {
  [K in keyof Columns as Columns[K] extends InBoth ? never : K]: 0;
} &
  string;

/** Names with commas between, the first twelve of them. */
type Listed<Names extends string, Text extends string = '', Count extends readonly 0[] = []> = [
  Names,
] extends [never]
  ? Text
  : Count['length'] extends 12
    ? `${Text}, …`
    : Last<Names> extends infer Name extends string
      ? Listed<Exclude<Names, Name>, Text extends '' ? Name : `${Name}, ${Text}`, [...Count, 0]>
      : Text;

/** One of a union: inference takes the last of several signatures. */
type Last<Names> = (Names extends unknown ? (of: () => Names) => void : never) extends (of: infer All) => void
  ? All extends () => infer Name
    ? Name
    : never
  : never;

type Meant<Name extends string, Known extends string> = [Near<Name, Known>] extends [never]
  ? ''
  : `; perhaps '${Last<Near<Name, Known>> & string}' is meant`;

/** Names that are all but equal: written in other letters of the same kind, or one letter away, or with two in each other's place. */
type Near<Name extends string, Known extends string> = Known extends unknown
  ? Lowercase<Name> extends Lowercase<Known>
    ? Known
    : AfterSame<Lowercase<Name>, Lowercase<Known>> extends true
      ? Known
      : never
  : never;

type AfterSame<A extends string, B extends string> = A extends `${infer X}${infer RestOfA}`
  ? B extends `${infer Y}${infer RestOfB}`
    ? X extends Y
      ? AfterSame<RestOfA, RestOfB>
      : RestOfA extends RestOfB | B
        ? true
        : A extends RestOfB
          ? true
          : A extends `${X}${Y}${infer Behind}`
            ? B extends `${Y}${X}${Behind}`
              ? true
              : false
            : false
    : RestOfA extends ''
      ? true
      : false
  : B extends `${infer _}${infer More}`
    ? More extends ''
      ? true
      : false
    : true;
