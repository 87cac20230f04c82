import { WatermarkStrategy } from '../../time/watermark-strategy.ts';
import type { InsertNode, NamePath, StatementNode } from '../../table/parse/ast.ts';
import { NOWHERE } from '../../table/parse/position.ts';
import { coerce } from '../../table/plan/coerce.ts';
import { inputs, project } from '../../table/plan/build-relations.ts';
import { literal } from '../../table/plan/expression.ts';
import { renamed } from '../../table/plan/query-binder.ts';
import type { Relation } from '../../table/plan/relation.ts';
import { resolveSchema } from '../../table/sources/table-schema.ts';
import { streamTable } from '../../table/sources/stream-table.ts';
import { checkSetting } from '../../table/settings.ts';
import { badSql, notSupported, typeMismatch, unknownColumn, unknownTable } from '../../table/sql-errors.ts';
import { commonType } from '../../table/types/common-type.ts';
import { canCast } from '../../table/types/cast.ts';
import { showType } from '../../table/types/logical-type.ts';
import type { DataStream } from '../data-stream.ts';
import type { StreamExecutionEnvironment } from '../stream-execution-environment.ts';
import { ConnectorOptions, sinkOf, sourceOf } from './connector-tables.ts';
import { jdbcRows, jdbcSink, jdbcTable } from './jdbc-table.ts';
import { formatChange, type ChangelogRow } from './changelog.ts';
import { Table } from './table.ts';
import type { TableEnvironment } from './table-environment.ts';
import { TableResult } from './table-result.ts';
import type { ResolvedSchema } from '../../table/sources/table-schema.ts';

/** A table of CREATE TABLE: what INSERT writes to. */
interface ConnectorTable {
  readonly schema: ResolvedSchema;
  readonly options: ConnectorOptions;
}

/** The tables of an environment that a connector stands behind. */
const tables = new WeakMap<TableEnvironment, Map<string, ConnectorTable>>();

/** Carries out one statement. */
export function executeStatement(env: TableEnvironment, statement: StatementNode, text: string): TableResult {
  const { planner } = env;
  const { catalog } = planner;
  switch (statement.kind) {
    case 'query-statement':
      return new TableResult({ table: new Table(env, planner.bind(statement.query)), statement: text });
    case 'insert':
      return insertAll(env, [statement], text);
    case 'statement-set':
      return insertAll(env, statement.inserts, text);
    case 'create-table':
      createTable(env, statement);
      return new TableResult();
    case 'create-view': {
      const name = lastOf(statement.name);
      if (catalog.isTaken(name) && !statement.replace) {
        if (statement.ifNotExists) return new TableResult();
        throw taken(statement.name);
      }
      // What is wrong with it is said here, and not where it is read.
      const relation = planner.bind(statement.query);
      if (statement.columns.length > 0)
        renamed(
          relation,
          statement.columns.map((column) => column.name),
          statement.at,
        );
      catalog.set(name, {
        kind: 'view',
        query: statement.query,
        columns: statement.columns.map((column) => column.name),
      });
      return new TableResult();
    }
    case 'drop': {
      const name = lastOf(statement.name);
      tables.get(env)?.delete(name);
      if (!catalog.delete(name) && !statement.ifExists)
        throw unknownTable(name, catalog.names, statement.name.at(-1)!.at);
      return new TableResult();
    }
    case 'explain':
      return new TableResult({ rows: [{ plan: explained(env, statement.statement) }] });
    case 'show':
      return new TableResult({ rows: shown(env, statement.what) });
    case 'describe':
      return new TableResult({ rows: described(env, statement.name) });
    case 'set':
      return set(env, statement);
    case 'reset':
      if (statement.key === undefined) env.graph.options.clear();
      else env.graph.options.delete(statement.key);
      return new TableResult();
  }
}

function lastOf(path: NamePath): string {
  return path.at(-1)!.name;
}

function taken(path: NamePath): Error {
  return badSql(
    'table-exists',
    `There is a table '${lastOf(path)}' already.`,
    'Drop it first, or write IF NOT EXISTS.',
    path.at(-1)!.at,
  );
}

function createTable(
  env: TableEnvironment,
  statement: StatementNode & { readonly kind: 'create-table' },
): void {
  const { planner, graph } = env;
  const name = lastOf(statement.name);
  if (planner.catalog.isTaken(name)) {
    if (statement.ifNotExists) return;
    throw taken(statement.name);
  }
  const schema = resolveSchema(statement.schema, planner.functions);
  const fields = schema.columns.filter((_, at) => schema.origins[at]!.kind === 'field');
  const options = new ConnectorOptions(statement.options, statement.at);
  const known = tables.get(env) ?? new Map<string, ConnectorTable>();
  if (options.connector === 'jdbc') {
    const table = jdbcTable(name, schema, options);
    options.checkAll();
    tables.set(env, known.set(name, { schema, options }));
    planner.catalog.set(name, { kind: 'table', table });
    return;
  }
  if (options.connector !== 'print' && options.connector !== 'blackhole') {
    // Options are looked at now, the source is made where the table is read.
    sourceOf(options, fields);
    options.checkAll();
  }
  tables.set(env, known.set(name, { schema, options }));
  const stream = () =>
    (env as StreamExecutionEnvironment).fromSource(
      sourceOf(options, fields),
      WatermarkStrategy.noWatermarks<unknown>(),
      name,
    ).node;
  const table = streamTable(
    { graph, settings: planner.settings },
    { name, schema, mode: 'append', kinds: new Set(['+I']), stream },
  );
  planner.catalog.set(name, { kind: 'table', table });
}

