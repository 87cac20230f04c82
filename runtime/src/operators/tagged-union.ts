/**
 * A record of one of two streams that meet in windows, as assigners, triggers and evictors see it. `isOne` says which
 * stream it came by.
 */
export type TaggedUnion<T1, T2> =
  { readonly isOne: true; readonly value: T1 } | { readonly isOne: false; readonly value: T2 };
