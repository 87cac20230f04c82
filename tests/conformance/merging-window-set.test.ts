import { expect, test } from 'vitest';
import { EventTimeSessionWindows, TimeWindow, type Window } from 'tidemark';
// The set has no public name: Flink's cases speak of it directly.
import { MergingWindowSet } from '../../runtime/src/windows/merging-window-set.ts';

function setOfSessions() {
  const merges: string[] = [];
  const set = new MergingWindowSet<Window>(EventTimeSessionWindows.withGap(3) as never, String);
  const text = ({ start, end }: Window) => `[${start},${end})`;
  const add = (start: number, end: number): string => {
    merges.length = 0;
    const actual = set.addWindow(new TimeWindow(start, end), (_result, merged, stateWindow) =>
      merges.push(`${merged.map(text).join(' ')} state in ${text(stateWindow)}`),
    );
    return text(actual);
  };
  const stateOf = (start: number, end: number) => {
    const window = set.stateWindowOf(new TimeWindow(start, end));
    return window === undefined ? undefined : text(window);
  };
  return { set, merges, add, stateOf };
}

test('windows grow, and their state stays where it was', () => {
  const { set, merges, add, stateOf } = setOfSessions();
  expect([add(0, 4), ...merges]).toEqual(['[0,4)']);
  expect([add(0, 4), ...merges]).toEqual(['[0,4)']);
  expect([add(3, 5), ...merges]).toEqual(['[0,5)', '[0,4) state in [0,4)']);
  expect([add(4, 6), ...merges]).toEqual(['[0,6)', '[0,5) state in [0,4)']);
  for (const [start, end] of [
    [1, 4],
    [0, 4],
    [3, 5],
    [4, 6],
  ] as const) {
    expect([add(start, end), ...merges]).toEqual(['[0,6)']);
  }
  expect(stateOf(0, 6)).toBe('[0,4)');
  expect([add(11, 14), ...merges]).toEqual(['[11,14)']);
  expect([add(10, 13), ...merges]).toEqual(['[10,14)', '[11,14) state in [11,14)']);
  expect([add(12, 15), ...merges]).toEqual(['[10,15)', '[10,14) state in [11,14)']);
  expect(stateOf(10, 15)).toBe('[11,14)');
  set.retireWindow(new TimeWindow(0, 6));
  expect([stateOf(0, 6), stateOf(10, 15)]).toEqual([undefined, '[11,14)']);
});

test('a window that covers another takes over its state', () => {
  const { merges, add, stateOf } = setOfSessions();
  add(1, 2);
  expect([add(0, 3), ...merges]).toEqual(['[0,3)', '[1,2) state in [1,2)']);
  expect(stateOf(0, 3)).toBe('[1,2)');
});

test('a window that bridges two makes one of three', () => {
  const { merges, add, stateOf } = setOfSessions();
  add(0, 3);
  add(6, 9);
  expect([add(3, 6), ...merges]).toEqual(['[0,9)', '[0,3) [6,9) state in [0,3)']);
  expect(stateOf(0, 9)).toBe('[0,3)');
});
