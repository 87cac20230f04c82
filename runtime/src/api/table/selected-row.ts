import type { ValueOf } from './schema.ts';

/** Characters that no plain name has: a text with one is an expression, which the planner checks. */
export type ExpressionCharacter =
  ' ' | '(' | '.' | '*' | '+' | '-' | '/' | '%' | '`' | "'" | '|' | '[' | '\n';

/** A text as a column or expression of rows `T`: the name of a column must be one of theirs, where they are known. */
export type SelectItem<T, E extends string> = string extends keyof T
  ? E
  : string extends E
    ? E
    : E extends `${string}${ExpressionCharacter}${string}`
      ? E
      : E extends keyof T
        ? E
        : E extends `${number}`
          ? E
          : keyof T & string;

/** Texts as columns or expressions of rows `T`. */
export type SelectItems<T, E extends readonly string[]> = { readonly [I in keyof E]: SelectItem<T, E[I]> };

/** The name of what a text selects. */
export type SelectedName<E> = E extends `${string} AS ${infer N}` ? (N extends `\`${infer Q}\`` ? Q : N) : E;

/** The type of what a text selects; `unknown` of an expression that is neither a column nor one aggregate of a column. */
export type SelectedValue<T, E> = E extends `${infer X} AS ${string}`
  ? SelectedValue<T, X>
  : E extends keyof T
    ? T[E]
    : E extends `${infer F}(${infer A})`
      ? AggregateValue<T, Uppercase<F>, A>
      : unknown;

/** The type of an aggregate of a column. A closing parenthesis among the arguments means that the text is more than one call. */
export type AggregateValue<T, F extends string, A extends string> = A extends `${string})${string}`
  ? unknown
  : F extends 'COUNT'
    ? ValueOf<'BIGINT NOT NULL'>
    : F extends 'SUM' | 'MIN' | 'MAX' | 'FIRST_VALUE' | 'LAST_VALUE'
      ? A extends keyof T
        ? T[A] | null
        : unknown
      : unknown;

/** The rows that columns and expressions of rows `T` make, as far as they tell. */
export type SelectedRow<T, E extends string> = string extends keyof T
  ? Record<string, unknown>
  : string extends E
    ? Record<string, unknown>
    : '*' extends E
      ? Record<string, unknown>
      : { [K in E as SelectedName<K>]: SelectedValue<T, K> };
