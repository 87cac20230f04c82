import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDate } from '../../../runtime/src/table/functions/date-format.ts';
import { extract } from '../../../runtime/src/table/functions/time-functions.ts';
import { holds } from '../property.ts';

/** Formats, and where the same stands in an ISO text. */
const SLICES: readonly (readonly [format: string, from: number, to: number])[] = [
  ['yyyy-MM-dd', 0, 10],
  ['HH:mm', 11, 16],
  ['HH', 11, 13],
  ['HH:mm:ss.SSS', 11, 23],
  [`yyyy-MM-dd'T'HH:mm:ss`, 0, 19],
];

/** Times that are near each other or far apart, before 1970 too. */
const times = fc.array(
  fc.oneof(fc.integer({ min: -200_000, max: 200_000 }), fc.integer({ min: -6e12, max: 6e12 })),
  { minLength: 2, maxLength: 8 },
);

test('texts of times are right in any order of times', () =>
  holds(times, (list) => {
    for (const at of list) {
      const iso = new Date(at).toISOString();
      for (const [format, from, to] of SLICES) expect(formatDate(at, format)).toBe(iso.slice(from, to));
      expect(formatDate(at, `'SS'a`)).toBe(`SS${new Date(at).getUTCHours() < 12 ? 'AM' : 'PM'}`);
    }
    return Promise.resolve();
  }));

test('parts of a time are those of the calendar', () =>
  holds(times, (list) => {
    for (const at of list) {
      const date = new Date(at);
      expect(extract('HOUR', at)).toBe(date.getUTCHours());
      expect(extract('MINUTE', at)).toBe(date.getUTCMinutes());
      expect(extract('SECOND', at)).toBe(date.getUTCSeconds());
      expect(extract('MILLISECOND', at)).toBe(date.getUTCMilliseconds());
      expect(extract('DAY', at)).toBe(date.getUTCDate());
    }
    return Promise.resolve();
  }));
