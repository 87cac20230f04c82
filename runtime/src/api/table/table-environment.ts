import { badArgument } from '../../errors.ts';
import type { View, ViewOptions } from '../../engine/view.ts';
import type { StreamGraph } from '../../graph/stream-graph.ts';
import type { StreamNode } from '../../graph/stream-node.ts';
import type { SchemaNode } from '../../table/parse/ast.ts';
import type { RowKind } from '../../table/changelog-row.ts';
import { explainPlan } from '../../table/explain.ts';
import { canLeaveOutOld } from '../../table/lower/only-after.ts';
import { changelogMode, isAppendOnly } from '../../table/lower/changelog-mode.ts';
import { RowOutputOperator, type OutputKinds } from '../../table/operators/row-output-operator.ts';
import { NOWHERE } from '../../table/parse/position.ts';
import type { CatalogEntry } from '../../table/plan/catalog.ts';
import { scan } from '../../table/plan/build-relations.ts';
import type { Relation } from '../../table/plan/relation.ts';
import {
  describeRelation,
  describeTables,
  type DescribedCatalog,
  type DescribedFunction,
  type DescribedTable,
} from '../../table/assist/described-catalog.ts';
import { shownColumns } from '../../table/plan/shown-columns.ts';
import { renameDuplicates } from '../../table/plan/rename-duplicates.ts';
import { Planner } from '../../table/planner.ts';
import { needsAppendOnly } from '../../table/sql-errors.ts';
import { describeChangelog } from '../../table/lower/changelog-mode.ts';
import { DataStream } from '../data-stream.ts';
import { checkSameGraph } from '../same-graph.ts';
import type { ChangelogRow } from './changelog.ts';
import { deriveSchema } from './derive-schema.ts';
import { heldSchema, recordSchema } from './held-schema.ts';
import { parseStatements } from '../../table/parse/parse-sql.ts';
import type { UserDefinedAggregate } from '../../table/functions/user-aggregate.ts';
import { addUserFunction } from '../../table/functions/user-function.ts';
import { underlined } from './sql-cell.ts';
import { executeStatement } from './statements.ts';
import { TableResult } from './table-result.ts';
import { fillTemplate } from './sql-template.ts';
import { schemaNode, type RowOf, type Schema } from './schema.ts';
import { Table } from './table.ts';

