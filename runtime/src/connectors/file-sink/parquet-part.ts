import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { parquetValueUnknown } from './file-sink-errors.ts';
import { PartOutput, type PartFile } from './part-file.ts';
import type { SinkFiles } from './sink-files.ts';

type ColumnType = 'BOOLEAN' | 'DOUBLE' | 'INT64' | 'STRING' | 'TIMESTAMP' | 'BYTE_ARRAY' | 'JSON';
type Row = Readonly<Record<string, unknown>>;

/** Rows written at once; each group takes some ms of the engine's thread. */
const ROWS_A_GROUP = 10_000;
/** Of a row that has not been written yet. */
const BYTES_A_VALUE = 8;

/**
 * A Parquet file. It has an index at its end, so that one that was begun cannot be gone on with: every cut ends it. Its columns
 * are those of its first group of rows; a group that has others needs a file of its own.
 */
export class ParquetPart<T> implements PartFile<T> {
  readonly name: string;
  overflow: readonly T[] = [];
  readonly #output: PartOutput;
  readonly #bytes = new ByteWriter();
  #writer: ParquetWriter | undefined;
  #types: ColumnTypes = new Map();
  #rows: Row[] = [];

  constructor(files: SinkFiles, folder: string, name: string) {
    this.name = name;
    this.#output = new PartOutput(files, `${folder}/${name}`);
  }

  get size(): number {
    return this.#output.length + this.#rows.length * Math.max(1, this.#types.size) * BYTES_A_VALUE;
  }

  write(value: T): void {
    this.#rows.push(value as Row);
    if (this.#rows.length >= ROWS_A_GROUP) this.#writeGroup();
  }

  flush(): Promise<void> {
    return Promise.reject(new TypeError('a Parquet file is flushed when it ends'));
  }

  state(): undefined {
    return undefined;
  }

  async finish(): Promise<void> {
    this.#writeGroup();
    this.#writer?.finish();
    this.#hand();
    await this.#output.sync();
    await this.#output.close();
  }

  abandon(): void {
    this.#output.close().catch(() => undefined);
  }

  #writeGroup(): void {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    const types = columnTypes(rows);
    if (this.#writer === undefined) this.#types = types;
    else if (!this.#fits(types)) {
      this.overflow = rows as readonly T[];
      return;
    }
    const columnData = [...this.#types].map(([name, type]) => ({
      name,
      type: type ?? WITHOUT_VALUES,
      data: rows.map((row) => row[name] ?? null),
    }));
    this.#writer ??= new ParquetWriter({ writer: this.#bytes, schema: schemaFromColumnData({ columnData }) });
    void this.#writer.write({ columnData });
    this.#hand();
  }

  #fits(types: ColumnTypes): boolean {
    for (const [name, type] of types) {
      if (!this.#types.has(name)) return false;
      if (type !== undefined && type !== (this.#types.get(name) ?? WITHOUT_VALUES)) return false;
    }
    return true;
  }

  #hand(): void {
    this.#output.write(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }
}

type ColumnTypes = ReadonlyMap<string, ColumnType | undefined>;

/** A column has to have some type. */
const WITHOUT_VALUES: ColumnType = 'STRING';

/** Columns without a value have no type. */
function columnTypes(rows: readonly Row[]): ColumnTypes {
  const types = new Map<string, ColumnType | undefined>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const type = typeOf(value, name);
      const before = types.get(name);
      if (before !== undefined && type !== undefined && before !== type) {
        throw parquetValueUnknown(name, `it holds values of type ${before} and of type ${type}`);
      }
      types.set(name, before ?? type);
    }
  }
  return types;
}

function typeOf(value: unknown, column: string): ColumnType | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'boolean':
      return 'BOOLEAN';
    case 'number':
      return 'DOUBLE';
    case 'bigint':
      return 'INT64';
    case 'string':
      return 'STRING';
    case 'object':
      if (value === null) return undefined;
      if (value instanceof Date) return 'TIMESTAMP';
      return value instanceof Uint8Array ? 'BYTE_ARRAY' : 'JSON';
    default:
      throw parquetValueUnknown(column, `it holds a ${typeof value}`);
  }
}
