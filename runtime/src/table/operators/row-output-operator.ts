import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import { Operator } from '../../operators/operator.ts';
import type { Row, RowKind } from '../changelog-row.ts';
import { fusedRow } from '../lower/fused-row.ts';

/** What records say of the change that they are: nothing, all, all of a table whose rows are told apart by key, or all in a field `op`. */
export type OutputKinds = 'none' | 'all' | 'upsert' | 'op';

/** Makes records of rows: objects by names of columns, alone or with what they do to the table. */
export class RowOutputOperator extends Operator {
  override readonly fusable = true;
  override readonly timeless = true;
  override readonly takesParts = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #names: readonly string[];
  readonly #make: (values: readonly unknown[]) => object;
  readonly #timeColumn: number;
  readonly #kinds: OutputKinds;

  /**
   * @param timeColumn the column that is the record's timestamp; −1 to keep the timestamp
   * @param kinds whether records say what they do, and whether rows are told apart by key
   */
  constructor(names: readonly string[], timeColumn: number, kinds: OutputKinds) {
    super();
    this.#names = names;
    this.#make = recordMaker(names);
    this.#timeColumn = timeColumn;
    this.#kinds = kinds;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const { kind, values } = value as Row;
    const row = this.#make(values);
    const time =
      this.#timeColumn < 0 ? timestamp : ((values[this.#timeColumn] as number | null) ?? timestamp);
    this.output.collect(this.#recordOf(kind, row), time);
  }

  #recordOf(kind: RowKind, row: object): object {
    if (this.#kinds === 'none') return row;
    return this.#kinds === 'op' ? { op: kind, ...row } : { kind: this.#kindOf(kind), row };
  }

  override fuse(scope: FusionScope, value: string, timestamp: string, next: WriteNext): string {
    const names = this.#names;
    const { row, before } = fusedRow(scope, value, names.length);
    const fields = names.map((name, at) => `${JSON.stringify(name)}: ${row.column(at)}`).join(', ');
    const kind =
      this.#kinds === 'upsert' && row.kind !== `'+I'`
        ? `(${row.kind} === '-U' ? '-D' : ${row.kind})`
        : row.kind;
    const record = {
      none: `{ ${fields} }`,
      op: `{ op: ${kind}, ${fields} }`,
      all: `{ kind: ${kind}, row: { ${fields} } }`,
      upsert: `{ kind: ${kind}, row: { ${fields} } }`,
    }[this.#kinds];
    const made = scope.nameMade(record);
    const column = this.#timeColumn < 0 ? undefined : row.column(this.#timeColumn);
    return `${before}const ${made} = ${record};\n${next(made, column === undefined ? timestamp : `(${column} ?? ${timestamp})`)}`;
  }

  /** Where rows are told apart by key, an old version that comes all the same may have no new one: a filter has taken it. */
  #kindOf(kind: RowKind): RowKind {
    return kind === '-U' && this.#kinds === 'upsert' ? '-D' : kind;
  }
}

/** Makes objects of values in the order of `names`; they all have one shape. */
export function recordMaker(names: readonly string[]): (values: readonly unknown[]) => object {
  const fields = names.map((name, at) => `${JSON.stringify(name)}: v[${at}]`).join(', ');
  return new Function('v', `"use strict"; return { ${fields} };`) as (values: readonly unknown[]) => object;
}
