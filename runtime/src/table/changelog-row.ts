/** What a row of a changelog does to the table: insert, take back an old version, put a new one, delete. */
export type RowKind = '+I' | '-U' | '+U' | '-D';

/** A row on its way between operators. Its values are never changed once it is out. */
export interface Row {
  readonly kind: RowKind;
  readonly values: readonly unknown[];
}

/** True for a row that is added, false for one that is taken away. */
export function isAddition({ kind }: Row): boolean {
  return kind === '+I' || kind === '+U';
}
