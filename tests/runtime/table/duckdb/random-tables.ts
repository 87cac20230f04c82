import type { TestStep } from 'tidemark/testing';
import { element, on } from 'tidemark/testing';
import type { Random } from './random.ts';

export type Values = readonly (number | string | boolean | null)[];

/** `id` is never NULL and unique in its table. */
export const COLUMNS = ['id', 'a', 'b', 's', 'd', 'f'] as const;
export const FLINK_SCHEMA = 'id INT, a INT, b BIGINT, s STRING, d DECIMAL(8, 2), f BOOLEAN';
export const DUCKDB_SCHEMA = 'id INTEGER, a INTEGER, b BIGINT, s VARCHAR, d DECIMAL(8, 2), f BOOLEAN';

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
  ];
}

export interface RandomTables {
  /** What is left of each table in the end. */
  readonly rows: Readonly<Record<'t' | 'u', readonly Values[]>>;
  /** How it came about, both tables mixed: rows come, change and go. */
  readonly steps: readonly TestStep<unknown>[];
}

export function randomTables(random: Random, changing: boolean): RandomTables {
  const rows: Record<'t' | 'u', Values[]> = { t: [], u: [] };
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
  return { rows, steps };
}
