import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from 'tidemark';
import { readTables } from '../../../runtime/src/state/entries.ts';
import { keyIdentity } from '../../../runtime/src/state/key.ts';
import { KeyIndex } from '../../../runtime/src/state/key-index.ts';
import { KeyedStateBackend } from '../../../runtime/src/state/keyed-state-backend.ts';
import { holds } from '../property.ts';

describe('keys', () => {
  test.each([
    [
      ['a', 1],
      ['a', 1],
    ],
    [
      { a: 1, b: 'x' },
      { b: 'x', a: 1 },
    ],
    [-0, 0],
    [[-0], [0]],
  ])('%j equals %j', (a, b) => {
    expect(keyIdentity(a)).toBe(keyIdentity(b));
  });

  const different: unknown[] = [
    1,
    '1',
    1n,
    true,
    'true',
    [1],
    ['1'],
    [1n],
    [true],
    ['true'],
    { a: 1 },
    { a: '1' },
    { b: 1 },
  ];
  const tricky: unknown[] = [
    '\0c["a"]',
    ['a'],
    '["a"]',
    'n1',
    ['n1'],
    ['a', 'b'],
    ['a,b'],
    ['a","b'],
    '\0',
    '\0s',
    [],
    {},
    '',
  ];
  test('of different types or contents differ', () => {
    const all = [...different, ...tricky];
    expect(new Set(all.map(keyIdentity)).size).toBe(all.length);
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['NaN', NaN],
    ['a Date', new Date(0)],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an instance', new (class Point {})()],
    ['an array with null', [null]],
    ['an object with NaN', { a: NaN }],
    ['an array of arrays', [[1]]],
  ])('%s is refused', (_title, key) => {
    expect(() => new KeyIndex().slotOf(key)).toThrow(expect.objectContaining({ code: 'bad-key' }));
    expect(() => new KeyIndex().find(key)).toThrow(expect.objectContaining({ code: 'bad-key' }));
  });
});

test('an index gives each key one slot through any additions and deletions', () => {
  const keys = fc.oneof(
    fc.integer({ min: -20, max: 20 }),
    fc.constantFrom<unknown>(
      2 ** 31,
      -(2 ** 31),
      2 ** 31 - 1,
      0.5,
      -0.5,
      1e300,
      'a',
      '1',
      1n,
      true,
      [1],
      [1, 'a'],
      [1, 'b'],
      ['1', 'a'],
      [-0, 'a'],
      [0, 'a'],
      ['a', 1n],
      ['a', 1],
      [1, 'a', 2],
      { a: 1 },
    ),
  );
  return holds(fc.array(fc.tuple(fc.boolean(), keys), { maxLength: 200 }), async (steps) => {
    const index = new KeyIndex();
    const held = new Map<unknown, number>();
    for (const [adds, key] of steps) {
      const id = keyIdentity(key);
      if (adds) {
        const slot = index.slotOf(key);
        expect(held.get(id) ?? slot).toBe(slot);
        held.set(id, slot);
        expect(keyIdentity(index.keys[slot])).toBe(id);
      } else {
        index.delete(key);
        held.delete(id);
      }
      expect(index.size).toBe(held.size);
      expect(new Set(held.values()).size).toBe(held.size);
      expect(index.find(key)).toBe(held.get(id) ?? -1);
    }
  });
});

test('an index stays right while it grows to many integers', () => {
  const index = new KeyIndex();
  for (let i = 0; i < 100_000; i++) expect(index.slotOf(Math.imul(i, 0x9e3779b1))).toBe(i);
  for (let i = 0; i < 100_000; i += 3) index.delete(Math.imul(i, 0x9e3779b1));
  for (let i = 0; i < 100_000; i++) expect(index.find(Math.imul(i, 0x9e3779b1))).toBe(i % 3 === 0 ? -1 : i);
});

describe('state of a key', () => {
  const open = (from?: KeyedStateBackend) => {
    const backend = new KeyedStateBackend();
    if (from !== undefined) backend.restore(structuredClone(readTables([from]))['state']!);
    const { store } = backend;
    return {
      backend,
      value: store.getState(new ValueStateDescriptor<number>('value')),
      counter: store.getState(new ValueStateDescriptor('counter', 0)),
      shared: store.getState(new ValueStateDescriptor<number[]>('shared', [])),
      list: store.getListState(new ListStateDescriptor<string>('list')),
      map: store.getMapState(new MapStateDescriptor<string, number>('map')),
      sum: store.getReducingState(new ReducingStateDescriptor<number>('sum', (a, b) => a + b)),
      mean: store.getAggregatingState(
        new AggregatingStateDescriptor<number, [number, number], number>('mean', {
          createAccumulator: () => [0, 0],
          add: (value, [sum, n]) => [sum + value, n + 1],
          getResult: ([sum, n]) => sum / n,
        }),
      ),
    };
  };

  test('starts empty, or with a copy of its default', () => {
    const { backend, value, counter, shared, list, map, sum, mean } = open();
    backend.setCurrentKey('a');
    expect([value.value(), counter.value(), list.get(), map.isEmpty(), sum.get(), mean.get()]).toEqual([
      undefined,
      0,
      [],
      true,
      undefined,
      undefined,
    ]);
    shared.value().push(1);
    expect(shared.value()).toEqual([]);
    expect(backend.entryCount).toBe(0);
  });

  test('is its own, survives a snapshot, and leaves nothing behind when cleared', () => {
    const before = open();
    const write = (states: ReturnType<typeof open>, key: unknown, n: number) => {
      states.backend.setCurrentKey(key);
      states.value.update(n);
      states.counter.update(states.counter.value() + 1);
      states.list.addAll(['x', String(n)]);
      states.map.putAll([
        ['n', n],
        ['m', 2 * n],
      ]);
      states.sum.add(n);
      states.sum.add(1);
      states.mean.add(n);
      states.mean.add(n + 2);
    };
    const read = (states: ReturnType<typeof open>, key: unknown) => {
      states.backend.setCurrentKey(key);
      const { value, counter, list, map, sum, mean } = states;
      return [value.value(), counter.value(), list.get(), [...map.entries()], sum.get(), mean.get()];
    };
    const keys = ['a', 7, ['a', 7], { k: true }];
    keys.forEach((key, at) => write(before, key, at));
    const after = open(before.backend);
    keys.forEach((key, n) => {
      const expected = [
        n,
        1,
        ['x', String(n)],
        [
          ['n', n],
          ['m', 2 * n],
        ],
        n + 1,
        n + 1,
      ];
      expect(read(before, key)).toEqual(expected);
      expect(read(after, key)).toEqual(expected);
    });
    expect(after.backend.entryCount).toBe(6 * keys.length);
    for (const key of keys) {
      after.backend.setCurrentKey(key);
      after.map.remove('n');
      after.map.remove('m');
      for (const state of [after.value, after.counter, after.list, after.sum, after.mean]) state.clear();
    }
    expect(after.backend.entryCount).toBe(0);
    expect(readTables([after.backend])['state']![0]!.keys).toEqual([]);
    expect(before.backend.entryCount).toBe(6 * keys.length);
  });

  test('of one name has one kind', () => {
    const { store } = new KeyedStateBackend();
    store.getState(new ValueStateDescriptor('s', 0));
    expect(() => store.getListState(new ListStateDescriptor('s'))).toThrow(
      expect.objectContaining({ code: 'state-kind-differs' }),
    );
  });
});
