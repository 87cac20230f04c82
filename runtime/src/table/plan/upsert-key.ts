import type { Expression } from './expression.ts';
import type { Join, Relation } from './relation.ts';

/**
 * The columns by which the rows of a table that changes are told apart: at any time it has one row at most of each of their values.
 * `undefined` if none are known, so that only the whole row can be named.
 */
export function upsertKey(relation: Relation): readonly number[] | undefined {
  switch (relation.kind) {
    case 'scan':
      return placed(keyIn(relation.table.primaryKey), relation.read);
    case 'aggregate':
      return relation.keys.map((_, at) => at);
    case 'normalize':
      return relation.key;
    case 'filter':
    case 'sort':
      return upsertKey(relation.input);
    case 'project': {
      const columns = relation.expressions.map((expression) =>
        expression.kind === 'input' ? expression.index : -1,
      );
      return placed(upsertKey(relation.input), columns);
    }
    case 'rank': {
      // Without its place a row may come to where another has not left yet.
      const partition = relation.withRank ? inputColumns(relation.partition) : undefined;
      return partition === undefined
        ? upsertKey(relation.input)
        : [...partition, relation.input.columns.length];
    }
    case 'deduplicate':
      return inputColumns(relation.partition);
    case 'join':
      return joinKey(relation);
    case 'temporal-join':
      return upsertKey(relation.left);
    default:
      return undefined;
  }
}

/** A pair of rows is told apart by the keys of both. */
function joinKey({ type, left, right }: Join): readonly number[] | undefined {
  const ofLeft = upsertKey(left);
  if (type === 'semi' || type === 'anti' || ofLeft === undefined) return ofLeft;
  const ofRight = upsertKey(right);
  return ofRight === undefined ? undefined : [...ofLeft, ...ofRight.map((at) => left.columns.length + at)];
}

function keyIn(primaryKey: readonly number[]): readonly number[] | undefined {
  return primaryKey.length === 0 ? undefined : primaryKey;
}

/** Where the key stands among columns that are taken from others; `undefined` if a part of it is not. */
function placed(
  key: readonly number[] | undefined,
  columns: readonly number[],
): readonly number[] | undefined {
  const places = key?.map((column) => columns.indexOf(column));
  return places?.includes(-1) === true ? undefined : places;
}

function inputColumns(expressions: readonly Expression[]): readonly number[] | undefined {
  const columns = expressions.map((expression) => (expression.kind === 'input' ? expression.index : -1));
  return columns.includes(-1) ? undefined : columns;
}
