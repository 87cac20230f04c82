/** Fields that views add to rows, and columns of users of the same names with an underscore more. */
const LIKE_OWN = /^_+(?:id|time|label|late|slot|previous)$/;
const OWN = /^_(?:id|time|label|late|slot|previous)$/;

/** The field of a view's row that holds a field of the record: of its name, with one underscore more where the view has its own. */
export function rowField(name: string): string {
  return LIKE_OWN.test(name) ? `_${name}` : name;
}

/** The record's field that a view's row holds in this one; `undefined` for those that the view has added. */
export function recordField(field: string): string | undefined {
  if (OWN.test(field)) return undefined;
  return LIKE_OWN.test(field) ? field.slice(1) : field;
}
