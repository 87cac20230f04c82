import type { StreamNode } from '../graph/stream-node.ts';
import type { Lane } from './lane.ts';
import { RangeReader } from './range-reader.ts';
import type { TimelineEntry } from './timeline.ts';
import { nodesBehind } from './named-variables.ts';

export interface LaneFeedOptions {
  readonly sinks: readonly StreamNode[];
  /** Fingerprint of a source node's source, the name its records have in the timeline. */
  readonly sourceKey: (node: StreamNode) => string;
  /** True if no other lane reads what this source hands over now. */
  readonly readsAlone?: (sourceKey: string) => boolean;
  /** Called when there is something to go on with: a recorded range has been fetched again, an answer has come. */
  readonly onReady: () => void;
}

/** Hands entries of the timeline to a lane, those of sources that it reads; fetches again what was recorded by its position. */
export class LaneFeed {
  readonly #options: LaneFeedOptions;
  readonly #nodesOf = new Map<string, StreamNode[]>();
  readonly #readers = new Map<string, RangeReader>();
  /** True while a recorded range is being fetched. */
  waiting = false;

  constructor(options: LaneFeedOptions) {
    this.#options = options;
    for (const node of sourcesOf(options.sinks)) {
      const key = options.sourceKey(node);
      this.#nodesOf.set(key, [...(this.#nodesOf.get(key) ?? []), node]);
    }
  }

  /** Source nodes by the fingerprint of what they read. */
  get sources(): ReadonlyMap<string, readonly StreamNode[]> {
    return this.#nodesOf;
  }

  /** True if the lane reads what the entry is of. */
  concerns({ source }: TimelineEntry): boolean {
    return this.#nodesOf.has(source);
  }

  /** Returns false if the entry's records are yet to be fetched: it is to be handed on again. */
  handOn(entry: TimelineEntry, lane: Lane): boolean {
    const nodes = this.#nodesOf.get(entry.source)!;
    lane.comeTo(entry.stamp);
    if (entry.kind === 'batch') return this.#handOnBatch(entry, nodes, lane);
    for (const node of nodes) {
      if (entry.kind === 'idle') lane.markIdle(node.id);
      else if (entry.kind === 'active') lane.markActive(node.id);
      else if (entry.kind === 'end') lane.endInput(node.id);
    }
    return true;
  }

  close(): void {
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
    this.waiting = false;
  }

  #handOnBatch(entry: TimelineEntry, nodes: readonly StreamNode[], lane: Lane): boolean {
    const first = nodes[0]!;
    // Trimmed from the recording (law 12): whoever opened this lane said from when it reaches back.
    if (!entry.batch && !first.source?.rereadable) return true;
    const batch = entry.batch ?? this.#readAgain(entry, first);
    if (batch === 'wait') {
      this.waiting = true;
      return false;
    }
    // Whoever shares a source with others is to see the same objects.
    const range = nodes.length === 1 && this.#options.readsAlone?.(entry.source) ? batch.range : undefined;
    if (range !== undefined) lane.processRange(first.id, range);
    else for (const node of nodes) lane.processBatch(node.id, batch.values, batch.timestamps, entry.split);
    if (entry.endsSplit) for (const node of nodes) lane.endSplit(node.id, entry.split!);
    return true;
  }

  #readAgain(entry: TimelineEntry, node: StreamNode) {
    let reader = this.#readers.get(entry.source);
    if (!reader) {
      if (!node.source) throw new TypeError(`node ${node.name} is not a source`);
      reader = new RangeReader(node.source, () => {
        this.waiting = false;
        this.#options.onReady();
      });
      this.#readers.set(entry.source, reader);
    }
    return reader.read(entry, entry.stamp);
  }
}

/** Source nodes that these sinks hang on, in order of creation. */
export function sourcesOf(sinks: readonly StreamNode[]): StreamNode[] {
  const behind = new Set(sinks.flatMap(nodesBehind));
  return [...behind].filter((node) => node.source).sort((a, b) => a.id - b.id);
}
