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
      const partition = inputColumns(relation.partition);
      if (partition !== undefined && relation.from === 1 && relation.to === 1) return partition;
      // Without its place a row may come to where another has not left yet.
      return partition === undefined || !relation.withRank
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

/** A pair of rows is told apart by the keys of both; by that of one side where a row of it has one partner at most. */
function joinKey({ type, left, right, equal }: Join): readonly number[] | undefined {
  const ofLeft = upsertKey(left);
  if (type === 'semi' || type === 'anti') return ofLeft;
  const ofRight = upsertKey(right);
  const columnsOf = (side: 'left' | 'right') =>
    equal.map((pair) => (pair[side].kind === 'input' ? pair[side].index : -1));
  const hasOne = (key: readonly number[] | undefined, side: 'left' | 'right') =>
    key?.every((column) => columnsOf(side).includes(column)) === true;
  const behind = (key: readonly number[]) => key.map((at) => left.columns.length + at);
  if (ofLeft !== undefined && hasOne(ofRight, 'right') && (type === 'inner' || type === 'left'))
    return ofLeft;
  if (ofRight !== undefined && hasOne(ofLeft, 'left') && (type === 'inner' || type === 'right'))
    return behind(ofRight);
  return ofLeft === undefined || ofRight === undefined ? undefined : [...ofLeft, ...behind(ofRight)];
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
