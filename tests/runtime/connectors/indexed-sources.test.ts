import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectionSource, sequenceSource } from '../../../runtime/src/connectors/collection-source.ts';
import { generatorSource } from '../../../runtime/src/connectors/generator-source.ts';
import type { Source } from '../../../runtime/src/connectors/source.ts';
import { holds } from '../property.ts';
import { readBatches, readValues, stored } from './read-source.ts';

test('a collection is copied when the source is made', async () => {
  const items = [1, 2, 3];
  const source = collectionSource(items);
  items.push(4);
  expect(await readValues(source)).toEqual([1, 2, 3]);
  expect(await readValues(collectionSource(new Set(['a', 'b'])))).toEqual(['a', 'b']);
  expect(await readValues(collectionSource([]))).toEqual([]);
});

test('a sequence has both its ends; from above to it has none', async () => {
  expect(await readValues(sequenceSource(-1, 2))).toEqual([-1, 0, 1, 2]);
  expect(await readValues(sequenceSource(5, 5))).toEqual([5]);
  expect(await readValues(sequenceSource(5, 4))).toEqual([]);
  expect(() => sequenceSource(0.5, 2)).toThrow(/integer/);
});

test('a generator gives values and timestamps by index, up to its count', async () => {
  const source = generatorSource((i) => `#${i}`, {
    count: 3,
    timestamp: (value, i) => i * 10 + value.length,
  });
  const batches = await readBatches(source);
  expect(batches).toEqual([{ values: ['#0', '#1', '#2'], timestamps: [2, 12, 22], position: 3 }]);
  expect(source.boundedness).toBe('bounded');
  const endless = generatorSource((i) => i);
  expect(endless.boundedness).toBe('unbounded');
  expect(await readValues(endless, { limit: 5000, max: 2500 })).toHaveLength(5000);
});

test('two generators do not mix', async () => {
  const a = generatorSource((i) => i, { count: 3 });
  const b = generatorSource((i) => -i, { count: 3 });
  expect([await readValues(a), await readValues(b)]).toEqual([
    [0, 1, 2],
    [-0, -1, -2],
  ]);
});

test('a paced generator hands over its rate of the clock, in the same batches on any clock', async () => {
  const source = generatorSource((i) => i, { rate: 100, count: 23 });
  const even = { now: 1_000_000, advance: (at: number) => at };
  const paced = await readBatches(source, { clock: even });
  expect(paced.map(({ values }) => values.length)).toEqual([5, 5, 5, 5, 3]);
  expect(even.now).toBe(1_000_000 + 4 * 50);
  const jumpy = await readBatches(source, { clock: { now: 7, advance: (at) => at + 130 } });
  expect(jumpy).toEqual(paced);
  expect(await readBatches(source)).toEqual(paced);
  const slow = { now: 0, advance: (at: number) => at };
  await readBatches(
    generatorSource((i) => i, { rate: 0.5, count: 4 }),
    { clock: slow },
  );
  expect(slow.now).toBe(6000);
});

test('options that cannot be are refused when the cell runs', () => {
  expect(() => generatorSource((i) => i, { rate: 0 })).toThrow(/rate/);
  expect(() => generatorSource((i) => i, { count: 1.5 })).toThrow(/count/);
  expect(() => generatorSource(1 as unknown as () => number)).toThrow(/function/);
});

test('read again from any position, however it is cut, an indexed source gives the same records', async () => {
  const sources: Source<unknown>[] = [
    collectionSource(Array.from({ length: 20 }, (_, i) => ({ i }))),
    sequenceSource(-5, 14),
    generatorSource((i) => i * i, { count: 20 }),
    generatorSource((i) => i * i, { count: 20, rate: 60, timestamp: (_, i) => i }),
  ];
  const sizes = fc.integer({ min: 1, max: 25 });
  await holds(
    fc.tuple(sizes, sizes),
    async ([max, again]) => {
      for (const source of sources) {
        const batches = await readBatches(source, { max });
        const all = batches.flatMap(({ values }) => values);
        expect(all).toHaveLength(20);
        let seen = 0;
        for (const { values, position } of batches) {
          seen += values.length;
          expect(await readValues(source, { max: again, position: stored(position) })).toEqual(
            all.slice(seen),
          );
        }
      }
    },
    50,
  );
});

test('a position of another source is refused', () => {
  const context = { paced: false, now: 0, onReady: () => undefined };
  for (const position of [{ file: 'x', offset: 1 }, -1, 1.5, 'a']) {
    expect(() => collectionSource([1]).createReader({ ...context, position })).toThrow(/position/);
  }
});
