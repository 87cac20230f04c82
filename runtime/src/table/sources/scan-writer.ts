import type { FusionScope } from '../../operators/fusion-scope.ts';
import type { ExpressionClock } from '../lower/compile-expression.ts';
import { FusedExpressions, wholeRow, type FusedRow } from '../lower/fused-row.ts';
import type { Expression } from '../plan/expression.ts';
import type { LogicalType } from '../types/logical-type.ts';
import { fromRecord } from './from-record.ts';
import type { TableScanOptions } from './table-scan-operator.ts';
import type { ResolvedSchema } from './table-schema.ts';

export type ScanWriterOptions = Pick<TableScanOptions, 'schema' | 'kindOf' | 'objectOf' | 'clock'>;

/**
 * Writes how a record becomes a row: each column and each field of a ROW column that anybody behind reads is taken once, and checked;
 * others are not looked at.
 */
export class ScanWriter {
  readonly #scope: FusionScope;
  readonly #schema: ResolvedSchema;
  /** Locals of the record as an object, and of what it does to the table. */
  readonly #record: string;
  readonly #kind: string;
  readonly #timestamp: string;
  readonly #clock: ExpressionClock;
  /** Locals of columns, of fields of columns, and of expressions. */
  readonly #taken = new Map<string, string>();
  /** Those that were asked for. */
  readonly #expressions: Expression[] = [];
  /** What takes columns, and fields of columns that are no NULL, by the column. */
  #columns: string;
  readonly #rows = new Map<number, TakenRow>();
  /** What is computed of them. */
  #computed = '';

  constructor(
    scope: FusionScope,
    value: string,
    timestamp: string,
    { schema, kindOf, objectOf, clock }: ScanWriterOptions,
  ) {
    this.#scope = scope;
    this.#schema = schema;
    this.#timestamp = timestamp;
    this.#clock = clock;
    const record = scope.local();
    this.#record = record;
    this.#kind = `'+I'`;
    this.#columns = `let ${record} = ${value};\n`;
    if (kindOf !== undefined) {
      this.#kind = scope.local();
      this.#columns = `const ${this.#kind} = ${scope.bind(kindOf)}(${value});\nlet ${record} = ${value}.row;\n`;
    }
    this.#columns += `if (typeof ${record} !== 'object' || ${record} === null || Array.isArray(${record})) ${record} = ${scope.bind(objectOf)}(${record});\n`;
  }

  /** Code that takes what was asked for so far. */
  get code(): string {
    const rows = Array.from(this.#rows.values(), ({ local, code, fields, takes }) => {
      const declared = fields.map((field) => `${field} = null`).join(', ');
      return `${code}let ${declared};\nif (${local} !== null && ${local} !== undefined) {\n${takes}}\n`;
    });
    return this.#columns + rows.join('') + this.#computed;
  }

  /** The row of the columns that are read. */
  row(read: readonly number[]): FusedRow {
    const kind = this.#kind;
    return {
      kind,
      width: read.length,
      column: (index) => this.column(read[index]!),
      field: (index, name) => this.field(read[index]!, name),
      whole: () => wholeRow(kind, read.map((index) => this.column(index))),
    }; // prettier-ignore
  }

  /** The local of an expression on all columns of the table. */
  expression(expression: Expression): string {
    return this.#local(`value ${this.#numberOf(expression)}`, (writer) => writer.write(expression));
  }

  /** The local of a time; NaN is NULL. */
  time(expression: Expression): string {
    return this.#local(`time ${this.#numberOf(expression)}`, (writer) => writer.writeTime(expression));
  }

  #numberOf(expression: Expression): number {
    const known = this.#expressions.indexOf(expression);
    return known < 0 ? this.#expressions.push(expression) - 1 : known;
  }

  #local(id: string, write: (writer: FusedExpressions) => string): string {
    const known = this.#taken.get(id);
    if (known !== undefined) return known;
    const writer = new FusedExpressions(
      this.#scope,
      { column: (index) => this.column(index), field: (index, name) => this.field(index, name) },
      this.#clock,
    );
    const text = write(writer);
    const local = this.#scope.local();
    this.#computed += `${writer.declarations}const ${local} = ${text};\n`;
    this.#taken.set(id, local);
    return local;
  }

  /** The local of a column. */
  column(index: number): string {
    const id = String(index);
    const known = this.#taken.get(id);
    if (known !== undefined) return known;
    const { columns, origins } = this.#schema;
    const origin = origins[index]!;
    let local: string;
    switch (origin.kind) {
      case 'computed':
        local = this.expression(origin.expression);
        break;
      case 'timestamp':
        local = this.#scope.local();
        this.#columns += `const ${local} = ${this.#timestamp} ?? null;\n`;
        break;
      case 'metadata':
        local = 'null';
        break;
      case 'field': {
        const { type, name } = columns[index]!;
        local = this.#scope.local();
        this.#columns += `let ${this.#take(local, `${this.#record}[${JSON.stringify(origin.field)}]`, type, name)}`;
      }
    }
    this.#taken.set(id, local);
    return local;
  }

  /** The local of a field of a ROW column. */
  field(index: number, name: string): string | undefined {
    const origin = this.#schema.origins[index]!;
    const { type } = this.#schema.columns[index]!;
    if (origin.kind !== 'field' || type.name !== 'ROW') return undefined;
    const id = `${index}.${name}`;
    const known = this.#taken.get(id);
    if (known !== undefined) return known;
    const local = this.#scope.local();
    this.#taken.set(id, local);
    const row = this.#row(index, origin.field);
    const of = type.fields.find((field) => field.name === name)!.type;
    row.fields.push(local);
    row.takes += this.#take(local, `${row.local}[${JSON.stringify(name)}]`, of, name);
    return local;
  }

  /** A ROW as the record has it. */
  #row(index: number, field: string): TakenRow {
    const known = this.#rows.get(index);
    if (known !== undefined) return known;
    const { type, name } = this.#schema.columns[index]!;
    const local = this.#scope.local();
    // A tuple, or what is no ROW at all, goes by the way that takes it as a whole.
    const convert = this.#scope.bind(fromRecord(type, name));
    const code = `let ${local} = ${this.#record}[${JSON.stringify(field)}];
if (${local} !== null && ${local} !== undefined && (typeof ${local} !== 'object' || Array.isArray(${local}))) ${local} = ${convert}(${local});\n`;
    const row = { local, code, fields: [], takes: '' };
    this.#rows.set(index, row);
    return row;
  }

  /** Code that sets a local. */
  #take(local: string, text: string, type: LogicalType, name: string): string {
    const convert = this.#scope.bind(fromRecord(type, name));
    const fits = fitsAsIs(type, local);
    const otherwise = `${local} = ${local} == null ? null : ${convert}(${local});\n`;
    return `${local} = ${text};\n${fits === undefined ? otherwise : `if (!(${fits})) ${otherwise}`}`;
  }
}

/** A ROW of which fields are taken. */
interface TakenRow {
  readonly local: string;
  readonly code: string;
  readonly fields: string[];
  takes: string;
}

/** Code that is true for values of a type which need no conversion; `undefined` if all do. */
function fitsAsIs(type: LogicalType, local: string): string | undefined {
  switch (type.name) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'DATE':
    case 'TIME':
      return `Number.isInteger(${local})`;
    case 'DOUBLE':
      return `typeof ${local} === 'number'`;
    case 'BOOLEAN':
      return `typeof ${local} === 'boolean'`;
    case 'STRING':
      return type.length === undefined ? `typeof ${local} === 'string'` : undefined;
    default:
      return undefined;
  }
}
