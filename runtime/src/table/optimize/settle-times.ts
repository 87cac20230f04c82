import { timeOf } from '../plan/build-relations.ts';
import { inputsOf, withInputs, type Column, type Relation } from '../plan/relation.ts';
import { isMatchTime } from '../plan/row-pattern.ts';
import { missingWatermark } from '../sql-errors.ts';

/**
 * Says of each node which of its columns are still time attributes, now that it is known how it is computed, and checks the nodes that
 * need one.
 * @throws {TidemarkError} `missing-watermark`
 */
export function settleTimes(relation: Relation): Relation {
  const settled = withInputs(relation, inputsOf(relation).map(settleTimes));
  const columns = settled.columns.map((column, at): Column => {
    const time = timeAt(settled, at);
    if (time === column.time) return column;
    return { name: column.name, type: column.type, ...(time === undefined ? {} : { time }) };
  });
  const made = columns.every((column, at) => column === settled.columns[at])
    ? settled
    : ({ ...settled, columns } as Relation);
  check(made);
  return made;
}

function timeAt(relation: Relation, at: number): Column['time'] {
  switch (relation.kind) {
    case 'join':
    case 'aggregate':
      return undefined;
    case 'interval-join': {
      const width = relation.left.columns.length;
      return at < width ? relation.left.columns[at]!.time : relation.right.columns[at - width]!.time;
    }
    case 'window-join':
    case 'temporal-join':
      return relation.left.columns[at]?.time;
    case 'project':
      return timeOf(relation.expressions[at]!, relation.input);
    case 'filter':
    case 'sort':
    case 'over':
    case 'window-rank':
    case 'deduplicate':
    case 'unnest':
    case 'lookup-join':
      return relation.input.columns[at]?.time;
    case 'rank':
      return undefined;
    case 'match': {
      const { partition, measures, timeColumn } = relation.pattern;
      const measure = measures[at - partition.length];
      const { time } = relation.input.columns[timeColumn]!;
      return measure !== undefined && isMatchTime(measure) && time === 'rowtime'
        ? time
        : relation.columns[at]!.time;
    }
    default:
      return relation.columns[at]!.time;
  }
}

function check(relation: Relation): void {
  const need = (what: string, column: Column) => {
    if (column.time === undefined) throw missingWatermark(what, column.name, relation.at);
  };
  if (relation.kind === 'window-table')
    need(`The window ${relation.window.kind}`, relation.input.columns[relation.window.timeColumn]!);
  if (relation.kind === 'deduplicate')
    need('Keeping the first or last row by time', relation.input.columns[relation.timeColumn]!);
  if (relation.kind === 'match')
    need('The order of MATCH_RECOGNIZE', relation.input.columns[relation.pattern.timeColumn]!);
  if (relation.kind === 'window-aggregate' && relation.windowing.kind === 'assigned') {
    need(
      `The window ${relation.windowing.window.kind}`,
      relation.input.columns[relation.windowing.window.timeColumn]!,
    );
  }
}
