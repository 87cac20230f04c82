import { inputsOf, withInputs, type Relation } from '../plan/relation.ts';

/** In batch mode all rows are there in the end: ORDER BY of anything is a Top-N of all of them. */
export function sortWhole(relation: Relation): Relation {
  const inside = withInputs(relation, inputsOf(relation).map(sortWhole));
  return inside.kind === 'sort' && inside.limit === undefined ? { ...inside, limit: Infinity } : inside;
}
