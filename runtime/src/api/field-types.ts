// Methods take these as constraints of a type parameter (`sum<F extends NumericField<T>>(field: F)`): a stream of some records
// is then one of any, as the checker sees it; a parameter of such a type would make it invariant.

/** Names of the fields that hold numbers, an index of a tuple, or 0 for a stream of numbers. */
export type NumericField<T> = T extends number
  ? 0
  : T extends readonly unknown[]
    ? number
    : { [P in keyof T]-?: T[P] extends number ? P : never }[keyof T] & (string | number);

/** Names of the fields, or an index of a tuple. */
export type AnyField<T> = T extends readonly unknown[] ? number : keyof T & (string | number);

/** What a record can be grouped by; other values fail when a record has one. */
export type Key = string | number | bigint | boolean | object;

/** Names of the fields that can be keys. */
export type KeyField<T> = T extends readonly unknown[]
  ? number
  : { [P in keyof T]-?: T[P] extends Key ? P : never }[keyof T] & (string | number);

/** Type of the key that a field gives. */
export type KeyOf<T, F> = F extends keyof T ? T[F] : T extends readonly (infer E)[] ? E : unknown;

/** Names of the fields that hold keys of the type `K`, or an index of a tuple. */
export type KeyFieldOf<T, K> = T extends readonly unknown[]
  ? number
  : { [P in keyof T]-?: T[P] extends K ? P : never }[keyof T] & (string | number);
