import type { FusionScope } from '../../operators/fusion-scope.ts';
import type { ExpressionClock } from '../lower/compile-expression.ts';
import { FusedExpressions, wholeRow, type FusedRow } from '../lower/fused-row.ts';
import type { Expression } from '../plan/expression.ts';
import type { LogicalType } from '../types/logical-type.ts';
import { fromRecord } from './from-record.ts';
import type { ResolvedSchema } from './table-schema.ts';

/**
 * Writes how a record becomes a row: each column and each field of a ROW column that anybody behind reads is taken once, and checked;
 * others are not looked at.
 */
export class ScanWriter {
  readonly #scope: FusionScope;
  readonly #schema: ResolvedSchema;
  readonly #record: string;
  readonly #timestamp: string;
  readonly #clock: ExpressionClock;
  /** Locals of columns, and of fields of columns. */
  readonly #taken = new Map<string, string>();
  #code = '';

  /** @param record name of a local that holds an object */
  constructor(
    scope: FusionScope,
    schema: ResolvedSchema,
    record: string,
    timestamp: string,
    clock: ExpressionClock,
  ) {
    this.#scope = scope;
    this.#schema = schema;
    this.#record = record;
    this.#timestamp = timestamp;
    this.#clock = clock;
  }

  /** Code that takes what was asked for so far. */
  get code(): string {
    return this.#code;
  }

  /** The row of the columns that are read. */
  row(kind: string, read: readonly number[]): FusedRow {
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
    const writer = new FusedExpressions(
      this.#scope,
      { column: (index) => this.column(index), field: (index, name) => this.field(index, name) },
      this.#clock,
    );
    const text = writer.write(expression);
    const local = this.#scope.local();
    this.#code += `${writer.declarations}const ${local} = ${text};\n`;
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
        this.#code += `const ${local} = ${this.#timestamp} ?? null;\n`;
        break;
      case 'metadata':
        local = 'null';
        break;
      case 'field': {
        const { type, name } = columns[index]!;
        local = this.#take(`${this.#record}[${JSON.stringify(origin.field)}]`, type, name);
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
    let local = this.#taken.get(id);
    if (local !== undefined) return local;
    const place = type.fields.findIndex((field) => field.name === name);
    local = this.#take(
      `${this.#row(index, origin.field)}?.[${JSON.stringify(name)}]`,
      type.fields[place]!.type,
      name,
    );
    this.#taken.set(id, local);
    return local;
  }

  /** The local of a ROW as the record has it. */
  #row(index: number, field: string): string {
    const id = `${index}.`;
    let local = this.#taken.get(id);
    if (local !== undefined) return local;
    const { type, name } = this.#schema.columns[index]!;
    local = this.#scope.local();
    // A tuple, or what is no ROW at all, goes by the way that takes it as a whole.
    const convert = this.#scope.bind(fromRecord(type, name));
    this.#code += `let ${local} = ${this.#record}[${JSON.stringify(field)}];
if (${local} !== null && ${local} !== undefined && (typeof ${local} !== 'object' || Array.isArray(${local}))) ${local} = ${convert}(${local});\n`;
    this.#taken.set(id, local);
    return local;
  }

  #take(text: string, type: LogicalType, name: string): string {
    const local = this.#scope.local();
    const convert = this.#scope.bind(fromRecord(type, name));
    const fits = fitsAsIs(type, local);
    const otherwise = `${local} = ${convert}(${local});`;
    this.#code +=
      fits === undefined
        ? `let ${local} = ${text};\n${otherwise}\n`
        : `let ${local} = ${text};\nif (!(${fits})) ${otherwise}\n`;
    return local;
  }
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
    case 'FLOAT':
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
