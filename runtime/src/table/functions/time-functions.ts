import {
  addMonths,
  daysOfMonth,
  parseSqlTimestamp,
  parseTimestamp,
  showTimestamp,
} from '../types/date-time-text.ts';
import {
  BIGINT,
  DATE,
  DAY_INTERVAL,
  INT,
  MONTH_INTERVAL,
  STRING,
  TIMESTAMP,
  TIMESTAMP_LTZ,
  type LogicalType,
} from '../types/logical-type.ts';
import { formatDate, parseWithFormat } from './date-format.ts';
import { scalar, type Literals, type ScalarFunction } from './scalar-function.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const LENGTHS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND,
  MINUTE,
  HOUR,
  DAY,
  WEEK: 7 * DAY,
};
const MONTHS: Readonly<Record<string, number>> = {
  MONTH: 1,
  QUARTER: 3,
  YEAR: 12,
  DECADE: 120,
  CENTURY: 1200,
  MILLENNIUM: 12_000,
};

/** Functions of points in time; times are UTC. */
export const timeFunctions: readonly ScalarFunction[] = [
  scalar('EXTRACT', ['symbol', 'time'], BIGINT, extract),
  scalar('EXTRACT', ['symbol', DAY_INTERVAL], BIGINT, (unit: string, length: number) => (length < 0 ? -1 : 1) * partOfDays(unit, Math.abs(length))),
  scalar('EXTRACT', ['symbol', MONTH_INTERVAL], BIGINT, (unit: string, months: number) => Math.trunc(unit === 'YEAR' ? months / 12 : unit === 'QUARTER' ? (months % 12) / 3 : months % 12)),
  ...['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'HOUR', 'MINUTE', 'SECOND'].map((unit) =>
    scalar(unit, ['time'], BIGINT, (at: number) => extract(unit, at)),
  ),
  scalar('DAYOFYEAR', ['time'], BIGINT, (at: number) => extract('DOY', at)),
  scalar('DAYOFMONTH', ['time'], BIGINT, (at: number) => extract('DAY', at)),
  scalar('DAYOFWEEK', ['time'], BIGINT, (at: number) => extract('DOW', at)),
  scalar('FLOOR', ['time', 'symbol'], ([type]) => type, floorTo),
  scalar('CEIL', ['time', 'symbol'], ([type]) => type, ceilTo),
  scalar('TIMESTAMPDIFF', ['symbol', 'time', 'time'], INT, difference),
  scalar('TIMESTAMPADD', ['symbol', 'integer', 'time'], addedType, (types: readonly LogicalType[]) => (types[2]!.name === 'TIME' ? (unit: string, n: number, at: number) => ofLength(addUnits(at, unit, Number(n)), DAY) : (unit: string, n: number, at: number) => addUnits(at, unit, Number(n))), { typed: true }),
  scalar('DATE_FORMAT', ['time', STRING], STRING, (at: number, format: string) => formatDate(at, format)),
  scalar('DATE_FORMAT', [STRING, STRING], STRING, (text: string, format: string) => {
    const at = / /.test(text) ? parseSqlTimestamp(text) : null;
    return at === null ? null : formatDate(at, format);
  }),
  scalar('TO_TIMESTAMP', [STRING, STRING], TIMESTAMP, (text: string, format?: string) => (format === undefined ? parseSqlTimestamp(text) : parseWithFormat(text, format)), { optional: 1 }),
  scalar('TO_DATE', [STRING, STRING], DATE, (text: string, format?: string) => {
    const at = format === undefined ? parseTimestamp(text) : parseWithFormat(text, format);
    return at === null ? null : Math.floor(at / DAY) * DAY;
  }, { optional: 1 }),
  scalar('TO_TIMESTAMP_LTZ', ['number', INT], TIMESTAMP_LTZ, (value: number | bigint | string, precision = 3) => Math.floor(Math.trunc(Number(value)) * 10 ** (3 - precision)), { optional: 1 }),
  scalar('TO_TIMESTAMP_LTZ', [STRING, STRING, STRING], TIMESTAMP_LTZ, instantOf, { optional: 2 }),
  scalar('UNIX_TIMESTAMP', [STRING, STRING], BIGINT, (text: string, format?: string) => {
    const at = format === undefined ? parseTimestamp(text) : parseWithFormat(text, format);
    return at === null ? -(2n ** 63n) : Math.floor(at / SECOND);
  }, { optional: 1 }),
  scalar('FROM_UNIXTIME', ['number', STRING], STRING, (seconds: number | bigint, format = 'yyyy-MM-dd HH:mm:ss') => formatDate(Number(seconds) * SECOND, format), { optional: 1 }),
  scalar('LAST_DAY', ['time'], DATE, lastDay),
  scalar('CONVERT_TZ', [STRING, STRING, STRING], STRING, convertZone),
]; // prettier-ignore

/** A DATE with hours added is a TIMESTAMP. */
function addedType([, , type]: readonly LogicalType[], [unit]: Literals): LogicalType {
  const ofDays = unit === 'DAY' || unit === 'WEEK' || (unit as string) in MONTHS;
  return type!.name === 'DATE' && !ofDays ? { name: 'TIMESTAMP', precision: 6 } : type!;
}

/** The part of a time that EXTRACT and its short forms name. */
export function extract(unit: string, at: number): number {
  // What every day has needs no calendar.
  switch (unit) {
    case 'HOUR':
      return Math.floor(ofLength(at, DAY) / HOUR);
    case 'MINUTE':
      return Math.floor(ofLength(at, HOUR) / MINUTE);
    case 'SECOND':
      return Math.floor(ofLength(at, MINUTE) / SECOND);
    case 'MILLISECOND':
      return ofLength(at, SECOND);
    case 'MICROSECOND':
      return ofLength(at, SECOND) * 1000;
    case 'NANOSECOND':
      return ofLength(at, SECOND) * 1_000_000;
    case 'EPOCH':
      return Math.floor(at / SECOND);
    default:
      return extractOfDate(unit, at);
  }
}

