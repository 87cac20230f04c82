import type { DebeziumChange } from '../../formats/debezium-format.ts';
import type { ChangelogRow } from './changelog.ts';

/**
 * The rows of a changelog that a change of Debezium is: one, or of an update the old row and the new one. The empty message that
 * follows a deletion, so that Kafka can forget the key, is no record of its source.
 * @param change a record of a source with the format `debezium()`
 * @example
 * debeziumChanges({ op: 'u', before: { n: 1 }, after: { n: 2 } }); // → [{ kind: '-U', row: { n: 1 } }, { kind: '+U', row: { n: 2 } }]
 */
export function debeziumChanges<Row>(change: DebeziumChange<Row>): ChangelogRow<Row>[] {
  const { op, before, after } = change;
  switch (op) {
    case 'u':
      return [
        { kind: '-U', row: before! },
        { kind: '+U', row: after! },
      ];
    case 'd':
      return [{ kind: '-D', row: before! }];
    default:
      return [{ kind: '+I', row: after! }];
  }
}

/**
 * A row of a changelog as a change of Debezium, for a sink with the format `debezium()`. As in Flink's `debezium-json` an update is a
 * deletion and a creation.
 * @example
 * debeziumChange({ kind: '-U', row: { n: 1 } }); // → { op: 'd', before: { n: 1 }, after: null }
 */
export function debeziumChange<Row>({ kind, row }: ChangelogRow<Row>): DebeziumChange<Row> {
  return kind.startsWith('+') ? { op: 'c', before: null, after: row } : { op: 'd', before: row, after: null };
}
