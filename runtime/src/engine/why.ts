import { canonical } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../time/timestamp.ts';
import { noSuchRecord } from './engine-errors.ts';
import type { Engine } from './engine.ts';
import type { Lane } from './lane.ts';
import { nodesBehind } from './named-variables.ts';
import { WaitingReader } from './recording.ts';
import { replayLane, type ReplayOptions } from './replay-lane.ts';
import type { TimelineEntry } from './timeline.ts';
import { NO_ROWS } from './view.ts';
import { isByClock, windowsAt, type WindowSpan } from './windows-of-node.ts';

/** An input, or a split of a source, and how far its event time has come. */
export interface HeldBack {
  /** Name of the operator or source. */
  readonly name: string;
  /** The split, if the source has several. */
  readonly split?: string;
  /** Its watermark, epoch ms; `undefined` before any. */
  readonly watermark: number | undefined;
  /** The highest timestamp that has come, epoch ms; of a source. */
  readonly maxTimestamp?: number;
  /** How far out of order its records may come, in ms; of a source. */
  readonly bound?: number;
  /** True if it is silent and holds nobody back. */
  readonly idle: boolean;
  /** True if it has ended. */
  readonly ended?: boolean;
}

/** A window that a record belongs to, and when it is gone. */
export interface RecordWindow {
  /** Its start, epoch ms. */
  readonly start: number;
  /** Its end, epoch ms. */
  readonly end: number;
  /** The watermark with which it is cleaned up, epoch ms. */
  readonly cleanup: number;
  /** True if that was before the record came. */
  readonly gone: boolean;
}

/** The answer to `env.why`. */
export class Why {
  /** In words. */
  readonly lines: readonly string[];
  /** True if the window has fired, or the record was taken in. */
  readonly done: boolean;
  /** The watermark of the windowed operator: now, or when the record came. */
  readonly watermark: number | undefined;
  /** The watermark with which the window fires. */
  readonly needed: number | undefined;
  /** What holds the watermark back, from the windowed operator to the source. */
  readonly heldBackBy: readonly HeldBack[];
  /** The windows of the record. */
  readonly windows: readonly RecordWindow[];

  /** Made by `env.why`. @internal */
  constructor(answer: Partial<Omit<Why, 'toString'>> & Pick<Why, 'lines' | 'done' | 'watermark'>) {
    this.lines = answer.lines;
    this.done = answer.done;
    this.watermark = answer.watermark;
    this.needed = answer.needed;
    this.heldBackBy = answer.heldBackBy ?? [];
    this.windows = answer.windows ?? [];
  }

  /** The words. */
  toString(): string {
    return this.lines.join('\n');
  }
}

/** Why a window has not fired: what its watermark, or the clock, waits for. */
export function whyWindow(lane: Lane, node: StreamNode, { start, end }: WindowSpan): Why {
  const needed = end - 1;
  const watermark = known(lane.explain(node).watermark);
  const name = `${timeText(start)} to ${timeText(end)} of '${node.uid ?? node.name}'`;
  if (isByClock(node)) {
    const lines = [
      `The window ${name} fires when the streams' clock has passed its end. Watermarks play no part.`,
    ];
    return new Why({ lines, done: false, watermark, needed });
  }
  if (watermark !== undefined && watermark >= needed) {
    const lines = [`The window ${name} has fired: its watermark stands at ${timeText(watermark)}.`];
    return new Why({ lines, done: true, watermark, needed });
  }
  const stands = watermark === undefined ? 'there has been none yet' : `it stands at ${timeText(watermark)}`;
  const lines = [`The window ${name} fires with the watermark ${timeText(needed)}; ${stands}.`];
  const heldBackBy: HeldBack[] = [];
  follow(lane, node, needed, heldBackBy, lines);
  return new Why({ lines, done: false, watermark, needed, heldBackBy });
}

