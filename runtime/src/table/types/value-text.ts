import { showDate, showTime, showTimestamp } from './date-time-text.ts';
import type { LogicalType } from './logical-type.ts';

/** How a value that is not NULL prints, as Flink prints it; `undefined` for what is no value. */
export function textOf(type: LogicalType): ((value: unknown) => string) | undefined {
  switch (type.name) {
    case 'BOOLEAN':
      return (value) => (value === true ? 'TRUE' : 'FALSE');
    case 'DATE':
      return (value) => showDate(value as number);
    case 'TIME':
      return (value) => showTime(value as number, type.precision);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return (value) => showTimestamp(value as number, type.precision);
    case 'INTERVAL DAY TO SECOND':
      return (value) => showDays(value as number);
    case 'INTERVAL YEAR TO MONTH':
      return (value) => showMonths(value as number);
    case 'FLOAT':
      return (value) => showDouble(shortestOfFloat(value as number));
    case 'DOUBLE':
      return (value) => showDouble(value as number);
    case 'BYTES':
      return (value) => new TextDecoder().decode(value as Uint8Array);
    case 'ARRAY': {
      const item = part(type.element);
      return (value) => `[${(value as readonly unknown[]).map(item).join(', ')}]`;
    }
    case 'MAP': {
      const key = part(type.key);
      const item = part(type.value);
      return (value) =>
        `{${[...(value as Map<unknown, unknown>)].map(([k, v]) => `${key(k)}=${item(v)}`).join(', ')}}`;
    }
    case 'ROW': {
      const parts = type.fields.map((field) => ({ name: field.name, show: part(field.type) }));
      return (value) =>
        `(${parts.map(({ name, show }) => show((value as Record<string, unknown>)[name])).join(', ')})`;
    }
    case 'SYMBOL':
      return undefined;
    default:
      return String;
  }
}

function part(type: LogicalType): (value: unknown) => string {
  const show = textOf(type) ?? String;
  return (value) => (value === null || value === undefined ? 'NULL' : show(value));
}

/** As Java writes a double: always with a point, from ten million on and below a thousandth with an exponent. */
export function showDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size >= 1e-3 && size < 1e7) return withPoint(String(value));
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  return `${withPoint(digits)}E${Number(exponent)}`;
}

function withPoint(text: string): string {
  return text.includes('.') ? text : `${text}.0`;
}

/** The double of the fewest digits that is this value as a float: 0.1, not 0.10000000149011612. */
export function shortestOfFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** `+1 02:03:04.567`. */
function showDays(ms: number): string {
  const size = Math.abs(ms);
  return `${ms < 0 ? '-' : '+'}${Math.floor(size / 86_400_000)} ${showTime(size, 3)}`;
}

/** `+1-02`. */
function showMonths(months: number): string {
  const size = Math.abs(months);
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${String(size % 12).padStart(2, '0')}`;
}
