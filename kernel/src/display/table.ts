import { inspect } from 'node:util';

/** Most rows and columns drawn, and the longest text of a cell. */
const ROWS = 60;
const COLUMNS = 30;
const CELL_CHARACTERS = 120;
/** A column whose texts are no longer than this is not wrapped: a time stays on its line. */
const ONE_LINE = 24;

/** An HTML table for an array of at least two plain rows; undefined for any other value. */
export function tableOf(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isPlainRow)) return undefined;
  return value.some((row) => Object.keys(row).length > 0) ? htmlTable(value) : undefined;
}

/** Rows as an HTML table, cut to what can be looked at; says what it leaves out. */
export function htmlTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const names = [...new Set(rows.slice(0, ROWS).flatMap((row) => Object.keys(row)))];
  const drawn = rows.slice(0, ROWS);
  // Pages set cells flush right, as numbers want it and text does not.
  const columns = names.slice(0, COLUMNS).map((name) => {
    const isText = drawn.some((row) => typeof row[name] === 'string');
    const texts = isText ? drawn.map((row) => cell(row[name])) : [];
    const stays = texts.some((text) => text.includes(' ')) && texts.every((text) => text.length <= ONE_LINE);
    const style = `text-align: left${stays ? '; white-space: nowrap' : ''}`;
    return { name, style: isText ? ` style="${style}"` : '' };
  });
  const head = columns.map(({ name, style }) => `<th${style}>${escape(name)}</th>`).join('');
  const body = drawn
    .map(
      (row) => `<tr>${columns.map(({ name, style }) => `<td${style}>${cell(row[name])}</td>`).join('')}</tr>`,
    )
    .join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table><p>${count(rows.length, names.length)}</p>`;
}

function count(rows: number, columns: number): string {
  const size = `${rows.toLocaleString('en')} rows × ${columns} columns`;
  const parts = [
    rows > ROWS ? `the first ${ROWS} rows` : '',
    columns > COLUMNS ? `the first ${COLUMNS} columns` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? size : `${size}; shown: ${parts.join(', ')}`;
}

/** A row is an object literal (or a record without a prototype), not an instance of something. */
function isPlainRow(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function cell(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity });
  return escape(text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS - 1)}…` : text);
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
