import { KeyIndex } from '../state/key-index.ts';
import { TimeWindow } from '../windows/window.ts';
import type { WindowCells } from './window-emitter.ts';

/** One aligned window with an accumulator for each key that it has seen. */
export interface Pane {
  readonly window: TimeWindow;
  readonly index: KeyIndex;
  /** By the slots of `index`. */
  readonly accumulators: unknown[];
  /** True once the watermark has passed its end; kept for allowed lateness. */
  fired: boolean;
  /** How often each key has fired, by slot; `undefined` without allowed lateness. */
  readonly firings: number[] | undefined;
  /** States of the window function, by slot. */
  cells: Map<number, WindowCells> | undefined;
}

export interface PaneSnapshot {
  readonly start: number;
  readonly end: number;
  readonly keys: readonly unknown[];
  readonly accumulators: readonly unknown[];
  readonly fired: boolean;
  readonly firings: readonly number[] | undefined;
  readonly cells: Map<number, WindowCells> | undefined;
}

export function newPane(start: number, end: number, countsFirings: boolean): Pane {
  return {
    window: new TimeWindow(start, end),
    index: new KeyIndex(),
    accumulators: [],
    fired: false,
    firings: countsFirings ? [] : undefined,
    cells: undefined,
  };
}

export function writePane({ window, index, accumulators, fired, firings, cells }: Pane): PaneSnapshot {
  return {
    start: window.start,
    end: window.end,
    keys: index.keys.slice(),
    accumulators: accumulators.slice(),
    fired,
    firings: firings?.slice(),
    cells,
  };
}

export function readPane(snapshot: PaneSnapshot): Pane {
  const pane = newPane(snapshot.start, snapshot.end, snapshot.firings !== undefined);
  snapshot.keys.forEach((key, slot) => {
    pane.index.slotOf(key);
    pane.accumulators.push(snapshot.accumulators[slot]);
  });
  pane.fired = snapshot.fired;
  pane.firings?.push(...snapshot.firings!);
  pane.cells = snapshot.cells;
  return pane;
}
