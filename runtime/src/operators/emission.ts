/** What a windowed operator, a running aggregate or the last one of a table says of the record it emits, for a view right behind it. */
export interface Emission {
  readonly key: unknown;
  readonly window?: { readonly start: number; readonly end: number };
  /** How often this key and window have fired before. */
  readonly pane?: number;
  readonly purging?: boolean;
  /** Windows that merged into this one since it last fired. */
  readonly absorbed?: readonly { readonly start: number; readonly end: number }[];
  /** What is done to the row of the key, of a table that changes. */
  readonly change?: 'replace' | 'add' | 'remove';
}
