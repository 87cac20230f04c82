// A query on streams that steps feed, with its changes as Flink prints them.
import {
  formatChange,
  type ChangelogRow,
  type DataStream,
  type RowKind,
  type StreamExecutionEnvironment,
} from 'tidemark';
import { element, on, testJob, type TestResult, type TestStep } from 'tidemark/testing';

export interface TableOfTest {
  readonly schema: string;
  /** True if records say what they do: `{ kind, row }`. */
  readonly changelog?: boolean;
  /** The kinds that it may have. */
  readonly kinds?: readonly RowKind[];
}

export interface QueryJob {
  readonly tables: Readonly<Record<string, TableOfTest>>;
  readonly query: string;
  readonly views?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Carried out before. */
  readonly statements?: readonly string[];
  /** The user's, each with its types. */
  readonly functions?: Readonly<
    Record<
      string,
      readonly [fn: Parameters<StreamExecutionEnvironment['createFunction']>[1], types?: string | undefined]
    >
  >;
  /** Leaves out old versions. */
  readonly upsert?: boolean;
  readonly snapshotEveryStep?: boolean;
  readonly parallelism?: number;
  readonly end?: boolean;
}

export function runJob(
  job: QueryJob,
  steps: readonly TestStep<unknown>[],
): Promise<TestResult<ChangelogRow>> {
  const {
    tables,
    query,
    views = {},
    settings = {},
    statements = [],
    functions = {},
    upsert = false,
    ...options
  } = job;
  return testJob<unknown, ChangelogRow>(
    steps,
    (inputs: Readonly<Record<string, DataStream<unknown>>>) => {
      const [first] = Object.values(inputs);
      const env = first!.getExecutionEnvironment();
      for (const [key, value] of Object.entries(settings)) env.getConfig().set(key, value);
      for (const [name, { schema, changelog, kinds }] of Object.entries(tables)) {
        const stream = inputs[name]!;
        const table = changelog
          ? env.fromChangelogStream(stream as DataStream<{ kind: string; row: unknown }>, schema, { kinds })
          : env.fromDataStream(stream, schema);
        env.createTemporaryView(name, table);
      }
      for (const statement of statements) env.executeSql(statement);
      for (const [name, [fn, types]] of Object.entries(functions)) env.createFunction(name, fn, types);
      for (const [name, view] of Object.entries(views)) env.createTemporaryView(name, env.sqlQuery(view));
      return env.toChangelogStream(env.sqlQuery(query), { mode: upsert ? 'upsert' : 'all' });
    },
    // Databases do answer, however busy the machine is.
    { ...options, inputs: Object.keys(tables), patience: 60_000 },
  );
}

/** A row of a table, as values in the order of its columns. */
export const row = (table: string, ...values: readonly unknown[]): TestStep<unknown> =>
  on(table, element(values));

/** A change of a table. */
export const change = (table: string, kind: RowKind, ...values: readonly unknown[]): TestStep<unknown> =>
  on(table, element({ kind, row: values }));

export const changes = (result: TestResult<ChangelogRow>): string[] =>
  result.records.map(({ value }) => formatChange(value));

/** What the table is in the end, sorted. */
export function materialized(result: TestResult<ChangelogRow>): string[] {
  const rows = new Map<string, number>();
  for (const { value } of result.records) {
    const text = formatChange(value).slice(3, -1);
    const count = (rows.get(text) ?? 0) + (value.kind === '+I' || value.kind === '+U' ? 1 : -1);
    if (count < 0) throw new Error(`${formatChange(value)} takes back what is not there`);
    rows.set(text, count);
  }
  return [...rows].flatMap(([text, count]) => Array<string>(count).fill(text)).sort();
}

/** What the table is in the end where rows are told apart by their first columns. */
export function upserted(result: TestResult<ChangelogRow>, keyColumns: number): string[] {
  const rows = new Map<string, string>();
  for (const { value } of result.records) {
    const values = Object.values(value.row);
    const key = values.slice(0, keyColumns).map(String).join();
    if (value.kind === '-D') rows.delete(key);
    else rows.set(key, values.map(String).join(', '));
  }
  return [...rows.values()].sort();
}

export const WAYS: readonly (readonly [string, Pick<QueryJob, 'snapshotEveryStep' | 'parallelism'>])[] = [
  ['plain', {}],
  ['restored after every step', { snapshotEveryStep: true }],
  ['by three subtasks, restored after every step', { parallelism: 3, snapshotEveryStep: true }],
];
