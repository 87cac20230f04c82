import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, ParquetParsers, ParquetScan } from 'hyparquet';
import type { ColumnSelection } from '../formats/parquet-format.ts';
import {
  fileNotReadable,
  parquetColumnUnknown,
  parquetIntegerTooLarge,
  parquetNotReadable,
} from './connector-errors.ts';
import { packColumn, type PackedColumn } from './packed-column.ts';

// Snappy comes with hyparquet, these with Node.
const COMPRESSORS: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
};

const DAY = 86_400_000;

/** Times are epoch ms, as everywhere; what is finer is cut off downwards. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros) => Math.floor(Number(micros) / 1000),
  timestampFromNanoseconds: (nanos) =>
    Number((nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n),
  dateFromDays: (days) => days * DAY,
};

/** An open Parquet file, read a row group at a time. */
export class ParquetFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #scan: ParquetScan;
  readonly #columns: readonly string[];
  readonly #bigints: ReadonlySet<string>;

  private constructor(
    path: string,
    descriptor: number,
    scan: ParquetScan,
    columns: readonly string[],
    bigints: readonly string[],
  ) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#scan = scan;
    this.#columns = columns;
    this.#bigints = new Set(bigints);
  }

  /** @throws {TidemarkError} `file-not-readable`, `parquet-not-readable`, `parquet-column-unknown` */
  static async open(path: string, selection: ColumnSelection): Promise<ParquetFile> {
    let descriptor: number;
    try {
      descriptor = openSync(path, 'r');
    } catch (error) {
      throw fileNotReadable(path, error);
    }
    try {
      const file = bufferOf(descriptor);
      const metadata = await readable(path, () => parquetMetadataAsync(file, { parsers: PARSERS }));
      const known = parquetSchema(metadata).children.map(({ element }) => element.name);
      const columns = selection.columns ?? known;
      const bigints = selection.bigints ?? [];
      for (const name of [...columns, ...bigints]) {
        if (!known.includes(name)) throw parquetColumnUnknown(path, name, known);
      }
      const options = { file, metadata, columns: [...columns], compressors: COMPRESSORS, parsers: PARSERS };
      const scan = await readable(path, () => parquetScan({ ...options, useOffsetIndex: false }));
      return new ParquetFile(path, descriptor, scan, columns, bigints);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  get groupCount(): number {
    return this.#metadata.row_groups.length;
  }

  /** @throws {TidemarkError} `parquet-not-readable`, `parquet-integer-too-large` */
  async readGroup(group: number): Promise<{ rows: number; columns: PackedColumn[] }> {
    const { row_groups: groups } = this.#metadata;
    const rows = Number(groups[group]?.num_rows ?? 0);
    let rowStart = 0;
    for (let before = 0; before < group; before++) rowStart += Number(groups[before]?.num_rows ?? 0);
    const columns: PackedColumn[] = [];
    for (const column of this.#columns) {
      const range = { column, rowStart, rowEnd: rowStart + rows };
      const values = await readable(this.path, () => this.#scan.readColumn(range));
      columns.push(packColumn(column, this.#bigints.has(column) ? values : this.#numbers(column, values)));
    }
    return { rows, columns };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  get #metadata(): FileMetaData {
    return this.#scan.metadata;
  }

  #numbers(column: string, values: ArrayLike<unknown>): ArrayLike<unknown> {
    let integers: unknown[] | undefined;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value !== 'bigint') continue;
      const number = Number(value);
      if (!Number.isSafeInteger(number)) throw parquetIntegerTooLarge(this.path, column, value);
      integers ??= Array.from(values);
      integers[i] = number;
    }
    return integers ?? values;
  }
}

function bufferOf(descriptor: number): AsyncBuffer {
  const { size } = fstatSync(descriptor);
  return {
    byteLength: size,
    slice(start: number, end = size): ArrayBuffer {
      const bytes = new Uint8Array(Math.max(0, end - start));
      let read = 0;
      while (read < bytes.length) {
        const length = readSync(descriptor, bytes, read, bytes.length - read, start + read);
        if (length === 0)
          throw new Error(`it ends at byte ${start + read}, and has been cut short since it was opened`);
        read += length;
      }
      return bytes.buffer;
    },
  };
}

/** The library's errors are plain ones; here they get the file's name and a code. */
async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw parquetNotReadable(path, error);
  }
}
