import type { TestStep } from 'tidemark/testing';
import { element, on } from 'tidemark/testing';
import type { Random } from './random.ts';

export type Values = readonly (number | string | boolean | null)[];

/** `id` is never NULL and unique in its table. */
export const FLINK_SCHEMA =
  'id INT, a INT, b BIGINT, s STRING, d DECIMAL(8, 2), f BOOLEAN, ts TIMESTAMP(3), dt DATE';
export const DUCKDB_SCHEMA =
  'id INTEGER, a INTEGER, b BIGINT, s VARCHAR, d DECIMAL(8, 2), f BOOLEAN, ts TIMESTAMP, dt DATE';
/** Of `v`, whose rows come for good and have times of their own, out of order by less than the watermark lags. */
export const TIMED_SCHEMA = `${FLINK_SCHEMA}, WATERMARK FOR ts AS ts - INTERVAL '1' HOUR`;
const TIME = 6;
const DAY = 7;

/** The end of a month in a leap year is near. */
const FIRST_DAY = Date.UTC(2024, 0, 20);
const WORDS = ['', 'a', 'b', 'ab', 'Ba', 'x y', 'zz'];

function randomRow(random: Random, id: number): Values {
  const orNull = <T>(value: T) => (random.chance(0.2) ? null : value);
  return [
    id,
    orNull(random.below(7) - 2),
    orNull(random.below(5)),
    orNull(random.pick(WORDS)),
    orNull(((random.below(2_000) - 500) / 100).toFixed(2)),
    orNull(random.chance(0.5)),
    orNull(FIRST_DAY + random.below(70 * 86_400) * 1_000),
    orNull(FIRST_DAY + random.below(70) * 86_400_000),
  ];
}

/** A row as DuckDB reads it. */
export function tuple(values: Values): string {
  return `(${values.map((value, at) => (value === null ? 'NULL' : literal(value, at))).join(', ')})`;
}

function literal(value: string | number | boolean, at: number): string {
  if (at === TIME || at === DAY) {
    const text = new Date(value as number).toISOString();
    return at === TIME ? `TIMESTAMP '${text.slice(0, 23).replace('T', ' ')}'` : `DATE '${text.slice(0, 10)}'`;
  }
  return typeof value === 'string' ? `'${value}'` : String(value);
}

export interface RandomTables {
  /** What is left of each table in the end. */
  readonly rows: Readonly<Record<'t' | 'u' | 'v', readonly Values[]>>;
  /** How it came about, both tables mixed: rows come, change and go. */
  readonly steps: readonly TestStep<unknown>[];
}

export function randomTables(random: Random, changing: boolean): RandomTables {
  const rows: Record<'t' | 'u' | 'v', Values[]> = { t: [], u: [], v: [] };
  const steps: TestStep<unknown>[] = [];
  const change = (table: string, kind: string, row: Values) => steps.push(on(table, element({ kind, row })));
  const count = random.below(25);
  for (let id = 0; id < count; id++) {
    const table = random.pick(['t', 'u'] as const);
    const there = rows[table];
    const action = changing && there.length > 0 ? random.below(4) : 0;
    const at = random.below(there.length);
    if (action <= 1) {
      const row = randomRow(random, id);
      there.push(row);
      change(table, '+I', row);
    } else if (action === 2) {
      change(table, '-D', there[at]!);
      there.splice(at, 1);
    } else {
      const row = randomRow(random, there[at]![0] as number);
      change(table, '-U', there[at]!);
      change(table, '+U', row);
      there[at] = row;
    }
  }
  for (let id = random.below(12); id > 0; id--) {
    const row = [...randomRow(random, id)];
    row[TIME] = FIRST_DAY + id * 1_000 + random.below(1_000);
    rows.v.splice(random.below(rows.v.length + 1), 0, row);
  }
  for (const row of rows.v) steps.push(on('v', element(row)));
  return { rows, steps };
}
