// Connectors as CREATE TABLE … WITH names them.
import { discardingSink } from '../../connectors/discarding-sink.ts';
import { fileSink } from '../../connectors/file-sink/file-sink.ts';
import { fileSource } from '../../connectors/file-source.ts';
import { generatorSource } from '../../connectors/generator-source.ts';
import { httpSource } from '../../connectors/net/http-source.ts';
import { socketSink } from '../../connectors/net/socket-sink.ts';
import { webSocketSink } from '../../connectors/net/web-socket-sink.ts';
import { webSocketSource } from '../../connectors/net/web-socket-source.ts';
import { socketSource } from '../../connectors/socket-source.ts';
import type { Source } from '../../connectors/source.ts';
import { csv } from '../../formats/csv-format.ts';
import type { Format } from '../../formats/format.ts';
import { json } from '../../formats/json-format.ts';
import { jsonLines } from '../../formats/json-lines-format.ts';
import { parquet, type ColumnFormat } from '../../formats/parquet-format.ts';
import { raw } from '../../formats/raw-format.ts';
import type { Sink } from '../../operators/sink.ts';
import type { DurationLike } from '../../time/duration.ts';
import type { SourceRange } from '../../table/parse/position.ts';
import { badSql } from '../../table/sql-errors.ts';
import type { Column } from '../../table/plan/relation.ts';
import { generatedRow } from './generated-rows.ts';
import { kafkaTableSink, kafkaTableSource } from './kafka-table.ts';
import { filesOf, tableCsv, tableJson } from './table-files.ts';

/** The options of a table, which are asked for by name; one that nobody asks for is a mistake. */
export class ConnectorOptions {
  readonly #options: ReadonlyMap<string, string>;
  readonly #asked = new Set(['connector']);
  readonly at: SourceRange;

  constructor(options: ReadonlyMap<string, string>, at: SourceRange) {
    this.#options = options;
    this.at = at;
  }

  get connector(): string {
    return this.need('connector');
  }

  find(key: string): string | undefined {
    this.#asked.add(key);
    return this.#options.get(key);
  }

  need(key: string): string {
    const value = this.find(key);
    if (value === undefined)
      throw badSql(
        'table-option',
        `The option '${key}' is missing.`,
        `Add it: WITH ('${key}' = '…').`,
        this.at,
      );
    return value;
  }

  number(key: string): number | undefined {
    const value = this.find(key);
    if (value === undefined) return undefined;
    if (Number.isFinite(Number(value))) return Number(value);
    throw badSql(
      'table-option',
      `The option '${key}' is a number, and '${value}' is none.`,
      'Correct it.',
      this.at,
    );
  }

  /** @throws {TidemarkError} `table-option` for a value that is none of these */
  oneOf<Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.find(key);
    if (value === undefined) return undefined;
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) throw this.wrong(key, choices);
    return chosen;
  }

  wrong(key: string, known: readonly string[]): Error {
    return badSql(
      'table-option',
      `'${key}' = '${this.find(key)}' is not known.`,
      `Known: ${known.join(', ')}.`,
      this.at,
    );
  }

  /** @throws {TidemarkError} `table-option` for an option that the connector does not have */
  checkAll(): void {
    const unknown = [...this.#options.keys()].filter(
      (key) => !this.#asked.has(key) && !key.startsWith('fields.'),
    );
    if (unknown.length > 0) {
      throw badSql(
        'table-option',
        `The connector ${this.connector} has no option '${unknown[0]}'.`,
        `It has: ${[...this.#asked].join(', ')}.`,
        this.at,
      );
    }
  }
}

const SOURCES = ['datagen', 'filesystem', 'kafka', 'socket', 'websocket', 'http', 'jdbc'];
const SINKS = ['print', 'blackhole', 'filesystem', 'kafka', 'socket', 'websocket', 'jdbc'];
const FORMATS = ['json', 'csv', 'parquet', 'raw'];

/** @throws {TidemarkError} `table-option`; what the connector says */
export function sourceOf(options: ConnectorOptions, columns: readonly Column[]): Source<unknown> {
  switch (options.connector) {
    case 'datagen':
      return generatorSource((index) => generatedRow(options, columns, index), {
        rate: options.number('rows-per-second') ?? 10_000,
        count: options.number('number-of-rows'),
      });
    case 'filesystem':
      return fileSource(filesOf(options.need('path')), { format: fileFormat(options, columns) });
    case 'socket':
      return socketSource(options.need('hostname'), options.number('port') ?? 0) as Source<unknown>;
    case 'websocket':
      return webSocketSource(options.need('url'), {
        format: recordFormat(options),
        greeting: options.find('greeting'),
      });
    case 'http':
      return httpSource(options.need('url'), {
        format: recordFormat(options),
        every: options.find('every') as DurationLike | undefined,
      });
    case 'kafka':
      return kafkaTableSource(options, recordFormat(options));
    default:
      throw options.wrong('connector', SOURCES);
  }
}

/** `print` is for the stream to do. @throws {TidemarkError} `table-option`; what the connector says */
export function sinkOf(options: ConnectorOptions): Sink<unknown> | 'print' {
  switch (options.connector) {
    case 'print':
      return 'print';
    case 'blackhole':
      return discardingSink();
    case 'filesystem':
      return fileSink(options.need('path'), { format: fileFormat(options) });
    case 'socket':
      return socketSink(options.need('hostname'), options.number('port') ?? 0, {
        format: recordFormat(options),
      });
    case 'websocket':
      return webSocketSink(options.need('url'), { format: recordFormat(options) });
    case 'kafka':
      return kafkaTableSink(options, recordFormat(options));
    default:
      throw options.wrong('connector', SINKS);
  }
}

/** @param columns of a table that is read */
function fileFormat(
  options: ConnectorOptions,
  columns?: readonly Column[],
): Format<unknown> | ColumnFormat<unknown> {
  switch (options.need('format')) {
    case 'json':
      return columns === undefined ? jsonLines() : tableJson();
    case 'csv':
      return columns === undefined ? csv() : tableCsv(columns);
    case 'parquet':
      return parquet();
    case 'raw':
      return raw() as Format<unknown>;
    default:
      throw options.wrong('format', FORMATS);
  }
}

function recordFormat(options: ConnectorOptions): Format<unknown> {
  switch (options.find('format') ?? options.need('value.format')) {
    case 'json':
      return json();
    case 'csv':
      return csv();
    case 'raw':
      return raw() as Format<unknown>;
    default:
      throw options.wrong('format', ['json', 'csv', 'raw']);
  }
}