/** Why none of an operator's windows is about to fire: none is open, or no record with a timestamp has come. */
export function whyNoWindow(lane: Lane, node: StreamNode): Why {
  const watermark = known(lane.explain(node).watermark);
  const heldBackBy: HeldBack[] = [];
  const lines = [
    `No window of '${node.uid ?? node.name}' is open, and ${watermark === undefined ? 'there has been no watermark yet' : `its watermark is ${timeText(watermark)}`}.`,
  ];
  follow(lane, node, watermark ?? MIN_TIMESTAMP, heldBackBy, lines);
  return new Why({ lines, done: false, watermark, needed: undefined, heldBackBy });
}

/** Goes from an operator to the input that holds it back, up to the source. */
function follow(lane: Lane, node: StreamNode, needed: number, path: HeldBack[], lines: string[]): void {
  if (node.source) return explainSource(lane, node, needed, path, lines);
  const inputs = lane.explain(node).inputs;
  const waiting = inputs.filter(({ idle }) => !idle).sort((a, b) => a.watermark - b.watermark);
  const slowest = waiting[0] ?? [...inputs].sort((a, b) => b.watermark - a.watermark)[0];
  if (!slowest) return;
  if (inputs.length > 1) {
    const others = inputs
      .filter((input) => input !== slowest)
      .map(
        ({ from, watermark, idle }) => `'${from.name}' ${idle ? 'is idle' : `is at ${markText(watermark)}`}`,
      );
    const { from, watermark } = slowest;
    lines.push(
      `'${node.name}' waits for '${from.name}', which is at ${markText(watermark)}; ${others.join(', ')}.`,
    );
    path.push({ name: from.name, watermark: known(watermark), idle: slowest.idle });
  }
  if (slowest.from.kind === 'timestamps') {
    const bound = slowest.from.parameters['bound'];
    lines.push(
      `'${slowest.from.name}' makes the watermarks${typeof bound === 'number' ? `, ${bound} ms behind the highest timestamp` : ''}, at intervals of the clock.`,
    );
  }
  follow(lane, slowest.from, needed, path, lines);
}

function explainSource(
  lane: Lane,
  node: StreamNode,
  needed: number,
  path: HeldBack[],
  lines: string[],
): void {
  const { watermarkStrategy: strategy, name } = node;
  const bound = strategy?.parameters['bound'];
  const boundText =
    typeof bound === 'number' && bound > 0 ? ` and they may come ${bound} ms out of order` : '';
  const { splits, ended } = lane.explain(node);
  const active = splits.filter(({ idle }) => !idle).sort((a, b) => a.watermark - b.watermark);
  for (const { id, watermark, maxTimestamp, idle } of active.length > 0 ? active.slice(0, 1) : splits) {
    const split = id === '' ? {} : { split: id };
    const what = id === '' ? `'${name}'` : `The split '${id}' of '${name}'`;
    const seen = maxTimestamp > MIN_TIMESTAMP;
    path.push({
      name,
      ...split,
      watermark: known(watermark),
      ...(seen ? { maxTimestamp } : {}),
      ...(typeof bound === 'number' ? { bound } : {}),
      idle,
      ended,
    });
    if (idle) {
      lines.push(`${what} is idle: it holds nobody back, but nothing moves event time on either.`);
    } else if (!seen) {
      const others = splits.length > 1 ? ' The others wait for it' : '';
      const hint =
        strategy?.idleness === undefined
          ? `${others === '' ? ' If' : ': if'} it stays silent, withIdleness('10 s') lets event time go on without it.`
          : '.';
      lines.push(`${what} has handed over no record with a timestamp yet.${others}${hint}`);
    } else {
      const lacks = needed + (typeof bound === 'number' ? bound : 0) + 1;
      lines.push(
        `${what} has come to the timestamp ${timeText(maxTimestamp)}${boundText}: a record of ${timeText(lacks)} or later moves the watermark far enough, or the end of the input.`,
      );
    }
  }
  if (strategy?.kind === 'none') lines.push(`'${name}' has no watermark strategy: give fromSource one.`);
}

/** What is asked of a record: the record as its source handed it over, or what tells it. */
export type RecordQuery = ((record: unknown) => boolean) | object | string | number | boolean | bigint;