function insertAll(env: TableEnvironment, inserts: readonly InsertNode[], text: string): TableResult {
  const before = env.graph.nodes.length;
  for (const insert of inserts) insertInto(env, insert);
  const sinks = env.graph.nodes.slice(before).filter(({ isSink }) => isSink);
  const name = `insert into ${inserts.map(({ table }) => lastOf(table)).join(', ')}`;
  const job = env.graph.backend.execute({ name, sinks });
  // Nobody may ever ask how it went; under test the steps drive it.
  job.catch(() => undefined);
  return new TableResult({ job, jobName: name, statement: text });
}

function insertInto(env: TableEnvironment, insert: InsertNode): void {
  const name = lastOf(insert.table);
  const target = tables.get(env)?.get(name);
  if (target === undefined)
    throw unknownTable(name, [...(tables.get(env)?.keys() ?? [])], insert.table.at(-1)!.at);
  const relation = fitted(env.planner.bind(insert.query), target.schema, insert);
  const table = new Table<Record<string, unknown>>(env, relation);
  if (target.options.connector === 'jdbc') {
    const sink = jdbcSink(target.schema, target.options);
    const toRow = jdbcRows(target.schema);
    // Without a key rows can only be added.
    const rows: DataStream<object> =
      target.schema.primaryKey.length === 0
        ? env.toDataStream(table).map((row) => toRow({ kind: '+I', row }))
        : env.toChangelogStream(table).map((change) => toRow(change));
    rows.sinkTo(sink).name(name);
    return;
  }
  const sink = sinkOf(target.options);
  target.options.checkAll();
  if (sink === 'print') {
    env
      .toChangelogStream(table)
      .map((change) => formatChange(change as ChangelogRow<object>))
      .print();
    return;
  }
  env.toDataStream(table).sinkTo(sink).name(name);
}

/** The columns of the target, in its order and types. */
function fitted(relation: Relation, { columns, origins }: ResolvedSchema, insert: InsertNode): Relation {
  const physical = columns.filter((_, at) => origins[at]!.kind === 'field');
  const names =
    insert.columns.length === 0 ? physical.map(({ name }) => name) : insert.columns.map(({ name }) => name);
  const missing = insert.columns.find(({ name }) => !physical.some((column) => column.name === name));
  if (missing !== undefined)
    throw unknownColumn(
      missing.name,
      physical.map(({ name }) => name),
      missing.at,
    );
  if (names.length !== relation.columns.length) {
    throw badSql(
      'column-count',
      `${names.length} columns are written, and the query has ${relation.columns.length}.`,
      'Select as many.',
      insert.query.at,
    );
  }
  const given = inputs(relation);
  const expressions = physical.map(({ name, type }) => {
    const at = names.indexOf(name);
    if (at < 0) return literal(null, type);
    const from = given[at]!;
    if (commonType(from.type, type) === undefined || !canCast(from.type, type)) {
      throw typeMismatch(
        `INSERT INTO column '${name}'`,
        [showType(from.type), showType(type)],
        'CAST it in the query.',
        insert.query.at,
      );
    }
    return coerce(from, type);
  });
  return project(
    relation,
    expressions,
    physical.map(({ name }) => name),
    insert.at,
  );
}

function explained(env: TableEnvironment, statement: StatementNode): string {
  if (statement.kind === 'query-statement') return env.explain(env.planner.bind(statement.query));
  if (statement.kind === 'insert') return env.explain(env.planner.bind(statement.query));
  if (statement.kind === 'statement-set')
    return statement.inserts.map((insert) => env.explain(env.planner.bind(insert.query))).join('\n\n');
  throw notSupported('EXPLAIN of such a statement', 'It explains queries and INSERT.', statement.at);
}

function shown(
  { planner }: TableEnvironment,
  what: 'TABLES' | 'VIEWS' | 'FUNCTIONS',
): Record<string, unknown>[] {
  if (what === 'FUNCTIONS')
    return planner.functions.list().map(({ name, signature }) => ({ name, signature }));
  return planner.catalog
    .entries()
    .filter(([, entry]) => what === 'TABLES' || entry.kind === 'view')
    .map(([name]) => ({ name }));
}

function described({ planner }: TableEnvironment, path: NamePath): Record<string, unknown>[] {
  const entry = planner.catalog.resolve(path);
  const relation =
    entry.kind === 'view'
      ? planner.bind(entry.query)
      : entry.kind === 'relation'
        ? entry.relation
        : undefined;
  const columns = entry.kind === 'table' ? entry.table.columns : relation!.columns;
  const key = entry.kind === 'table' ? entry.table.primaryKey : [];
  return columns.map(({ name, type, time }, at) => ({
    name,
    type: showType(type),
    ...(time === undefined ? {} : { time }),
    ...(key.includes(at) ? { key: 'primary' } : {}),
  }));
}

function set(
  env: TableEnvironment,
  { key, value, at }: StatementNode & { readonly kind: 'set' },
): TableResult {
  const { options } = env.graph;
  if (key === undefined)
    return new TableResult({ rows: [...options].map(([name, held]) => ({ name, value: held })) });
  try {
    checkSetting(key, value!);
  } catch (error) {
    throw at === NOWHERE ? error : badSql('bad-argument', (error as Error).message, '', at);
  }
  options.set(key, value!);
  return new TableResult();
}
