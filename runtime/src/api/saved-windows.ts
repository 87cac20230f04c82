import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import { byPart, settle } from '../state/entries.ts';
import type { SavedWindow } from './savepoint.ts';

type Bounds = readonly [start: number, end: number];

/** As windows of any kind are written. */
interface WrittenWindow {
  readonly window: Bounds;
  readonly contents: readonly unknown[];
}

/** Fields of a session as it is written: start, end, time and place of its timer, accumulator. */
const SESSION_FIELDS = 5;

/** The open windows of a subtask, however its operator keeps them. */
export function savedWindows({ tables = {}, state }: NodeSnapshot): SavedWindow[] {
  return [
    ...onGrid(tables['windows'] ?? [], state),
    ...general(tables['windows'] ?? []),
    ...sessions(tables['sessions'] ?? []),
  ];
}

type Written = Parameters<typeof byPart>[0];

/** A part a window, with an accumulator a key. */
function onGrid(written: Written, state: unknown): SavedWindow[] {
  const panes = (state as { panes?: readonly { start: number; end: number }[] } | undefined)?.panes ?? [];
  const parts = byPart(written);
  return panes.flatMap(({ start, end }) => {
    const { keys, columns } = settle(parts.get(start) ?? []);
    return keys.flatMap((key, slot) =>
      key === undefined ? [] : [{ key, start, end, value: columns['accumulator']?.[slot] }],
    );
  });
}

/** All windows of a key as one value; those that merge are kept under one of those that they have come from. */
function general(written: Written): SavedWindow[] {
  const { keys, columns } = settle(written.filter(({ columns: names }) => 'windows' in names));
  return keys.flatMap((key, slot) => {
    const windows = (columns['windows']?.[slot] ?? []) as readonly WrittenWindow[];
    const merging = (columns['merging']?.[slot] ?? []) as readonly (readonly [Bounds, Bounds])[];
    return windows.flatMap(({ window, contents }) => {
      if (contents.length === 0) return [];
      const [start, end] =
        merging.find(([, kept]) => kept[0] === window[0] && kept[1] === window[1])?.[0] ?? window;
      return [{ key, start, end, value: contents[0] }];
    });
  });
}

function sessions(written: Written): SavedWindow[] {
  const { keys, columns } = settle(written);
  return keys.flatMap((key, slot) => {
    const list = (columns['sessions']?.[slot] ?? []) as readonly unknown[];
    return Array.from({ length: list.length / SESSION_FIELDS }, (_, at) => {
      const [start, end, , , value] = list.slice(at * SESSION_FIELDS) as [
        number,
        number,
        number,
        number,
        unknown,
      ];
      return { key, start, end, value };
    });
  });
}
