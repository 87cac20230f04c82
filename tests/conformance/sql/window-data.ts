// The table that Flink tests its windows with: rows in order of arrival, the watermark 1 s behind each row's time.
import { element, testJob, type TestResult, type TestStep } from 'tidemark/testing';
import { formatChange, type ChangelogRow, type DataStream } from 'tidemark';

export const DAY = Date.UTC(2020, 9, 10);

/** Ms of a second of 2020-10-10. */
export const at = (second: number): number => DAY + second * 1000;

export interface WindowRow {
  readonly ts: number;
  readonly int: number;
  readonly double: number | null;
  readonly float: number | null;
  readonly bigdec: string | null;
  readonly string: string | null;
  readonly name: string | null;
}

const row = (
  second: number,
  int: number,
  double: number | null,
  float: number | null,
  bigdec: string | null,
  string: string | null,
  name: string | null,
): WindowRow => ({ ts: at(second), int, double, float, bigdec, string, name });

export const ROWS: readonly WindowRow[] = [
  row(1, 1, 1, 1, '1.11', 'Hi', 'a'),
  row(2, 2, 2, 2, '2.22', 'Comment#1', 'a'),
  row(3, 2, 2, 2, '2.22', 'Comment#1', 'a'),
  row(4, 5, 5, 5, '5.55', null, 'a'),
  row(7, 3, 3, 3, null, 'Hello', 'b'),
  row(6, 6, 6, 6, '6.66', 'Hi', 'b'),
  row(8, 3, null, 3, '3.33', 'Comment#2', 'a'),
  row(4, 5, 5, null, '5.55', 'Hi', 'a'),
  row(16, 4, 4, 4, '4.44', 'Hi', 'b'),
  row(32, 7, 7, 7, '7.77', null, null),
  row(34, 1, 3, 3, '3.33', 'Comment#3', 'b'),
];

export const SCHEMA = (type = 'TIMESTAMP(3)') =>
  `ts ${type}, \`int\` INT, \`double\` DOUBLE, \`float\` FLOAT, bigdec DECIMAL(10, 2), \`string\` STRING, name STRING,
   WATERMARK FOR ts AS ts - INTERVAL '1' SECOND`;

export interface QueryRun {
  readonly snapshotEveryStep?: boolean;
  readonly parallelism?: number;
  readonly type?: string;
  readonly steps?: readonly TestStep<WindowRow>[];
  readonly views?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Runs a query on T1 (and on T2, where 'a' is 'a1') to the end of the input. */
export function runQuery(query: string, options: QueryRun = {}): Promise<TestResult<ChangelogRow>> {
  const { type, settings = {}, views = {}, steps = ROWS.map((values) => element(values)), ...run } = options;
  return testJob<WindowRow, ChangelogRow>(
    steps,
    (input: DataStream<WindowRow>) => {
      const env = input.getExecutionEnvironment();
      for (const [key, value] of Object.entries(settings)) env.getConfig().set(key, value);
      env.createTemporaryView('T1', input, SCHEMA(type));
      const renamed = input.map((values) => ({ ...values, name: values.name === 'a' ? 'a1' : values.name }));
      env.createTemporaryView('T2', renamed, SCHEMA(type));
      for (const [name, view] of Object.entries(views)) env.createTemporaryView(name, env.sqlQuery(view));
      return env.toChangelogStream(env.sqlQuery(query));
    },
    { end: true, ...run },
  );
}

/** Changes as `+I[a, 1]`, sorted; whole seconds of the day stand for timestamps of it. */
export function shown(result: TestResult<ChangelogRow>): string[] {
  return result.records.map(({ value }) => showChange(value)).sort();
}

export function showChange({ kind, row: values }: ChangelogRow): string {
  const short = Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'number' || Math.abs(value - DAY) > 2 * 86_400_000) return [name, value] as const;
    return [name, `:${(value - DAY) / 1000}`] as const;
  });
  return formatChange({ kind, row: Object.fromEntries(short) });
}

export const WAYS: readonly (readonly [string, QueryRun])[] = [
  ['plain', {}],
  ['restored after every step', { snapshotEveryStep: true }],
  ['by three subtasks', { parallelism: 3 }],
  ['by three subtasks, restored after every step', { parallelism: 3, snapshotEveryStep: true }],
];
