import { PIECE_BITS, PLACE_MASK, type LoggedRows } from '../operators/row-log.ts';
import type { RowLogs } from '../operators/row-logs.ts';
import type { Expression } from '../plan/expression.ts';
import type { EqualColumns } from '../plan/relation.ts';
import { writeKey } from './fused-key.ts';
import { FusedExpressions } from './fused-row.ts';
import { StandaloneScope } from './standalone-scope.ts';

export interface AppendJoinParts {
  readonly equal: readonly EqualColumns[];
  /** What must hold of a pair besides; its columns are the left's, then the right's. */
  readonly condition: Expression | undefined;
  readonly leftColumns: number;
  readonly rightColumns: number;
}

/** What the code asks of the operator that it is written for. */
interface Pairs {
  pair(values: readonly unknown[], timestamp: number | undefined): void;
  expect(time: number): void;
}

/** Rows of a side as they lie in its logs; their key is the one that the code below gives to a row in a chain. */
export function loggedRows({ equal, leftColumns, rightColumns }: AppendJoinParts, left: boolean): LoggedRows {
  const width = left ? leftColumns : rightColumns;
  const scope = new StandaloneScope();
  const keys = equal.map((pair) => (left ? pair.left : pair.right));
  const writer = new FusedExpressions(scope, { column: (index) => `cells[${index}][place]` });
  const locals = keys.map(() => scope.local());
  const code = keys.map((key, at) => `const ${locals[at]} = ${writer.write(key)};\n`).join('');
  const keyOf: LoggedRows['keyOf'] = scope.compile(
    ['cells', 'place'],
    `${writer.declarations}${code}return ${writeKey(scope, keys, locals)};`,
  );
  return { width, keyOf };
}

/** Takes the values of a row one by one, and then its timestamp. */
export type JoinRow = (...valuesAndTime: unknown[]) => void;

/**
 * Compiles what keeps a row of a side and pairs it with those of the other one, which are read where they lie. It is a function of its
 * own: most rows find no partner, and code that has not run yet would be thrown out of the chain's again and again.
 */
export function compileJoinRow(
  { equal, condition, leftColumns, rightColumns }: AppendJoinParts,
  operator: Pairs,
  [left, right]: readonly [RowLogs, RowLogs],
  fromLeft: boolean,
): JoinRow {
  const scope = new StandaloneScope();
  const [own, other] = fromLeft ? [left, right] : [right, left];
  const [width, otherWidth] = fromLeft ? [leftColumns, rightColumns] : [rightColumns, leftColumns];
  const [pairs, ownSide, otherSide] = [scope.bind(operator), scope.bind(own), scope.bind(other)];
  const mine = Array.from({ length: width }, (_, column) => `c${column}`);
  const theirs = Array.from({ length: otherWidth }, (_, column) => `cells[${column}][place]`);

  const keys = equal.map((pair) => (fromLeft ? pair.left : pair.right));
  const ofRow = new FusedExpressions(scope, { column: (index) => mine[index]! });
  const parts = keys.map(() => scope.local());
  const keyCode = keys.map((part, at) => `const ${parts[at]} = ${ofRow.write(part)};\n`).join('');
  // NULL equals nothing: such a row has no partner, now or later.
  const nulls = equal.flatMap(({ nullSafe }, at) => (nullSafe ? [] : [`${parts[at]} === null`]));

  const put = mine.map((value, column) => `open[${column}][to] = ${value};\n`).join('');
  const keep = (log: string) => `const log = ${log}, open = log.open, to = log.place;\n${put}log.add(key);\n`;
  let kept = `{\n${keep(`${ownSide}.current`)}}`;
  if (own.keptUntil !== undefined) {
    const time = mine[own.keptUntil.column]!;
    kept = `if (${time} !== null && ${time} > ${ownSide}.deadline) {
${keep(`${ownSide}.logAt(${time})`)}if (log.slotCount === 1) ${pairs}.expect(${ownSide}.nextTime);
}`;
  }

  const [lefts, rights] = fromLeft ? [mine, theirs] : [theirs, mine];
  const both = [...lefts, ...rights];
  const ofPair = new FusedExpressions(scope, { column: (index) => both[index]! });
  const test = condition === undefined ? '' : `if (${ofPair.write(condition)} === true) `;
  return scope.compile(
    [...mine, 'timestamp'],
    `${ofRow.declarations}${ofPair.declarations}${keyCode}${nulls.length === 0 ? '' : `if (${nulls.join(' || ')}) return;\n`}
const key = ${writeKey(scope, keys, parts)};
${kept}
const { logs } = ${otherSide};
for (let at = 0; at < logs.length; at++) {
const log = logs[at];
for (let row = log.first(key); row >= 0; row = log.after(row, key)) {
const cells = log.pieces[row >> ${PIECE_BITS}], place = row & ${PLACE_MASK};
${test}${pairs}.pair([${both.join(', ')}], timestamp);
}
}`,
  );
}