/** Of an interval, whose days are no dates. */
function partOfDays(unit: string, length: number): number {
  return unit === 'DAY' ? Math.floor(length / DAY) : extract(unit, length);
}

/** Ms since the last whole day, hour or minute. */
function ofLength(at: number, length: number): number {
  return at - Math.floor(at / length) * length;
}

function extractOfDate(unit: string, at: number): number {
  const date = new Date(at);
  switch (unit) {
    case 'YEAR':
      return date.getUTCFullYear();
    case 'QUARTER':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'MONTH':
      return date.getUTCMonth() + 1;
    case 'WEEK':
      return isoWeek(at);
    case 'DAY':
      return date.getUTCDate();
    case 'DOY':
      return Math.floor((at - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;
    case 'DOW':
      return date.getUTCDay() + 1;
    case 'ISODOW':
      return date.getUTCDay() || 7;
    case 'ISOYEAR':
      return new Date(thursdayOf(at)).getUTCFullYear();
    case 'DECADE':
      return Math.floor(date.getUTCFullYear() / 10);
    case 'CENTURY':
      return Math.ceil(date.getUTCFullYear() / 100);
    case 'MILLENNIUM':
      return Math.ceil(date.getUTCFullYear() / 1000);
    default:
      throw new RangeError(`There is no unit of time ${unit}.`);
  }
}

/** The week of a day is the week of its Thursday. */
function thursdayOf(at: number): number {
  const day = Math.floor(at / DAY) * DAY;
  return day + (3 - ((new Date(day).getUTCDay() + 6) % 7)) * DAY;
}

function isoWeek(at: number): number {
  const thursday = thursdayOf(at);
  return Math.floor((thursday - Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)) / (7 * DAY)) + 1;
}

function floorTo(at: number, unit: string): number {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  switch (unit) {
    case 'YEAR':
      return Date.UTC(year, 0, 1);
    case 'DECADE':
      return Date.UTC(year - (year % 10), 0, 1);
    case 'CENTURY':
      return Date.UTC(year - ((year - 1) % 100), 0, 1);
    case 'MILLENNIUM':
      return Date.UTC(year - ((year - 1) % 1000), 0, 1);
    case 'QUARTER':
      return Date.UTC(year, Math.floor(date.getUTCMonth() / 3) * 3, 1);
    case 'MONTH':
      return Date.UTC(year, date.getUTCMonth(), 1);
    case 'WEEK': {
      const day = Math.floor(at / DAY) * DAY;
      return day - new Date(day).getUTCDay() * DAY;
    }
    default:
      return Math.floor(at / (LENGTHS[unit] ?? DAY)) * (LENGTHS[unit] ?? DAY);
  }
}

function ceilTo(at: number, unit: string): number {
  const low = floorTo(at, unit);
  return low === at ? at : addUnits(low, unit, 1);
}

function addUnits(at: number, unit: string, n: number): number {
  return unit in MONTHS ? addMonths(at, n * MONTHS[unit]!) : at + n * (LENGTHS[unit] ?? DAY);
}

/** Whole units from the first to the second. */
function difference(unit: string, from: number, to: number): number {
  if (!(unit in MONTHS))
    return Number(BigInt.asIntN(32, BigInt(Math.trunc((to - from) / (LENGTHS[unit] ?? DAY)))));
  const start = new Date(from);
  const end = new Date(to);
  let months = (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
  const [first, last] = [dayOf(from), dayOf(to)];
  if (months > 0 && addMonths(first, months) > last) months--;
  if (months < 0 && addMonths(last, -months) > first) months++;
  // Of the same day of the month the time decides, also backwards.
  if (addMonths(first, months) === last && to - last < from - first) months--;
  return Math.trunc(months / MONTHS[unit]!);
}

function dayOf(at: number): number {
  return Math.floor(at / DAY) * DAY;
}

function lastDay(at: number): number {
  const date = new Date(at);
  return Date.UTC(
    date.getUTCFullYear(),
    date.getUTCMonth(),
    daysOfMonth(date.getUTCFullYear(), date.getUTCMonth() + 1),
  );
}

function convertZone(text: string, fromZone: string, toZone: string): string | null {
  const [from, to] = [zoneOf(fromZone), zoneOf(toZone)];
  const local = parseTimestamp(text);
  if (local === null) return null;
  // The instant is found from its local time in two steps, so that a change of the offset in between is seen.
  const instant = fromLocal(local, from);
  return showTimestamp(instant + offsetAt(instant, to), 0);
}

const zones = new Map<string, string>();

/** UTC for a zone that is not known, as in Java. */
function zoneOf(name: string): string {
  let zone = zones.get(name);
  if (zone === undefined) {
    try {
      zone = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    } catch {
      zone = 'UTC';
    }
    if (zones.size >= 1000) zones.clear();
    zones.set(name, zone);
  }
  return zone;
}

function fromLocal(local: number, zone: string): number {
  const guess = local - offsetAt(local, zone);
  return local - offsetAt(guess, zone);
}

function instantOf(text: string, format?: string, zone = 'UTC'): number | null {
  const local = format === undefined ? parseSqlTimestamp(text) : parseWithFormat(text, format);
  return local === null ? null : fromLocal(local, zoneOf(zone));
}

/** Ms that a time zone is ahead of UTC at an instant. */
export function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(instant); // prettier-ignore
  const of = (type: string) => Number(parts.find((part) => part.type === type)!.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(instant / SECOND) * SECOND;
}
