import type { Json } from './json.ts';

/** A column of a table of SQL. */
export interface ViewColumn {
  readonly name: string;
  /** Its type, as Flink writes it. */
  readonly type: string;
}

const NUMBER = /^(?:TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|DECIMAL)\b/;

/** True if a column's values stand under each other by their last digit; an exact number may be text. */
export function isNumberColumn({ type }: ViewColumn): boolean {
  return NUMBER.test(type);
}

/**
 * A value of a column as SQL writes it. Times come as ms: `2018-02-06 15:50:42.400`.
 * @param timeZone of TIMESTAMP_LTZ, an IANA name
 */
export function columnText(value: Json | undefined, { type }: ViewColumn, timeZone = 'UTC'): string {
  if (value === undefined || value === null) return 'NULL';
  if (typeof value === 'number') return ofNumber(value, type, timeZone);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function ofNumber(value: number, type: string, timeZone: string): string {
  if (type.startsWith('TIMESTAMP'))
    return timestamp(type.startsWith('TIMESTAMP_LTZ') ? inZone(value, timeZone) : value);
  if (type === 'DATE') return timestamp(value).slice(0, -9);
  if (type.startsWith('TIME(')) return timestamp(value).slice(11);
  return numberText(value);
}

/** `YYYY-MM-DD HH:MM:SS`, with ms where there are any. */
function timestamp(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  const text = date.toISOString().replace('T', ' ').replace('Z', '');
  return text.replace(/\.000$/, '');
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The moment whose UTC clock shows what the zone's clock shows. */
function inZone(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return at;
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(timeZone, clock);
  }
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const second = Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return second + (((at % 1000) + 1000) % 1000);
}

/** A number without the noise of its last binary digits. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}
