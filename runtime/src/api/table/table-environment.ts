import { badArgument } from '../../errors.ts';
import type { View, ViewOptions } from '../../engine/view.ts';
import type { StreamGraph } from '../../graph/stream-graph.ts';
import type { RowKind } from '../../table/changelog-row.ts';
import { explainPlan } from '../../table/explain.ts';
import { changelogMode, isAppendOnly } from '../../table/lower/changelog-mode.ts';
import { RowOutputOperator } from '../../table/operators/row-output-operator.ts';
import { NOWHERE } from '../../table/parse/position.ts';
import { scan } from '../../table/plan/build-relations.ts';
import type { Relation } from '../../table/plan/relation.ts';
import { renameDuplicates } from '../../table/plan/rename-duplicates.ts';
import { Planner } from '../../table/planner.ts';
import { needsAppendOnly } from '../../table/sql-errors.ts';
import { describeChangelog } from '../../table/lower/changelog-mode.ts';
import { DataStream } from '../data-stream.ts';
import { checkSameGraph } from '../same-graph.ts';
import type { ChangelogRow } from './changelog.ts';
import { schemaNode, type RowOf, type Schema } from './schema.ts';
import { Table } from './table.ts';

const APPEND: ReadonlySet<RowKind> = new Set(['+I']);
const ALL: ReadonlySet<RowKind> = new Set(['+I', '-U', '+U', '-D']);

/** How a table becomes a stream of changes. */
export interface ChangelogOptions {
  /** `'all'`, the default, has the old version of a changed row too; `'upsert'` leaves it out: rows are then told apart by a key. */
  readonly mode?: 'all' | 'upsert';
}

/** Tables and SQL of an environment: what `StreamTableEnvironment` is in Flink. */
export abstract class TableEnvironment {
  /** The graph that its streams are added to. @internal */
  abstract get graph(): StreamGraph;
  #planner: Planner | undefined;

