import { expect, test } from 'vitest';
import { estimatedBytes } from '../../../runtime/src/state/estimated-bytes.ts';
import { KeyedStateBackend } from '../../../runtime/src/state/keyed-state-backend.ts';
import { ValueStateDescriptor } from '../../../runtime/src/state/value-state.ts';

/** State of so many keys, each with the same value. */
function stateOf(keys: number, value: unknown): KeyedStateBackend {
  const backend = new KeyedStateBackend();
  const state = backend.store.getState(new ValueStateDescriptor<unknown>('value'));
  for (let key = 0; key < keys; key++) {
    backend.setCurrentKey(`key ${key % 10}${String(key).padStart(6, '0')}`);
    state.update(value);
  }
  return backend;
}

test('no state takes nothing', () => {
  expect(estimatedBytes([])).toBe(0);
  expect(estimatedBytes([stateOf(0, 1)])).toBe(0);
});

test('ten times the keys take ten times the room, and longer texts more', () => {
  const value = { count: 1, text: 'x'.repeat(100) };
  const bytes = [100, 1_000, 10_000].map((keys) => estimatedBytes([stateOf(keys, value)]));
  expect(bytes[1]! / bytes[0]!).toBeCloseTo(10, 1);
  expect(bytes[2]! / bytes[1]!).toBeCloseTo(10, 1);
  const longer = estimatedBytes([stateOf(100, { ...value, text: 'x'.repeat(1_100) })]);
  expect(longer - bytes[0]!).toBe(100_000);
});

test('what is nested without end is measured in part', () => {
  const value: Record<string, unknown> = { list: Array.from({ length: 10_000 }, (_, n) => n) };
  value['itself'] = value;
  const bytes = estimatedBytes([stateOf(1, value)]);
  expect(bytes).toBeGreaterThan(80_000);
  expect(bytes).toBeLessThan(1_500_000);
});
