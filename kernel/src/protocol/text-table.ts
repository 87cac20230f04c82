import { clockTime } from './chart-status.ts';
import { columnText, isNumberColumn } from './column-text.ts';
import type { Json } from './json.ts';
import { recordField, rowField } from './row-field.ts';
import type { ViewDescription, ViewRow } from './view.ts';

const MAX_LINES = 12;
const MAX_COLUMNS = 8;
const MAX_WIDTH = 40;

/** A view's last rows as aligned plain text, for frontends that show nothing else. */
export function textTable(
  view: ViewDescription,
  rows: readonly ViewRow[],
  waiting: string,
  warning?: string,
): string {
  const warned = warning === undefined ? [] : [`Warning: ${warning}`];
  if (rows.length === 0) return [`${view.title}: ${waiting}`, ...warned].join('\n');
  const shown = rows.slice(-MAX_LINES);
  const columns = tableColumns(view, shown).slice(0, MAX_COLUMNS);
  const lines = [
    columns.map((column) => column.title),
    ...shown.map((row) => columns.map((column) => clip(column.text(row)))),
  ];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const numeric = columns.map(
    (column) => column.numeric ?? shown.every((row) => typeof column.value(row) === 'number'),
  );
  const table = lines.map((line) =>
    line
      .map((cell, i) => (numeric[i] === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const more = rows.length > shown.length ? [`… ${rows.length - shown.length} earlier rows`] : [];
  return [view.title, ...more, ...table, ...warned].join('\n');
}

interface TableColumn {
  readonly title: string;
  text(row: ViewRow): string;
  value(row: ViewRow): Json | undefined;
  /** Known before a value is. */
  readonly numeric?: boolean;
}

function tableColumns(view: ViewDescription, rows: readonly ViewRow[]): TableColumn[] {
  switch (view.kind) {
    case 'windows':
      return [
        column('window', (row) => `${time(row.start)} to ${time(row.end, row.start)}`),
        field('key'),
        field('value'),
        ...(rows.some((row) => row.pane !== 0) ? [field('pane')] : []),
        ...(view.labels === undefined ? [] : [field('_label', 'label')]),
      ];
    case 'watermarks':
      return [
        field('key', 'operator'),
        column('clock', (row) => time(row.now)),
        column('watermark', (row) => time(row.watermark)),
        field('lateRecords', 'late'),
      ];
    case 'records': {
      if (view.columns !== undefined)
        return view.columns.map((of) => ({
          title: of.name,
          numeric: isNumberColumn(of),
          value: (row) => row[rowField(of.name)],
          text: (row) => columnText(row[rowField(of.name)], of, view.timeZone),
        }));
      const names = new Set(
        rows.flatMap((row) => Object.keys(row).flatMap((name) => recordField(name) ?? [])),
      );
      const timed = rows.some((row) => typeof row._time === 'number');
      return [
        ...(timed ? [column('time', (row) => time(row._time))] : []),
        ...[...names].map((name) => field(rowField(name), name)),
        ...(view.labels === undefined ? [] : [field('_label', 'label')]),
      ];
    }
  }
}

function field(name: string, title = name): TableColumn {
  return { title, text: (row) => text(row[name]), value: (row) => row[name] };
}

function column(title: string, of: (row: ViewRow) => string): TableColumn {
  return { title, text: of, value: of };
}

function time(value: Json | undefined, near?: Json): string {
  if (typeof value !== 'number') return '';
  return clockTime(value, typeof near === 'number' ? near : undefined);
}

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function clip(value: string): string {
  return value.length <= MAX_WIDTH ? value : `${value.slice(0, MAX_WIDTH - 1)}…`;
}