declare global {
  /**
   * Rows of queries by their text, where they are known: a notebook's kernel fills it in for each cell, so that `env.sqlQuery` of that
   * text has them.
   */
  interface TidemarkSqlRows {} // eslint-disable-line @typescript-eslint/no-empty-object-type
}

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
  /** Of functions of TypeScript, as they were given. */
  readonly #typesOfVariables = new Map<string, Readonly<Record<string, string>>>();
  readonly #typesOfRecords = new WeakMap<StreamNode, Readonly<Record<string, string>>>();
  readonly #userFunctions = new Map<string, DescribedFunction>();

  /** Tables, functions and settings. @internal */
  get planner(): Planner {
    return (this.#planner ??= new Planner(this.graph));
  }

  /**
   * A table of a stream's records: one row a record. Records are objects, tuples (columns in order) or plain values (one column).
   * @param schema columns, watermark and key, as options or as in CREATE TABLE. It may be left out for records of `fromData` or
   *   `fromCollection`, filtered or not, which are looked at: text is STRING, whole numbers and bigints are BIGINT, other numbers
   *   DOUBLE (a column that has both is DOUBLE), `Date` TIMESTAMP_LTZ(3), objects ROW, arrays ARRAY; places of a tuple are `f0`, `f1`, …,
   *   a plain value is `f0`. In a notebook, also of a stream in a variable of an earlier cell, as the type of its records says. There is
   *   then no watermark and no key.
   * @throws {TidemarkError} `sql-syntax` for what is no schema; `schema-needed` where none is given and none can be told;
   *   `bad-argument` for a stream of another environment; while running, `bad-value` for a value that is not of its column's type
   * @example
   * const table = env.fromDataStream(orders, 'user STRING, amount INT');
   * env.createTemporaryView('orders', table);
   * const large = env.sqlQuery('SELECT user FROM orders WHERE amount > 4');
   * await env.toDataStream(large).executeAndCollect(); // → [{ user: 'bob' }]
   * env.fromDataStream(env.fromData({ n: 1 }, { n: 2.5 })).columns; // → [{ name: 'n', type: 'DOUBLE' }]
   */
  fromDataStream<const S extends Schema = string>(stream: DataStream<unknown>, schema?: S): Table<RowOf<S>> {
    return this.#table(stream, schema, 'append', APPEND, 'fromDataStream');
  }

  /**
   * A table of a stream of changes: each record has the `kind` of the change and the `row`.
   * A stream that leaves old versions out, of kinds `['+I', '+U', '-D']`, needs a primary key, by which they are found again; so does
   * one whose changes may come twice, which the setting `table.exec.source.cdc-events-duplicate` says.
   * @param options.kinds the kinds that may come: all when left out
   * @throws {TidemarkError} as `fromDataStream`; when the table is read, `missing-primary-key`; while running, `bad-value` for a
   *   record of another kind
   * @example
   * const changes = env.fromData(
   *   { kind: '+I', row: { name: 'ann', n: 1 } },
   *   { kind: '-D', row: { name: 'ann', n: 1 } },
   * );
   * env.createTemporaryView('people', env.fromChangelogStream(changes, 'name STRING, n INT'));
   * const counts = env.toChangelogStream(env.sqlQuery('SELECT COUNT(*) AS people FROM people'));
   * await counts.executeAndCollect(); // → [{ kind: '+I', row: { people: 1 } }, { kind: '-D', row: { people: 1 } }]
   */
  fromChangelogStream<const S extends Schema = string>(
    stream: DataStream<{ readonly kind: string; readonly row: unknown }>,
    schema?: S,
    options: { readonly kinds?: readonly RowKind[] } = {},
  ): Table<RowOf<S>> {
    const kinds = options.kinds === undefined ? ALL : new Set(options.kinds);
    return this.#table(stream as DataStream<unknown>, schema, 'changelog', kinds, 'fromChangelogStream');
  }

  /**
   * Gives a table, or a stream with its schema, a name for queries. What is said of the schema of `fromDataStream` is true here too.
   * In a notebook a cell that runs again gives its names anew.
   * @throws {TidemarkError} `bad-argument` if the name is taken; as `fromDataStream`
   * @example
   * env.createTemporaryView('orders', orders, 'user STRING, amount INT');
   * env.sqlQuery('SELECT COUNT(*) AS n FROM orders').columns; // → [{ name: 'n', type: 'BIGINT' }]
   */
  createTemporaryView(name: string, table: Table<never> | Table): void;
  createTemporaryView(name: string, stream: DataStream<unknown>, schema?: Schema): void;
  createTemporaryView(
    name: string,
    given: Table<never> | Table | DataStream<unknown>,
    schema?: Schema,
  ): void {
    if (this.planner.catalog.isTaken(name)) {
      throw badArgument(
        'view',
        name,
        'There is a table of that name.',
        'Choose another, or drop it first: DROP VIEW.',
      );
    }
    const relation =
      given instanceof DataStream
        ? this.#relation(
            name,
            given,
            this.#schemaOf('createTemporaryView', given, schema),
            'append',
            APPEND,
            'createTemporaryView',
          )
        : given.relation;
    this.planner.catalog.set(name, { kind: 'relation', relation });
  }

  /** Of a text whose rows a notebook's kernel has told the checker. @internal */
  sqlQuery<const Q extends keyof TidemarkSqlRows>(query: Q): Table<TidemarkSqlRows[Q]>;
  /**
   * What a query computes.
   * @throws {TidemarkError} with line and column in `details`: `sql-syntax`, `unknown-table`, `unknown-column`, `type-mismatch`,
   *   `missing-watermark`, `not-grouped` and others of SQL; `not-a-query` for another statement
   * @example
   * await env.toDataStream(env.sqlQuery("SELECT 1 + 1 AS two, UPPER('a') AS a")).executeAndCollect(); // → [{ two: 2, a: 'A' }]
   */
  sqlQuery<T = Record<string, unknown>>(query: string): Table<T>;
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
   * Carries out statements, with `;` between them: CREATE TABLE … WITH, CREATE VIEW, DROP, INSERT INTO, EXECUTE STATEMENT SET, SET,
   * SHOW, DESCRIBE, EXPLAIN, or a query. INSERT starts its job.
   * @returns what the last one gave
   * @throws {TidemarkError} as `sqlQuery`; `table-exists`, `table-option`
   * @example
   * env.executeSql(`CREATE TABLE numbers (n INT) WITH (
   *   'connector' = 'datagen', 'number-of-rows' = '3', 'fields.n.kind' = 'sequence')`);
   * env.executeSql("CREATE TABLE out (n INT) WITH ('connector' = 'print')");
   * const { job } = env.executeSql('INSERT INTO out SELECT n FROM numbers WHERE n <> 1');
   * await (await job!).finished(); // prints '+I[0]', '+I[2]'
   */
  executeSql(statements: string): TableResult {
    return this.runSql(statements, {});
  }

  /** Carries out a cell of SQL, in which variables of the notebook can be named. @internal */
  runSql(statements: string, variables: Readonly<Record<string, unknown>>, firstLine?: number): TableResult {
    const { catalog } = this.planner;
    const { fallback } = catalog;
    catalog.fallback = (name) => this.#variable(name, variables[name]) ?? fallback?.(name);
    try {
      let result = new TableResult();
      for (const statement of parseStatements(statements))
        result = executeStatement(this, statement, statements.slice(statement.at.start, statement.at.end));
      // It will be shown: what keeps it from running is said here, where it is known what the text is.
      if (result.table !== undefined) this.planner.optimized(result.table.relation);
      return result;
    } catch (error) {
      throw firstLine === undefined ? error : underlined(error, statements, firstLine);
    } finally {
      catalog.fallback = fallback;
    }
  }

  /** What its SQL can name, for who checks and completes text elsewhere. @internal */
  describeCatalog(variables: readonly DescribedTable[] = []): DescribedCatalog {
    return {
      tables: [...describeTables(this.planner), ...variables],
      functions: [...this.#userFunctions.values()],
    };
  }

  /** A table or stream that a variable holds; `undefined` of anything else. @internal */
  describeVariable(name: string, held: unknown): DescribedTable | undefined {
    if (held instanceof Table) return describeRelation(this.planner, name, 'variable', held.relation);
    if (!(held instanceof DataStream)) return undefined;
    try {
      const relation = this.#heldStream(name, held, 'A query');
      return describeRelation(this.planner, name, 'variable', relation);
    } catch {
      // It needs a schema, or is of another environment.
      return { name, kind: 'variable', columns: undefined, primaryKey: [], kinds: [] };
    }
  }

  /**
   * A table of the query in a template: `${stream}` and `${table}` are tables of it, other values its literals. In a notebook it is the
   * tag `sql`.
   * @internal
   */
  sqlTemplate<T>(texts: readonly string[], values: readonly unknown[]): Table<T> {
    const { text, tables } = fillTemplate(texts, values);
    const relations = Object.entries(tables).map(([name, held]) => {
      const relation =
        held instanceof Table ? held.relation : this.#heldStream(name, held, 'A query of a stream');
      return [name, new Table(this, relation)] as const;
    });
    return this.derive<T>(text, Object.fromEntries(relations));
  }

  /** Lets queries name what `valueOf` knows: variables of a notebook. @internal */
  nameVariables(valueOf: (name: string) => unknown): void {
    this.planner.catalog.fallback = (name) => this.#variable(name, valueOf(name));
  }

  #variable(name: string, held: unknown): CatalogEntry | undefined {
    if (held instanceof Table) return { kind: 'relation', relation: held.relation };
    if (!(held instanceof DataStream)) return undefined;
    return { kind: 'relation', relation: this.#heldStream(name, held, `A query of the stream '${name}'`) };
  }

  /**
   * Says what is known of the streams that variables hold, from the types of their records: SQL types by variable and column.
   * @internal
   */
  typeVariables(types: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
    for (const [name, columns] of Object.entries(types)) this.#typesOfVariables.set(name, columns);
  }

  /** A stream that a query names without a schema: columns as its records have them, and `rowtime` if it has event time. */
  #heldStream(name: string, stream: DataStream<unknown>, method: string): Relation {
    const typed = this.#typesOfVariables.get(name);
    if (typed !== undefined) this.#typesOfRecords.set(stream.node, typed);
    const schema = heldSchema(method, stream.node, this.#typesOfRecords.get(stream.node));
    return this.#relation(name, stream, schema, 'append', APPEND, method);
  }

  /** A query on tables by names of its own. @internal */
  derive<T>(query: string, tables: Readonly<Record<string, Table<never> | Table>>): Table<T> {
    const { catalog } = this.planner;
    const fallback = catalog.fallback;
    catalog.fallback = (name) =>
      name in tables ? { kind: 'relation', relation: tables[name]!.relation } : fallback?.(name);
    try {
      return this.sqlQuery<T>(query);
    } finally {
      catalog.fallback = fallback;
    }
  }

  /**
   * Gives SQL a function of TypeScript, called with the values of a row, NULL as `null`. A function makes a value; a generator, or
   * one whose types end in `TABLE(…)`, makes rows for `LATERAL TABLE(f(…))`, each a value, an array or an object; an object with
   * `createAccumulator`, `accumulate` and `getValue` is an aggregate.
   * @param types SQL types of its arguments and result, as `'(INT, STRING) => STRING'` or
   *   `'(STRING) => TABLE(word STRING, length INT)'`; any to any when left out
   * @throws {TidemarkError} `bad-argument` for what is no function, or no such text
   * @example
   * env.createFunction('shout', (s: string) => `${s.toUpperCase()}!`, '(STRING) => STRING');
   * await env.toDataStream(env.sqlQuery("SELECT shout('hey') AS s")).executeAndCollect(); // → [{ s: 'HEY!' }]
   * env.createFunction('words', (line: string) => line.split(' '), '(STRING) => TABLE(word STRING)');
   * const words = env.sqlQuery("SELECT word FROM (VALUES ('to be')) AS t(line), LATERAL TABLE(words(line)) AS w(word)");
   * await env.toDataStream(words).executeAndCollect(); // → [{ word: 'to' }, { word: 'be' }]
   */
  createFunction(
    name: string,
    fn: ((...args: never[]) => unknown) | UserDefinedAggregate,
    types?: string,
  ): void {
    const kind = addUserFunction(this.planner.functions, name, fn, types);
    this.#userFunctions.set(name, { name, kind, ...(types === undefined ? {} : { types }) });
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
    const grows = isAppendOnly(changelogMode(plan));
    // Asked to add rows only, a view shows what is done to the table, one line a change.
    if (!grows && options.mode === 'append') {
      return this.#output(plan, 'op').show(options);
    }
    const node = this.planner.lowerView(plan);
    if (node === undefined) return this.#output(plan, 'none').show(options);
    return new DataStream(this.graph, node).show(grows ? options : { mode: 'update', ...options });
  }

  #table<const S extends Schema>(
    stream: DataStream<unknown>,
    schema: S | undefined,
    mode: 'append' | 'changelog',
    kinds: ReadonlySet<RowKind>,
    method: string,
  ): Table<RowOf<S>> {
    const rowOf =
      mode === 'append' ? undefined : (change: unknown) => (change as { row?: unknown } | null)?.row;
    const node = this.#schemaOf(method, stream, schema, rowOf);
    return new Table<RowOf<S>>(this, this.#relation(stream.node.name, stream, node, mode, kinds, method));
  }

  #schemaOf(
    method: string,
    { node }: DataStream<unknown>,
    schema: Schema | undefined,
    rowOf?: (record: unknown) => unknown,
  ): SchemaNode {
    if (schema !== undefined) return schemaNode(schema);
    return rowOf
      ? deriveSchema(method, node, rowOf)
      : recordSchema(method, node, this.#typesOfRecords.get(node));
  }

  #relation(
    name: string,
    stream: DataStream<unknown>,
    schema: SchemaNode,
    mode: 'append' | 'changelog',
    kinds: ReadonlySet<RowKind>,
    method: string,
  ): Relation {
    checkSameGraph(method, { graph: this.graph, node: stream.node }, stream);
    return scan(
      this.planner.streamTable(name, schema, mode, kinds, () => stream.node),
      NOWHERE,
    );
  }

  #output<T>(plan: Relation, kinds: OutputKinds): DataStream<T> {
    const from = this.planner.lower(plan, kinds !== 'upsert' || !canLeaveOutOld(plan));
    const names = renameDuplicates(plan.columns.map(({ name }) => name));
    const timeColumn = plan.columns.findIndex(({ time }) => time === 'rowtime');
    const node = this.graph.add({
      kind: 'sql-output',
      name: kinds === 'none' ? 'data stream' : 'changelog stream',
      inputs: [{ from }],
      parameters: { names, timeColumn, kinds, ...shownColumns(plan, this.planner.settings) },
      state: kinds === 'none' ? 'none' : 'log',
      createOperator: () => new RowOutputOperator(names, timeColumn, kinds),
    });
    return new DataStream<T>(this.graph, node);
  }
}
