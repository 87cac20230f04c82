import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { ChangelogRow, DataStream } from 'tidemark';
import { testJob } from 'tidemark/testing';
import { Random } from './random.ts';
import { RandomQuery } from './random-query.ts';
import {
  DUCKDB_SCHEMA,
  FLINK_SCHEMA,
  randomTables,
  TIMED_SCHEMA,
  tuple,
  type RandomTables,
} from './random-tables.ts';

/**
 * Runs random queries over random tables here, row by row, and in DuckDB on what is left of the tables: the relation must be the same
 * in the end. A failure says its seed, which `SQL_SEED` replays.
 */
export async function checkQueries(count: number): Promise<void> {
  const given = process.env['SQL_SEED'];
  const first = given === undefined ? Date.now() & 0x7fffffff : Number(given);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (let seed = first; seed < first + (given === undefined ? count : 1); seed++)
    await checkQuery(connection, seed);
  connection.closeSync();
}

async function checkQuery(connection: DuckDBConnection, seed: number): Promise<void> {
  const random = new Random(seed);
  const tables = randomTables(random, random.chance(0.6));
  const query = new RandomQuery(random).query();
  const told = `SQL_SEED=${seed}\n${query}\n${JSON.stringify(tables.rows)}`;
  const expected = await byDuckDb(connection, tables, query).catch((error: unknown) => {
    throw new Error(`DuckDB does not take the query: ${told}`, { cause: error });
  });
  const got = await byStream(tables, query, random.chance(0.2)).catch((error: unknown) => {
    throw new Error(`the query fails: ${told}`, { cause: error });
  });
  // A stream over no rows has no sums of them yet.
  if (got.length === 0 && expected.length <= 1 && !/GROUP BY/.test(query)) return;
  const overNothing = /GROUPING SETS|ROLLUP|CUBE/.test(query) && tables.rows.t.length === 0;
  if (overNothing || JSON.stringify(got) === JSON.stringify(expected)) return;
  throw new Error(`${told}\ngot      ${JSON.stringify(got)}\nexpected ${JSON.stringify(expected)}`);
}

async function byDuckDb(
  connection: DuckDBConnection,
  { rows }: RandomTables,
  query: string,
): Promise<string[]> {
  for (const [table, values] of Object.entries(rows)) {
    await connection.run(`CREATE OR REPLACE TABLE ${table} (${DUCKDB_SCHEMA})`);
    if (values.length > 0)
      await connection.run(`INSERT INTO ${table} VALUES ${values.map(tuple).join(', ')}`);
  }
  const result = await connection.runAndReadAll(query);
  return result
    .getRows()
    .map((row) => row.map(shown).join('|'))
    .sort();
}

async function byStream(
  { steps }: RandomTables,
  query: string,
  snapshotEveryStep: boolean,
): Promise<string[]> {
  const result = await testJob<unknown, ChangelogRow>(
    steps,
    (inputs: Readonly<Record<string, DataStream<unknown>>>) => {
      const env = inputs['t']!.getExecutionEnvironment();
      for (const name of ['t', 'u']) {
        env.createTemporaryView(
          name,
          env.fromChangelogStream(inputs[name] as DataStream<{ kind: string; row: unknown }>, FLINK_SCHEMA),
        );
      }
      env.createTemporaryView('v', inputs['v']!, TIMED_SCHEMA);
      return env.toChangelogStream(env.sqlQuery(query));
    },
    { inputs: ['t', 'u', 'v'], end: true, snapshotEveryStep },
  );
  const counts = new Map<string, number>();
  for (const { value } of result.records) {
    const text = Object.values(value.row).map(shown).join('|');
    const count = (counts.get(text) ?? 0) + (value.kind === '+I' || value.kind === '+U' ? 1 : -1);
    if (count < 0) throw new Error(`${value.kind} ${text} takes back what is not there`);
    counts.set(text, count);
  }
  return [...counts].flatMap(([text, count]) => Array<string>(count).fill(text)).sort();
}

/** Numbers without the zeros behind the point: how many digits a DECIMAL shows is not what is compared. */
function shown(value: unknown): string {
  const text = String(value);
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}