  /** Tables, functions and settings. @internal */
  get planner(): Planner {
    return (this.#planner ??= new Planner(this.graph));
  }

  /**
   * A table of a stream's records: one row a record. Records are objects, tuples (columns in order) or plain values (one column).
   * @param schema columns, watermark and key, as options or as in CREATE TABLE
   * @throws {TidemarkError} `sql-syntax` for what is no schema; `bad-argument` for a stream of another environment; while running,
   *   `bad-value` for a value that is not of its column's type
   * @example
   * const table = env.fromDataStream(orders, 'user STRING, amount INT');
   * env.createTemporaryView('orders', table);
   * const large = env.sqlQuery('SELECT user FROM orders WHERE amount > 4');
   * await env.toDataStream(large).executeAndCollect(); // → [{ user: 'bob' }]
   */
  fromDataStream<const S extends Schema>(stream: DataStream<unknown>, schema: S): Table<RowOf<S>> {
    return this.#table(stream, schema, 'append', APPEND, 'fromDataStream');
  }

  /**
   * A table of a stream of changes: each record has the `kind` of the change and the `row`.
   * @param kinds the kinds that may come: all when left out
   * @throws {TidemarkError} as `fromDataStream`
   * @example
   * const changes = env.fromData(
   *   { kind: '+I', row: { name: 'ann', n: 1 } },
   *   { kind: '-D', row: { name: 'ann', n: 1 } },
   * );
   * env.createTemporaryView('people', env.fromChangelogStream(changes, 'name STRING, n INT'));
   * const counts = env.toChangelogStream(env.sqlQuery('SELECT COUNT(*) AS people FROM people'));
   * await counts.executeAndCollect(); // → [{ kind: '+I', row: { people: 1 } }, { kind: '-D', row: { people: 1 } }]
   */
  fromChangelogStream<const S extends Schema>(
    stream: DataStream<{ readonly kind: string; readonly row: unknown }>,
    schema: S,
    options: { readonly kinds?: readonly RowKind[] } = {},
  ): Table<RowOf<S>> {
    const kinds = options.kinds === undefined ? ALL : new Set(options.kinds);
    return this.#table(stream as DataStream<unknown>, schema, 'changelog', kinds, 'fromChangelogStream');
  }

  /**
   * Gives a table, or a stream with its schema, a name for queries.
   * @throws {TidemarkError} `bad-argument` if the name is taken
   * @example
   * env.createTemporaryView('orders', orders, 'user STRING, amount INT');
   * env.sqlQuery('SELECT COUNT(*) AS n FROM orders').columns; // → [{ name: 'n', type: 'BIGINT' }]
   */
  createTemporaryView(name: string, table: Table<never> | Table): void;
  createTemporaryView(name: string, stream: DataStream<unknown>, schema: Schema): void;
  createTemporaryView(
    name: string,
    given: Table<never> | Table | DataStream<unknown>,
    schema?: Schema,
  ): void {
    if (this.planner.catalog.has(name)) {
      throw badArgument(
        'view',
        name,
        'There is a table of that name.',
        'Choose another, or drop it first: DROP VIEW.',
      );
    }
    if (given instanceof DataStream && schema === undefined) {
      throw badArgument(
        'schema',
        schema,
        'A stream has no columns by itself.',
        "Say them: createTemporaryView('t', stream, 'a INT, b STRING').",
      );
    }
    const relation =
      given instanceof DataStream
        ? this.#relation(name, given, schema!, 'append', APPEND, 'createTemporaryView')
        : given.relation;
    this.planner.catalog.set(name, { kind: 'relation', relation });
  }

  /**
   * What a query computes.
   * @throws {TidemarkError} with line and column in `details`: `sql-syntax`, `unknown-table`, `unknown-column`, `type-mismatch`,
   *   `missing-watermark`, `not-grouped` and others of SQL; `not-a-query` for another statement
   * @example
   * await env.toDataStream(env.sqlQuery("SELECT 1 + 1 AS two, UPPER('a') AS a")).executeAndCollect(); // → [{ two: 2, a: 'A' }]
   */
  sqlQuery<T = Record<string, unknown>>(query: string): Table<T> {
    return new Table<T>(this, this.planner.query(query));
  }

  /**
   * A table's rows as a stream of objects; for a table that only grows. A record's timestamp is the row's event time, if it has one.
   * @throws {TidemarkError} `not-on-changelog` for a table whose rows change: `toChangelogStream` takes it; what a plan that cannot run
   *   says: `missing-watermark`, `not-in-streaming`
   * @example
   * const table = env.fromDataStream(env.fromData([1, 'a']), 'n INT, letter STRING');
   * await env.toDataStream(table).executeAndCollect(); // → [{ n: 1, letter: 'a' }]
   */
  toDataStream<T>(table: Table<T>): DataStream<T> {
    const plan = this.planner.optimized(table.relation);
    if (!isAppendOnly(changelogMode(plan))) {
      throw needsAppendOnly(
        'toDataStream',
        `${describeChangelog(plan)} (toChangelogStream hands changes on)`,
        NOWHERE,
      );
    }
    return this.#output<T>(plan, 'none');
  }

  /**
   * A table's changes as a stream.
   * @throws {TidemarkError} what a plan that cannot run says: `missing-watermark`, `not-in-streaming`, `not-on-changelog`
   * @example
   * env.createTemporaryView('letters', env.fromData('a', 'b', 'a'), 'letter STRING');
   * const counts = env.sqlQuery('SELECT letter, COUNT(*) AS n FROM letters GROUP BY letter');
   * (await env.toChangelogStream(counts).executeAndCollect()).map(formatChange); // → ['+I[a, 1]', '+I[b, 1]', '-U[a, 1]', '+U[a, 2]']
   */
  toChangelogStream<T>(table: Table<T>, options: ChangelogOptions = {}): DataStream<ChangelogRow<T>> {
    const plan = this.planner.optimized(table.relation);
    return this.#output<ChangelogRow<T>>(plan, options.mode ?? 'all');
  }

  /**
   * How a query will run.
   * @throws {TidemarkError} as `sqlQuery` and `toChangelogStream`
   * @example
   * env.explainSql('SELECT 1 AS one'); // → 'Project(select=[1 AS one]) changelogMode=[I]\n+- Values(tuples=[{  }]) changelogMode=[I]'
   */
  explainSql(query: string): string {
    return this.explain(this.planner.query(query));
  }

  /** How a table will run. @internal */
  explain(relation: Relation): string {
    return explainPlan(this.planner.optimized(relation), this.planner.settings);
  }

  /** Makes a live view of a table. @internal */
  show(table: Table<unknown>, options: ViewOptions): View {
    const plan = this.planner.optimized(table.relation);
    if (isAppendOnly(changelogMode(plan))) return this.#output(plan, 'none').show(options);
    return this.#output(plan, 'all').show({ mode: 'update', ...options });
  }

  #table<const S extends Schema>(
    stream: DataStream<unknown>,
    schema: S,
    mode: 'append' | 'changelog',
    kinds: ReadonlySet<RowKind>,
    method: string,
  ): Table<RowOf<S>> {
    return new Table<RowOf<S>>(this, this.#relation(stream.node.name, stream, schema, mode, kinds, method));
  }

  #relation(
    name: string,
    stream: DataStream<unknown>,
    schema: Schema,
    mode: 'append' | 'changelog',
    kinds: ReadonlySet<RowKind>,
    method: string,
  ): Relation {
    checkSameGraph(method, { graph: this.graph, node: stream.node }, stream);
    return scan(
      this.planner.streamTable(name, schemaNode(schema), mode, kinds, () => stream.node),
      NOWHERE,
    );
  }

  #output<T>(plan: Relation, kinds: 'none' | 'all' | 'upsert'): DataStream<T> {
    const from = this.planner.lower(plan, kinds !== 'upsert');
    const names = renameDuplicates(plan.columns.map(({ name }) => name));
    const timeColumn = plan.columns.findIndex(({ time }) => time === 'rowtime');
    const node = this.graph.add({
      kind: 'sql-output',
      name: kinds === 'none' ? 'data stream' : 'changelog stream',
      inputs: [{ from }],
      parameters: { names, timeColumn, kinds },
      createOperator: () => new RowOutputOperator(names, timeColumn, kinds),
    });
    return new DataStream<T>(this.graph, node);
  }
}
