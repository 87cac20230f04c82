import type { Format, OnRowError } from './format.ts';
import { jsonMessages } from './json-messages.ts';
import { jsonRows } from './json-rows.ts';
import { parseJsonLine } from './json-lines-format.ts';
import { LineDecoder } from './line-decoder.ts';

/** A change of a row of a database, as Debezium tells it. */
export interface DebeziumChange<Row = Record<string, unknown>> {
  /** Created, read by a snapshot, updated, deleted. */
  readonly op: 'c' | 'r' | 'u' | 'd';
  /** The row before; of an update or a deletion. */
  readonly before: Row | null;
  /** The row after; of all but a deletion. */
  readonly after: Row | null;
  /** When Debezium saw it, epoch ms. */
  readonly ts_ms?: number;
  /** Where in the database it comes from. */
  readonly source?: Readonly<Record<string, unknown>>;
}

/** What becomes of lines that are no change. */
export interface DebeziumOptions {
  /** `'fail'` (the default) or `'skip'`: a line of a file that is no change is counted and left out. */
  readonly onError?: OnRowError;
}

/**
 * Changes of a database's tables, one a message or line, as Debezium's connectors write them in JSON, with their schema beside the
 * `payload` or without. `debeziumChanges` makes rows of a changelog of each.
 * @throws {TidemarkError} while running: what is no such change does not parse, one of another `op` (a truncated table, `t`) or
 *   without the row that its `op` needs among them
 * @example
 * const changes = env
 *   .fromSource(fileSource('accounts.jsonl', { format: debezium<{ id: number; name: string }>() }))
 *   .flatMap(debeziumChanges);
 * env.createTemporaryView('accounts', env.fromChangelogStream(changes, 'id INT, name STRING'));
 * const names = env.toChangelogStream(env.sqlQuery('SELECT name FROM accounts'), { mode: 'all' });
 * await names.map(formatChange).executeAndCollect(); // → ['+I[ann]', '-U[ann]', '+U[anna]', '+I[bob]', '-D[bob]']
 * @see https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events
 */
export function debezium<Row = Record<string, unknown>>(
  options: DebeziumOptions = {},
): Format<DebeziumChange<Row>> {
  const onError = options.onError ?? 'fail';
  return {
    name: 'debezium',
    parameters: { onError },
    createDecoder: (context) =>
      new LineDecoder(context, 'JSON of Debezium', onError, (text) => {
        const value = parseJsonLine<unknown>(text);
        return value === undefined ? undefined : changeOf<Row>(value);
      }),
    rows: jsonRows,
    messages: jsonMessages(changeOf<Row>),
  };
}

/** What an `op` needs: the row before, the row after. */
const NEEDS = { c: ['after'], r: ['after'], u: ['before', 'after'], d: ['before'] } as const;

function changeOf<Row>(value: unknown): DebeziumChange<Row> {
  const outer = asObject(value);
  const change = outer !== undefined && 'payload' in outer ? asObject(outer['payload']) : outer;
  const op = change?.['op'];
  if (change === undefined || typeof op !== 'string')
    throw new TypeError("it has no 'op': is it a change as Debezium writes it?");
  if (!Object.hasOwn(NEEDS, op)) throw new TypeError(`its op is '${op}'; changes of rows are c, r, u and d`);
  for (const name of NEEDS[op as keyof typeof NEEDS]) {
    if (asObject(change[name]) !== undefined) continue;
    const hint = name === 'before' ? '; PostgreSQL tells it with REPLICA IDENTITY FULL' : '';
    throw new TypeError(`its op is '${op}' and '${name}' is no row${hint}`);
  }
  const { before = null, after = null } = change;
  return { ...change, op, before, after } as DebeziumChange<Row>;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}
