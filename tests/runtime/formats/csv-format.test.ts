import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csv } from '../../../runtime/src/formats/csv-format.ts';
import { decodeAll } from './decode.ts';
import { withSeed } from './property-seed.ts';

withSeed();

test('rows are objects by the names of the header; numbers keep all their digits or stay text', () => {
  const text = 'id,zip,n,empty,account\r\n1,00123,-2.5e3,,12345678901234567890\r\n2,x,1_0,"",-0\r\n';
  const { values, error } = decodeAll(csv(), text);
  expect(error).toBeUndefined();
  expect(values).toEqual([
    { id: 1, zip: '00123', n: -2500, empty: '', account: '12345678901234567890' },
    { id: 2, zip: 'x', n: '1_0', empty: '', account: -0 },
  ]);
});

test('quoted values hold delimiters, line breaks and quotes; a byte order mark, blank lines and a missing last break are fine', () => {
  const text = '\ufeffa,b\n"x,\n""y""",é\n\n\r\n2,"3"';
  for (const size of [1, 2, 5, 1000]) {
    const { values, positions } = decodeAll(csv(), text, { size });
    expect(values).toEqual([
      { a: 'x,\n"y"', b: 'é' },
      { a: 2, b: 3 },
    ]);
    expect(positions.map(({ line }) => line)).toEqual([4, 7]);
  }
});

test('without cast everything is text; types say what a column is', () => {
  expect(decodeAll(csv({ cast: false }), 'a\n1\n').values).toEqual([{ a: '1' }]);
  const types = { at: 'timestamp', ok: 'boolean', code: 'string', n: 'number' } as const;
  const text = 'at,ok,code,n\n2024-01-01T00:00:00Z,true,7,0x10\n1000,0,,\n2024-01-01 00:00:01,FALSE,a,1e3\n';
  expect(decodeAll(csv({ types }), text).values).toEqual([
    { at: 1704067200000, ok: true, code: '7', n: 16 },
    { at: 1000, ok: false, code: '', n: null },
    { at: 1704067201000, ok: false, code: 'a', n: 1000 },
  ]);
});

test('without a header row the columns are named by the caller, or rows are arrays', () => {
  expect(decodeAll(csv({ header: ['x', 'y'] }), '1,2\n3,4\n').values).toEqual([
    { x: 1, y: 2 },
    { x: 3, y: 4 },
  ]);
  expect(decodeAll(csv({ header: false }), '1,b\n').values).toEqual([[1, 'b']]);
});

test('tabs separate the values of a .tsv file', () => {
  expect(decodeAll(csv(), 'a\tb,c\n1\t2\n', { input: '/data/x.tsv' }).values).toEqual([{ a: 1, 'b,c': 2 }]);
});

describe('a row that does not parse fails with file, line and text, after the rows before it', () => {
  test.each([
    ['too many values', 'a,b\n1,2\n\n1,2,3\n4,5\n', 4, '1,2,3', 'it has 3 values where the header has 2'],
    ['a bare quote', 'a,b\n1,2\n5" pipe,3\n', 3, '5" pipe,3', 'Quote'],
    ['text behind a quoted value', 'a,b\n1,2\n"x"y,3\n', 3, '"x"y,3', 'Quote'],
    [
      'a quote that is never closed',
      'a,b\n1,2\n"x,3\n4,5\n6,7\n',
      3,
      '"x,3',
      'a quote in it is never closed',
    ],
  ])('%s', (_, text, line, row, reason) => {
    const { values, error } = decodeAll(csv(), text, { input: 'trips.csv' });
    expect(values).toEqual([{ a: 1, b: 2 }]);
    expect(error).toMatchObject({ code: 'row-not-parsed', details: { input: 'trips.csv', line, text: row } });
    expect((error as Error).message).toContain(reason);
    expect((error as Error).message).toContain("onError: 'skip'");
  });

  test('a value of another type than its column', () => {
    const { error } = decodeAll(csv({ types: { n: 'number' } }), 'n\n1\nmany\n');
    expect(error).toMatchObject({ details: { line: 3, reason: "'many' in column n is no number" } });
  });

  test('a long row is shortened', () => {
    const { error } = decodeAll(csv(), `a\n${'x,'.repeat(5000)}\n`);
    expect((error as Error).message.length).toBeLessThan(600);
  });
});

test('skipped rows are counted and spoil no other row', () => {
  const text = 'a,b\n1,2\n1,2,3\n5" pipe,3\n3,4\n"open,1\n5,6\n7,8';
  for (const size of [1, 3, 1000]) {
    const { values, skipped, error } = decodeAll(csv({ onError: 'skip' }), text, { size });
    expect(error).toBeUndefined();
    expect(values).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
      { a: 5, b: 6 },
      { a: 7, b: 8 },
    ]);
    expect(skipped).toBe(3);
  }
});

test('a stray quote costs its own line, not those up to the next quote', () => {
  const text = 'a,b\n1,2\n"open,1\n5,6\n"x,y\n7,8\n"ok\nstill",9\n10,"11\n12';
  for (const size of [1, 3, 1000]) {
    const { values, skipped, error, positions } = decodeAll(csv({ onError: 'skip' }), text, { size });
    expect(error).toBeUndefined();
    expect(values).toEqual([
      { a: 1, b: 2 },
      { a: 5, b: 6 },
      { a: 7, b: 8 },
      { a: 'ok\nstill', b: 9 },
    ]);
    expect(skipped).toBe(4);
    expect(positions.map(({ line }) => line)).toEqual([3, 5, 7, 9]);
  }
});

test('a header that cannot name columns is an error that shows it', () => {
  for (const text of ['a,b,a\n', 'a,,b\n']) {
    expect(decodeAll(csv(), text).error).toMatchObject({ code: 'csv-header-invalid' });
  }
  expect(decodeAll(csv({ types: { c: 'number' } }), 'a,b\n1,2\n').error).toMatchObject({
    code: 'csv-header-invalid',
  });
});

test('options that cannot be are refused when the cell runs', () => {
  expect(() => csv({ delimiter: '::' })).toThrow(/one ASCII character/);
  expect(() => csv({ delimiter: '"' })).toThrow(/differs from the delimiter/);
  expect(() => csv({ header: ['a', 'a'] })).toThrow(/once/);
  expect(() => csv({ types: { a: 'date' as 'string' } })).toThrow(/timestamp/);
});

test('whatever the values and the pieces, rows come back, also from the position behind any of them', () => {
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('', ' ', '"', ',', '\n', '\r\n', 'é', '𝄞', '""', 'a"b'),
  );
  const row = fc.tuple(value, value, value).filter((values) => values.join('') !== '');
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (rows, size, crlf) => {
        const end = crlf ? '\r\n' : '\n';
        const quoted = rows.map(
          (values) => values.map((text) => `"${text.replaceAll('"', '""')}"`).join(',') + end,
        );
        const text = `x,y,z${end}${quoted.join('')}`;
        const format = csv<Record<string, string>>({ cast: false });
        const all = decodeAll(format, text, { size });
        expect(all.values.map(({ x, y, z }) => [x, y, z])).toEqual(rows);
        all.positions.forEach((position, i) => {
          const rest = decodeAll(format, text, { size, from: JSON.parse(JSON.stringify(position)) });
          expect(rest.values).toEqual(all.values.slice(i + 1));
          expect(rest.positions).toEqual(all.positions.slice(i + 1));
        });
      },
    ),
  );
});
