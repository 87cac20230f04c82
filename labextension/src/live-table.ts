import {
  clockTime,
  columnText,
  isNumberColumn,
  numberText,
  recordField,
  rowField,
  type Json,
  type ViewColumn,
  type ViewDelta,
  type ViewDescription,
  type ViewRow,
} from '@tidemark/kernel/protocol';
import type { ViewMirror } from './view-mirror.ts';

const MAX_COLUMNS = 16;
/** Within this many px of its end a table counts as scrolled to its end, and follows it. */
const AT_END = 24;

/** A view's rows as a table that is changed in place; the newest row is the last. */
export class LiveTable {
  readonly #node: HTMLElement;
  readonly #mirror: ViewMirror;
  readonly #onDrawn: (version: number) => void;
  readonly #onRow: (row: ViewRow, at: DOMRect) => void;
  readonly #head = document.createElement('tr');
  readonly #body = document.createElement('tbody');
  readonly #lines = new Map<string, HTMLTableRowElement>();
  #columns: readonly TableColumn[] = [];
  readonly #touched = new Map<string, ViewRow>();
  readonly #removed = new Set<string>();
  #reset = true;
  #frame: number | undefined;

  /** @param on.row a row's label was clicked: where that is */
  constructor(
    node: HTMLElement,
    mirror: ViewMirror,
    on: {
      readonly drawn: (version: number) => void;
      readonly row: (row: ViewRow, at: DOMRect) => void;
    },
  ) {
    this.#node = node;
    this.#mirror = mirror;
    this.#onDrawn = on.drawn;
    this.#onRow = on.row;
    const table = document.createElement('table');
    const head = document.createElement('thead');
    head.append(this.#head);
    table.append(head, this.#body);
    node.replaceChildren(table);
    this.change(undefined);
  }

  change(delta: ViewDelta | undefined): void {
    if (delta?.reset === true) this.#reset = true;
    for (const id of delta?.remove ?? []) {
      this.#removed.add(id);
      this.#touched.delete(id);
    }
    for (const row of delta?.upsert ?? []) this.#touched.set(row._id, row);
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#lines.clear();
    this.#node.replaceChildren();
  }

  #draw(): void {
    const node = this.#node;
    const following = node.scrollHeight - node.scrollTop - node.clientHeight < AT_END;
    const { description } = this.#mirror;
    const columns = [
      ...(description.labels === undefined ? [] : [LABEL_COLUMN]),
      ...columnsOf(description, this.#mirror.rows()),
    ];
    if (idOf(columns) !== idOf(this.#columns)) {
      this.#columns = columns;
      this.#head.replaceChildren(...columns.map(headCell));
      this.#reset = true;
    }
    if (this.#reset) {
      this.#lines.clear();
      this.#body.replaceChildren(...this.#mirror.rows().map((row) => this.#line(row)));
    } else this.#change();
    this.#reset = false;
    this.#touched.clear();
    this.#removed.clear();
    if (following) node.scrollTop = node.scrollHeight;
    this.#onDrawn(this.#mirror.version);
  }

  #change(): void {
    for (const id of this.#removed) {
      this.#lines.get(id)?.remove();
      this.#lines.delete(id);
    }
    for (const row of this.#touched.values()) {
      const old = this.#lines.get(row._id);
      if (old === undefined) this.#body.append(this.#line(row));
      else this.#fill(old, row);
    }
  }

  /** Changes what has changed: a row that is looked at, pointed at or copied from stays the row that it is. */
  #fill(line: HTMLTableRowElement, row: ViewRow): void {
    this.#columns.forEach((column, at) => {
      const cell = line.cells[at];
      if (cell !== undefined) this.#fillCell(cell, column, row);
    });
  }

  #line(row: ViewRow): HTMLTableRowElement {
    const line = document.createElement('tr');
    for (const column of this.#columns) {
      const cell = document.createElement('td');
      this.#fillCell(cell, column, row);
      line.append(cell);
    }
    this.#lines.set(row._id, line);
    return line;
  }

  #fillCell(cell: HTMLTableCellElement, column: TableColumn, row: ViewRow): void {
    if (column === LABEL_COLUMN) cell.replaceChildren(this.#labelButton(row));
    else fillCell(cell, column, row[column.name]);
  }

  #labelButton(row: ViewRow): HTMLButtonElement {
    const label = row[LABEL];
    const button = document.createElement('button');
    button.className = 'tm-button tm-label';
    button.textContent = typeof label === 'string' ? label : 'label…';
    if (typeof label === 'string') button.dataset.label = label;
    button.title = 'Say whether this is an anomaly';
    button.setAttribute('aria-haspopup', 'menu');
    button.addEventListener('click', () => this.#onRow(row, button.getBoundingClientRect()));
    return button;
  }
}

/** A row in one line, for people. */
export function rowText(row: ViewRow): string {
  return columnsOf({}, [row])
    .filter(({ name }) => name === '_time' || row[name] !== row._time)
    .map(({ name }) => cellText(name, row[name]))
    .filter((text) => text !== '')
    .slice(0, 4)
    .join(' · ');
}

/** A column as it is shown. */
interface TableColumn {
  readonly name: string;
  readonly title: string;
  /** Of a table of SQL. */
  readonly of?: ViewColumn;
  readonly timeZone?: string | undefined;
}

/** The column that says what a user has said of a row. */
const LABEL = '_label';
const LABEL_COLUMN: TableColumn = { name: LABEL, title: 'label' };

function columnsOf(
  { columns, timeZone }: Pick<ViewDescription, 'columns' | 'timeZone'>,
  rows: readonly ViewRow[],
): TableColumn[] {
  if (columns !== undefined)
    return columns
      .map((of) => ({ name: rowField(of.name), title: of.name, of, timeZone }))
      .slice(0, MAX_COLUMNS);
  const names = new Set<string>();
  for (const row of rows) {
    for (const field of Object.keys(row)) if (recordField(field) !== undefined) names.add(field);
  }
  const timed = rows.some((row) => typeof row._time === 'number');
  return [
    ...(timed ? [{ name: '_time', title: 'event time' }] : []),
    ...[...names].map((name) => ({ name, title: recordField(name) ?? name })),
  ].slice(0, MAX_COLUMNS);
}

function idOf(columns: readonly TableColumn[]): string {
  return columns.map(({ name, of }) => `${name} ${of?.type ?? ''}`).join('\n');
}

function headCell({ title, of }: TableColumn): HTMLElement {
  const cell = document.createElement('th');
  cell.textContent = title;
  if (of !== undefined) {
    cell.title = of.type;
    if (isNumberColumn(of)) cell.className = 'tm-number';
  }
  return cell;
}

function fillCell(cell: HTMLTableCellElement, column: TableColumn, value: Json | undefined): void {
  const { name, of, timeZone } = column;
  const text = of === undefined ? cellText(name, value) : columnText(value, of, timeZone);
  if (cell.textContent !== text) cell.textContent = text;
  const isNumber = of === undefined ? typeof value === 'number' && name !== '_time' : isNumberColumn(of);
  const isNull = of !== undefined && (value === null || value === undefined);
  cell.classList.toggle('tm-number', isNumber);
  cell.classList.toggle('tm-null', isNull);
}

/** Fields that hold times in the rows of windows and watermarks. */
const TIMES = new Set(['_time', 'timestamp', 'start', 'end', 'now', 'watermark', 'maxTimestamp']);

function cellText(name: string, value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return TIMES.has(name) && value > 1e9 ? clockTime(value) : numberText(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
