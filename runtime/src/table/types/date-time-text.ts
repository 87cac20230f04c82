const DAY = 86_400_000;

/** Ms since 1970-01-01T00:00Z of a text such as `2020-10-10 00:00:01.5`, `2020-10-10`, also with `T`; `null` if it is none. */
export function parseTimestamp(text: string): number | null {
  const match =
    /^\s*(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z)?\s*$/.exec(
      text,
    );
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const date = dateOf(Number(year), Number(month), Number(day));
  const time = timeOf(Number(hour), Number(minute), Number(second), fraction);
  return date === null || time === null ? null : date + time;
}

/**
 * As `parseTimestamp`, of the one form that SQL casts: `2020-10-10 00:00:01.5`, or without a time. A day that a month has not is its
 * last, and 24:00:00 the next day.
 */
export function parseSqlTimestamp(text: string): number | null {
  const match = /^(\d+)-(\d+)-(\d+)( \d+:\d+:\d+(?:\.\d+)?)?$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, time = ''] = match;
  const last = daysOfMonth(Number(year), Number(month));
  const fitting = Number(day) <= 31 ? Math.min(Number(day), last) : day;
  if (time !== ' 24:00:00') return parseTimestamp(`${year}-${month}-${fitting}${time}`);
  const start = parseTimestamp(`${year}-${month}-${fitting}`);
  return start === null ? null : start + DAY;
}

/** A date as SQL casts it: its month and day may lack, and a time stand behind. */
export function parseSqlDate(text: string): number | null {
  const match = /^\s*(\d+)(?:-(\d+)(?:-(\d+)(?:\s.*)?)?)?\s*$/.exec(text);
  if (match === null) return null;
  const [, year, month = '1', day = '1'] = match;
  return parseTimestamp(`${year}-${month}-${day}`);
}

/** Ms of the day of a text such as `08:30:00`. */
export function parseTime(text: string): number | null {
  const match = /^\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?\s*$/.exec(text);
  if (match === null) return null;
  const [, hour, minute, second = '0', fraction = ''] = match;
  return timeOf(Number(hour), Number(minute), Number(second), fraction);
}

/** Ms at the start of the day of a text such as `2020-10-10`. */
export function parseDate(text: string): number | null {
  const at = parseTimestamp(text);
  return at === null ? null : Math.floor(at / DAY) * DAY;
}

function dateOf(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

function timeOf(hour: number, minute: number, second: number, fraction: string): number | null {
  if (hour > 23 || minute > 59 || second > 59) return null;
  return ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}

export function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000, month, 0)).getUTCDate() - (month === 2 && !isLeap(year) ? 1 : 0);
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function showDate(at: number): string {
  const date = new Date(at);
  return `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
}

/** @param precision digits of the second's fraction; at most 3 are known */
export function showTime(at: number, precision = 0): string {
  const ofDay = ((at % DAY) + DAY) % DAY;
  const clock = `${pad(Math.floor(ofDay / 3_600_000), 2)}:${pad(Math.floor(ofDay / 60_000) % 60, 2)}:${pad(Math.floor(ofDay / 1000) % 60, 2)}`;
  return precision === 0
    ? clock
    : `${clock}.${pad(ofDay % 1000, 3)
        .padEnd(precision, '0')
        .slice(0, precision)}`;
}

export function showTimestamp(at: number, precision = 3): string {
  return `${showDate(at)} ${showTime(at, precision)}`;
}

/** The same day so many months on, or the last of the month. */
export function addMonths(at: number, months: number): number {
  const date = new Date(at);
  const total = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  const day = Math.min(date.getUTCDate(), daysOfMonth(year, month));
  return dateOf(year, month, day)! + (((at % DAY) + DAY) % DAY);
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
