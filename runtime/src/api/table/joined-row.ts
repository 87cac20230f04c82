import type { InBoth } from './expression/read-expression.ts';

/** The names in a join's condition: `a.name`, `b.name`, and by itself what only one of the tables has. */
export type JoinColumns<A, B> = string extends keyof A | keyof B
  ? Record<string, unknown>
  : { [K in keyof A & string as `a.${K}`]: A[K] } & { [K in keyof B & string as `b.${K}`]: B[K] } & {
      [K in Exclude<keyof A, keyof B>]: A[K];
    } & { [K in Exclude<keyof B, keyof A>]: B[K] } & { [K in keyof A & keyof B]: InBoth };

/** The rows of a join: a column of the other table whose name is taken has a `0` behind it. */
export type JoinedRow<A, B> = string extends keyof A | keyof B
  ? Record<string, unknown>
  : { [K in keyof A | RenamedKey<A, B>]: K extends keyof A ? A[K] : B[OriginalKey<K, A, B>] };

type RenamedKey<A, B> = { [K in keyof B]: K extends keyof A ? `${K & string}0` : K }[keyof B];
type OriginalKey<K, A, B> = K extends keyof B
  ? K
  : K extends `${infer Name}0`
    ? Name & keyof A & keyof B
    : never;

/** Rows that may be missing: every column may be NULL. */
export type OuterRow<B> = { [K in keyof B]: B[K] | null };
