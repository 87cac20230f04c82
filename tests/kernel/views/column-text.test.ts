import { expect, test } from 'vitest';
import { columnText, isNumberColumn, type Json } from '../../../kernel/src/protocol/index.ts';

const AT = Date.UTC(2018, 1, 6, 15, 50, 42, 400);

test.each<[type: string, value: Json, text: string]>([
  ['TIMESTAMP(3)', AT, '2018-02-06 15:50:42.400'],
  ['TIMESTAMP(3)', AT - 400, '2018-02-06 15:50:42'],
  ['TIMESTAMP_LTZ(3)', AT, '2018-02-07 00:50:42.400'],
  ['TIMESTAMP(3)', -1, '1969-12-31 23:59:59.999'],
  ['DATE', Date.UTC(2018, 1, 6), '2018-02-06'],
  ['TIME(0)', 8.5 * 3_600_000, '08:30:00'],
  ['BIGINT', 1_517_932_242_400, '1517932242400'],
  ['BIGINT', '9007199254740993', '9007199254740993'],
  ['DECIMAL(10, 2)', '3.10', '3.10'],
  ['DOUBLE', 0.1 + 0.2, '0.3'],
  ['STRING', null, 'NULL'],
  ['STRING', '', ''],
  ['BOOLEAN', false, 'false'],
  ['ROW<a INT>', { a: 1 }, '{"a":1}'],
  ['TIMESTAMP(3)', 1e300, '1e+300'],
])('a %s of %j is %s', (type, value, text) => {
  expect(columnText(value, { name: 'c', type }, 'Asia/Tokyo')).toBe(text);
});

test('numbers stand under each other, exact ones too, and times do not', () => {
  const types = ['INT', 'DECIMAL(10, 2)', 'INTERVAL DAY TO SECOND', 'TIMESTAMP(3)', 'STRING'];
  expect(types.map((type) => isNumberColumn({ name: 'c', type }))).toEqual([true, true, false, false, false]);
});
