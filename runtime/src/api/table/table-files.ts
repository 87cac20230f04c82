import { isFolder } from '../../connectors/file-paths.ts';
import type { CsvColumnType } from '../../formats/csv-row.ts';
import { csv } from '../../formats/csv-format.ts';
import type { Format } from '../../formats/format.ts';
import { json } from '../../formats/json-format.ts';
import { jsonLines } from '../../formats/json-lines-format.ts';
import { sniffedFormat } from '../../formats/sniffed-format.ts';
import type { Column } from '../../table/plan/relation.ts';
import { isApproximate, isInteger, type LogicalType } from '../../table/types/logical-type.ts';

/** Of a folder the files that are not hidden, as in Flink. */
export function filesOf(path: string): string {
  const plain = path.replace(/^file:(?:\/\/)?(?=\/)/, '');
  return isFolder(plain) ? `${plain.replace(/\/$/, '')}/[!._]*` : plain;
}

/** A table's file of JSON: a value a line, as Flink has it, or a document that is an array of records. */
export function tableJson(): Format<unknown> {
  const isDocument = (bytes: Uint8Array) => /^\s*\[/.test(new TextDecoder().decode(bytes.subarray(0, 1000)));
  return sniffedFormat('table-json', { lines: jsonLines(), document: json() }, (bytes) =>
    isDocument(bytes) ? 'document' : 'lines',
  );
}

/** A table's file of CSV: values in the order of the columns, as Flink has it, or with a first row that names columns. */
export function tableCsv(columns: readonly Column[]): Format<unknown> {
  const names = columns.map(({ name }) => name);
  const types = Object.fromEntries(
    columns.flatMap(({ name, type }) => {
      const as = csvType(type);
      return as === undefined ? [] : [[name, as]];
    }),
  );
  const isNamed = (bytes: Uint8Array) => {
    const [first = ''] = new TextDecoder().decode(bytes.subarray(0, 10_000)).split(/\r?\n/, 1);
    return first.split(',').every((name) => names.includes(name.replace(/^"|"$/g, '').trim()));
  };
  return sniffedFormat(
    'table-csv',
    { named: csv({ types }), plain: csv({ header: names, types }) },
    (bytes) => (isNamed(bytes) ? 'named' : 'plain'),
  );
}

function csvType(type: LogicalType): CsvColumnType | undefined {
  if (type.name === 'STRING') return 'string';
  if (type.name === 'BOOLEAN') return 'boolean';
  return isInteger(type) || isApproximate(type) ? 'number' : undefined;
}
