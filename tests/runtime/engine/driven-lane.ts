import { StreamExecutionEnvironment } from 'tidemark';
import type { ExecutionBackend } from '../../../runtime/src/engine/backend.ts';
import { Lane, type LaneOptions, type LaneSnapshot } from '../../../runtime/src/engine/lane.ts';
import type { RecordOrigin, ViewObserver } from '../../../runtime/src/engine/view.ts';
import type { StreamNode } from '../../../runtime/src/graph/stream-node.ts';

/** A graph whose sinks are run by lanes that the test drives itself. */
export function graphOf(build: (env: StreamExecutionEnvironment) => void): readonly StreamNode[] {
  const sinks: StreamNode[] = [];
  const refuse = () => Promise.reject(new Error('the test drives the lane'));
  const backend: ExecutionBackend = {
    onNode: (node) => void (node.isSink && sinks.push(node)),
    execute: refuse,
    collect: refuse,
    show: () => ({ id: 'view', latest: () => [], take: refuse, stop: () => undefined }),
  };
  build(new StreamExecutionEnvironment(backend));
  return sinks;
}

/** What a view was given. */
export interface Seen {
  readonly value: unknown;
  readonly timestamp: number | undefined;
  readonly origin: RecordOrigin | undefined;
}

/** A lane, and what comes of it. */
export function laneOf(
  sinks: readonly StreamNode[],
  options: Partial<LaneOptions> = {},
  from?: LaneSnapshot,
) {
  const seen = new Map<string, Seen[]>();
  const watermarks: number[] = [];
  const printed: string[] = [];
  const hear: Pick<ViewObserver, 'onRecord' | 'onWatermark'> = {
    onRecord: () => undefined,
    onWatermark: () => undefined,
  };
  const observe = (node: StreamNode): ViewObserver => {
    const records: Seen[] = [];
    seen.set(node.name, records);
    return {
      onRecord: (value, timestamp, origin) => {
        records.push({ value, timestamp, origin: origin && { ...origin } });
        hear.onRecord(value, timestamp, origin);
      },
      onWatermark: (watermark) => {
        watermarks.push(watermark);
        hear.onWatermark(watermark);
      },
      onProgress: () => undefined,
      snapshot: () => undefined,
      restore: () => undefined,
      onStatus: () => undefined,
    };
  };
  const lane = new Lane(sinks, {
    startTime: 0,
    views: observe,
    print: (_node, text) => printed.push(text),
    ...options,
  });
  if (from !== undefined) lane.restore(structuredClone(from));
  lane.open();
  return { lane, seen, watermarks, printed, hear, source: lane.sources[0]!.id };
}