/** Why a record was dropped, or was not: its windows, and the watermark when it came, which a replay finds out. */
export async function whyRecord(
  engine: Engine,
  options: ReplayOptions,
  node: StreamNode,
  query: RecordQuery,
): Promise<Why> {
  const sources = nodesBehind(node).filter(({ source }) => source);
  const { entry, value, timestamp, source } = await findRecord(engine, options, sources, query);
  const runner = await replayLane(options, entry.seq - 1, NO_ROWS);
  const watermark = known(runner.lane.explain(node).watermark);
  runner.cancel();
  const came = timestamp === undefined ? undefined : timestamp;
  if (came === undefined) {
    const lines = [
      `The record ${canonical(value)} of '${source.name}' has no timestamp, so it belongs to no window.`,
    ];
    return new Why({ lines, done: false, watermark });
  }
  const lateness = Number(node.parameters['allowedLateness'] ?? 0);
  const windows = windowsAt(node, came).map(({ start, end }) => {
    const cleanup = end - 1 + lateness;
    return { start, end, cleanup, gone: watermark !== undefined && cleanup <= watermark };
  });
  const dropped = windows.length > 0 && windows.every(({ gone }) => gone);
  const lines = [
    `The record of '${source.name}' with the timestamp ${timeText(came)} came when the watermark of '${node.name}' was ${markText(watermark ?? MIN_TIMESTAMP)}.`,
    ...windows.map(
      ({ start, end, cleanup, gone }) =>
        `Its window ${timeText(start)} to ${timeText(end)} ${gone ? 'was cleaned up' : 'is kept until'} ${gone ? 'with' : ''} the watermark ${timeText(cleanup)}`.replace(
          '  ',
          ' ',
        ) + (lateness > 0 ? `, its end and ${lateness} ms of allowed lateness.` : '.'),
    ),
    dropped
      ? `So it came too late and ${node.parameters['lateTag'] === undefined ? 'was dropped' : 'went to the side output'}. allowedLateness(…) keeps windows longer; a larger bound of the watermark strategy makes them fire later.`
      : 'So it was taken in.',
  ];
  return new Why({ lines, done: !dropped, watermark, windows });
}

async function findRecord(
  { timeline }: Engine,
  { sourceKey }: ReplayOptions,
  sources: readonly StreamNode[],
  query: RecordQuery,
): Promise<{ entry: TimelineEntry; value: unknown; timestamp: number | undefined; source: StreamNode }> {
  const isIt =
    typeof query === 'function'
      ? (query as (record: unknown) => boolean)
      : (
          (wanted) => (value: unknown) =>
            canonical(value) === wanted
        )(canonical(query));
  const bySource = new Map(sources.map((source) => [sourceKey(source), source]));
  const readers = new Map<string, WaitingReader>();
  try {
    for (const entry of [...timeline.between(0)]) {
      const source = bySource.get(entry.source);
      if (!source?.source || entry.kind !== 'batch') continue;
      let reader = readers.get(entry.source);
      if (!reader) readers.set(entry.source, (reader = new WaitingReader(source.source)));
      const batch = entry.batch ?? (source.source.rereadable ? await reader.read(entry) : undefined);
      const at = batch?.values.findIndex(isIt) ?? -1;
      if (!batch || at < 0) continue;
      const value = batch.values[at];
      const given = batch.timestamps?.[at];
      const assigner = source.watermarkStrategy?.timestampAssigner;
      return { entry, value, source, timestamp: assigner ? assigner(value, given) : given };
    }
  } finally {
    for (const reader of readers.values()) reader.close();
  }
  throw noSuchRecord(sources.map(({ name }) => name));
}

function known(watermark: number): number | undefined {
  return watermark === MIN_TIMESTAMP ? undefined : watermark;
}

function markText(watermark: number): string {
  return watermark === MIN_TIMESTAMP ? 'no watermark yet' : timeText(watermark);
}

function timeText(time: number): string {
  if (time >= MAX_TIMESTAMP) return 'the end of the input';
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}
