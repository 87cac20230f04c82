import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { json } from '../../../runtime/src/formats/json-format.ts';
import { jsonLines } from '../../../runtime/src/formats/json-lines-format.ts';
import { formatByName } from '../../../runtime/src/formats/format-by-name.ts';
import { raw } from '../../../runtime/src/formats/raw-format.ts';
import { decodeAll } from './decode.ts';
import { withSeed } from './property-seed.ts';

withSeed();

test('a document that is an array gives its elements, whatever they are', () => {
  const text = '\ufeff [ {"a": "]},["} , [1,[2]],\n"s\\"\\\\", -1.5e3,null,true\n] ';
  for (const size of [1, 2, 5, 1000]) {
    const { values, error, positions } = decodeAll(json(), text, { size });
    expect(error).toBeUndefined();
    expect(values).toEqual([{ a: ']},[' }, [1, [2]], 's"\\', -1500, null, true]);
    expect(positions.map(({ line }) => line)).toEqual([1, 1, 2, 2, 2, 2]);
  }
});

test('an array inside the document is found by the names that lead to it', () => {
  const text = '{"n": [[1]], "data": {"other": {"items": [0]}, "it\\u0065ms": [1, 2]}, "items": [3]}';
  expect(decodeAll(json({ at: 'data.items' }), text).values).toEqual([1, 2]);
  expect(decodeAll(json({ at: 'items' }), text).values).toEqual([3]);
  expect(decodeAll(json({ at: 'n' }), text).values).toEqual([[1]]);
});

test('an empty array and an empty file hold no records', () => {
  expect(decodeAll(json(), ' [ ] ')).toMatchObject({ values: [], error: undefined });
  expect(decodeAll(json(), '\n')).toMatchObject({ values: [], error: undefined });
});

describe('a document that is not records says what it is', () => {
  test.each([
    [
      'an object',
      '{"type": "x", "features": [{}], "deep": {"er": [1]}}',
      {},
      "it has arrays at 'features', 'deep.er'",
    ],
    ['an object without the array', '{"features": [{}]}', { at: 'items' }, "there is no array at 'items'"],
    ['something else', 'hello', {}, 'neither an array nor an object'],
    ['cut short inside a record', '[{"a": 1},\n{"a": ', {}, 'ends inside the record'],
    ['cut short between records', '[{"a": 1},\n', {}, 'ends before its array'],
    ['without a comma', '[1 2]', {}, "'2' where ',' or ']' should be"],
    ['with a comma too many', '[1,,2]', {}, "',' where a record should be"],
  ])('%s', (_, text, options, reason) => {
    for (const size of [1, 1000]) {
      const { error } = decodeAll(json(options), text, { size });
      expect(error).toMatchObject({ code: 'document-not-parsed' });
      expect((error as Error).message).toContain(reason);
    }
  });
});

test('a record of a document that does not parse fails with its line, or is skipped and counted', () => {
  const text = '[{"a": 1},\n{"a": b},\n{"a": 3}]';
  const failed = decodeAll(json(), text, { input: 'quakes.json' });
  expect(failed.values).toEqual([{ a: 1 }]);
  expect(failed.error).toMatchObject({
    code: 'row-not-parsed',
    details: { input: 'quakes.json', line: 2, text: '{"a": b}' },
  });
  const { values, skipped } = decodeAll(json({ onError: 'skip' }), text);
  expect([values, skipped]).toEqual([[{ a: 1 }, { a: 3 }], 1]);
});

test('JSON lines: a line is a record, blank lines are none', () => {
  const text = '{"a":1}\r\n\n  \n[2]\nnull\n"é"';
  for (const size of [1, 3, 1000]) {
    const { values, positions } = decodeAll(jsonLines(), text, { size });
    expect(values).toEqual([{ a: 1 }, [2], null, 'é']);
    expect(positions.map(({ line }) => line)).toEqual([2, 5, 6, 7]);
  }
});

test('a malformed JSON line fails with its line number and text, or is skipped and counted', () => {
  const text = '{"a":1}\n\n{"a":\n{"a":3}\n';
  const failed = decodeAll(jsonLines(), text, { input: 'orders.jsonl' });
  expect(failed.values).toEqual([{ a: 1 }]);
  expect(failed.error).toMatchObject({
    code: 'row-not-parsed',
    details: { input: 'orders.jsonl', line: 3, text: '{"a":' },
  });
  const { values, skipped } = decodeAll(jsonLines({ onError: 'skip' }), text);
  expect([values, skipped]).toEqual([[{ a: 1 }, { a: 3 }], 1]);
});

test('the name of a file says how it is read', () => {
  expect(decodeAll(json(), '{"a":1}\n{"a":2}\n', { input: '/data/x.ndjson' }).values).toEqual([
    { a: 1 },
    { a: 2 },
  ]);
  expect(decodeAll(formatByName('x.jsonl'), '1\n2', { input: 'x.jsonl' }).values).toEqual([1, 2]);
  expect(formatByName('x.JSON').name).toBe('json');
  expect(formatByName('x.tsv').name).toBe('csv');
  expect(formatByName('x.log').name).toBe('raw');
});

test('raw lines stay as they are but for their line ends', () => {
  expect(decodeAll(raw(), '\ufeffa\r\n\n b \nlast').values).toEqual(['a', '', ' b ', 'last']);
});

test('whatever the values and the pieces, records come back, also from the position behind any of them', () => {
  const pieces = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue(), { maxLength: 10 }),
      pieces,
      fc.constantFrom(0, 2),
      (written, size, indent) => {
        // What JSON cannot say (-0) is not asked for.
        const records = JSON.parse(JSON.stringify(written)) as unknown[];
        const cases = [
          [json(), JSON.stringify(records, null, indent)],
          [json({ at: 'r' }), JSON.stringify({ before: [records], r: records, after: 1 }, null, indent)],
          [jsonLines(), records.map((record) => `${JSON.stringify(record)}\n`).join('')],
        ] as const;
        for (const [format, text] of cases) {
          const all = decodeAll(format, text, { size });
          expect(all.error).toBeUndefined();
          expect(all.values).toEqual(records);
          all.positions.forEach((position, i) => {
            const rest = decodeAll(format, text, { size, from: JSON.parse(JSON.stringify(position)) });
            expect(rest.error).toBeUndefined();
            expect(rest.values).toEqual(records.slice(i + 1));
            expect(rest.positions).toEqual(all.positions.slice(i + 1));
          });
        }
      },
    ),
  );
});
