import type { StreamNode } from '../graph/stream-node.ts';
import { noWindows, windowWithoutEnd } from './engine-errors.ts';
import type { Lane } from './lane.ts';
import { nodesBehind } from './named-variables.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { windowStart } from '../windows/window.ts';
import { livingState, type FoundOperator } from './state-lens.ts';

/** A window by its times, epoch ms. */
export interface WindowSpan {
  readonly start: number;
  readonly end: number;
}

/** Kinds of operators that hold records back until windows end: of streams, and of SQL. */
const WINDOWED: ReadonlySet<string> = new Set([
  'window',
  'sql-slice-aggregate',
  'sql-session-aggregate',
  'sql-window-aggregate',
]);
/** Open windows that are looked through for the one that ends first. */
const OPEN_WINDOWS = 10_000;

/**
 * The windowed operator behind a sink that is nearest to it.
 * @throws {TidemarkError} `no-windows`
 */
export function windowedNode(sink: StreamNode): StreamNode {
  const node = nodesBehind(sink).find(isWindowed);
  if (!node) throw noWindows(sink.name);
  return node;
}

export function isWindowed({ kind }: StreamNode): boolean {
  return WINDOWED.has(kind);
}

/** True if the windows end by the clock and not by watermarks. */
export function isByClock({ parameters }: StreamNode): boolean {
  return parameters['time'] === 'proctime' || /ProcessingTime/.test(String(parameters['assigner'] ?? ''));
}

/** The windows of a grid that a time belongs to, in order, or the session that a record would begin. */
export function windowsAt({ parameters }: StreamNode, time: number): WindowSpan[] {
  const { gap, size, slide, offset = 0 } = parameters;
  if (typeof gap === 'number') return [{ start: time, end: time + gap }];
  if (typeof size !== 'number') return [];
  const step = typeof slide === 'number' ? slide : size;
  const last = windowStart(time, Number(offset), step);
  const windows: WindowSpan[] = [];
  for (let start = last; start > time - size; start -= step) windows.unshift({ start, end: start + size });
  return windows;
}

/**
 * A window of which the end may have been left out, as those of a grid tell it.
 * @throws {TidemarkError} `window-without-end`
 */
export function spanOf(node: StreamNode, { start, end }: { start: number; end?: number }): WindowSpan {
  if (end !== undefined) return { start, end };
  const { size } = node.parameters;
  if (typeof size !== 'number') throw windowWithoutEnd(node.name);
  return { start, end: start + size };
}

/** The window of an operator that ends next; `undefined` if none is open and nothing tells which will be. */
export async function nextWindow(lane: Lane, found: FoundOperator): Promise<WindowSpan | undefined> {
  const { node } = found;
  const { watermark } = lane.explain(node);
  if (typeof node.parameters['size'] === 'number' && !isByClock(node)) {
    const time = watermark > MIN_TIMESTAMP ? watermark + 1 : highestTimestamp(lane, node);
    return time === undefined ? undefined : windowsAt(node, time)[0];
  }
  const { rows } = await livingState(found, { limit: OPEN_WINDOWS });
  let next: WindowSpan | undefined;
  for (const { start, end } of rows)
    if (start !== undefined && end !== undefined && end < (next?.end ?? Infinity)) next = { start, end };
  return next;
}

/** The highest timestamp that the sources behind an operator have handed over. */
function highestTimestamp(lane: Lane, node: StreamNode): number | undefined {
  const times = nodesBehind(node).flatMap((source) =>
    source.source ? lane.explain(source).splits.map(({ maxTimestamp }) => maxTimestamp) : [],
  );
  const highest = Math.max(MIN_TIMESTAMP, ...times);
  return highest > MIN_TIMESTAMP ? highest : undefined;
}
