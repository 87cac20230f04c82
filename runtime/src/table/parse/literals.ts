import { badSql } from '../sql-errors.ts';
import { exactInteger } from '../types/exact-integer.ts';
import { parseDate, parseTime, parseTimestamp } from '../types/date-time-text.ts';
import { toDecimal } from '../types/decimal.ts';
import {
  BIGINT, DATE, DAY_INTERVAL, decimal, DOUBLE, INT, MONTH_INTERVAL, TIME, type LogicalType,
} from '../types/logical-type.ts'; // prettier-ignore
import type { ExpressionNode } from './ast.ts';
import type { SourceRange } from './position.ts';

/** `12` is an INT or BIGINT, `1.5` a DECIMAL, `1e3` a DOUBLE. */
export function numberLiteral(text: string, at: SourceRange): ExpressionNode {
  const literal = (value: unknown, type: LogicalType): ExpressionNode => ({
    kind: 'literal',
    value,
    type,
    at,
  });
  if (/[eE]/.test(text)) return literal(Number(text), DOUBLE);
  const point = text.indexOf('.');
  if (point < 0) {
    const whole = BigInt(text);
    if (whole < 2n ** 31n) return literal(Number(whole), INT);
    if (whole < 2n ** 63n) return literal(exactInteger(whole), BIGINT);
    return literal(text, decimal(38, 0));
  }
  const scale = text.length - point - 1;
  // Of 0.1 the 0 counts, of .1 there is none.
  return literal(toDecimal(text.replace(/\.$/, ''), 38, scale), decimal(text.length - 1, scale));
}

/** `X'0aff'`. */
export function bytesLiteral(text: string, at: SourceRange): ExpressionNode {
  const pairs = text.slice(2, -1).match(/../g) ?? [];
  const value = Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
  return { kind: 'literal', value, type: { name: 'BYTES' }, at };
}

export function timeLiteral(kind: string, text: string, at: SourceRange): ExpressionNode {
  const fraction = /\.(\d+)\s*$/.exec(text)?.[1]?.length ?? 0;
  const [value, type]: [number | null, LogicalType] =
    kind === 'DATE'
      ? [parseDate(text), DATE]
      : kind === 'TIME'
        ? [parseTime(text), TIME]
        : [parseTimestamp(text), { name: 'TIMESTAMP', precision: fraction }];
  if (value === null) {
    const example = kind === 'DATE' ? '2020-10-10' : kind === 'TIME' ? '08:30:00' : '2020-10-10 08:30:00.000';
    throw badSql('sql-syntax', `'${text}' is no ${kind}.`, `Write it as ${kind} '${example}'.`, at);
  }
  return { kind: 'literal', value, type, at };
}

const MILLIS: Readonly<Record<string, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
};
const UNITS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
const MONTHS: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 };

export function intervalLiteral(
  text: string,
  minus: boolean,
  from: string,
  to: string | undefined,
  at: SourceRange,
): ExpressionNode {
  const wrong = () =>
    badSql(
      'sql-syntax',
      `'${text}' is no INTERVAL of ${to === undefined ? from : `${from} TO ${to}`}.`,
      "Write it as INTERVAL '5' SECOND.",
      at,
    );
  const match = /^\s*(-?)(.*?)\s*$/.exec(text)!;
  const sign = (minus ? -1 : 1) * (match[1] === '-' ? -1 : 1);
  const literal = (value: number, type: LogicalType): ExpressionNode => ({
    kind: 'literal',
    value: value === 0 ? 0 : sign * value,
    type,
    at,
  });
  const parts = match[2]!.split(/[\s:-]+/);
  if (!parts.every((part) => /^\d+(\.\d+)?$/.test(part))) throw wrong();
  if (from in MONTHS) {
    const [first, second] = parts.map(Number);
    if (parts.length !== (to === undefined ? 1 : 2)) throw wrong();
    return literal(first! * MONTHS[from]! + (second ?? 0), MONTH_INTERVAL);
  }
  if (to === undefined) {
    if (parts.length !== 1) throw wrong();
    return literal(Math.round(Number(parts[0]) * MILLIS[from]!), DAY_INTERVAL);
  }
  const units = UNITS.slice(UNITS.indexOf(from), UNITS.indexOf(to) + 1);
  if (parts.length !== units.length) throw wrong();
  return literal(
    Math.round(units.reduce((sum, unit, index) => sum + Number(parts[index]) * MILLIS[unit]!, 0)),
    DAY_INTERVAL,
  );
}
