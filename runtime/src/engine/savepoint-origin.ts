import { laneKeys, type Fingerprints } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { Branch } from './branch.ts';
import { savepointChanged } from './checkpoint-errors.ts';
import type { SourcePlace } from './engine.ts';
import {
  checkRestorable,
  checkUids,
  operatorsOf,
  type JobState,
  type OpenedSavepoint,
  type SavepointFiles,
  type SavepointName,
} from './job-state.ts';
import { checkedMaxParallelism } from './lane-restore.ts';
import type { LaneOrigin } from './lane-runner.ts';
import { nodesBehind } from './named-variables.ts';
import { savedSubtasks } from './rescale.ts';
import { placesOf } from './saved-sources.ts';

/** The cell whose branches are to start from a savepoint. */
interface StartingCell {
  sinkOf(branch: Branch): StreamNode;
  hasStartedFrom(branch: Branch, savepoint: SavepointName): boolean;
}

/**
 * The savepoint that branches of a cell start from.
 * @param given branches of the cell; those that have started from it need no more of it than its name, should the file be gone
 * @throws {TidemarkError} `no-savepoint`, `duplicate-uid`, and what `SavepointOrigin.check` throws
 */
export function originFor(
  cell: StartingCell,
  given: readonly Branch[],
  path: string,
  allowNonRestoredState: boolean,
  files: SavepointFiles,
  fingerprints: Fingerprints,
): SavepointOrigin {
  const sinks = given.map((branch) => cell.sinkOf(branch));
  checkUids(sinks);
  let opened: OpenedSavepoint;
  try {
    opened = files.open(path);
  } catch (error) {
    const known = given[0]!.savepoint;
    const isThere = known?.path === files.resolve(path);
    if (isThere && given.every((branch) => cell.hasStartedFrom(branch, known)))
      return new SavepointOrigin(known, files, sinks, fingerprints);
    throw error;
  }
  const name = { id: opened.id, path: opened.path };
  const origin = new SavepointOrigin(name, files, sinks, fingerprints);
  if (!given.every((branch) => cell.hasStartedFrom(branch, name)))
    origin.check(opened, allowNonRestoredState);
  return origin;
}

/** Between a source and the savepoint that it reads on from. */
const FROM = '@';

/**
 * A savepoint that branches of a notebook start from. Each of their sources has a log of its own in the timeline, which begins where the
 * savepoint says, or at the source's beginning if it does not: what another branch has read of the same source is another history.
 */
export class SavepointOrigin {
  readonly name: SavepointName;
  readonly #files: SavepointFiles;
  readonly #sinks: readonly StreamNode[];
  readonly #fingerprints: Fingerprints;
  /** Where nodes lie in the savepoint: as they were when the cell ran, whatever is edited behind it. */
  readonly #keys = new Map<StreamNode, string>();
  #places: ReadonlyMap<StreamNode, SourcePlace> | undefined;
  /** Read and not taken yet. */
  #state: JobState | undefined;

  /** @param sinks of the job that starts from it */
  constructor(
    name: SavepointName,
    files: SavepointFiles,
    sinks: readonly StreamNode[],
    fingerprints: Fingerprints,
  ) {
    this.name = name;
    this.#files = files;
    this.#sinks = sinks;
    this.#fingerprints = fingerprints;
    for (const sink of sinks) {
      // Each branch is a lane, with keys of its own.
      const keyOf = laneKeys(fingerprints);
      for (const node of nodesBehind(sink)) this.#keys.set(node, keyOf(node));
    }
  }

  /**
   * Looks whether the job fits the savepoint.
   * @throws {TidemarkError} `state-not-restored`, `source-not-restored`, `bad-parallelism`, `max-parallelism-differs`, and what
   *   `OpenedSavepoint.read` throws
   */
  check(opened: OpenedSavepoint, allowNonRestoredState: boolean): void {
    const state = opened.read();
    const keyOf = (node: StreamNode): string => this.#keys.get(node)!;
    if (!allowNonRestoredState) checkRestorable(state, operatorsOf(this.#sinks, keyOf));
    for (const [node, key] of this.#keys) {
      const [first] = savedSubtasks(state.lane.lane?.nodes ?? {}, key);
      if (first?.maxParallelism !== undefined)
        checkedMaxParallelism(node, node.parallelism, first.maxParallelism);
    }
    this.#places = this.#placesIn(state);
    this.#state = state;
  }

  #placesIn({ sources }: JobState): ReadonlyMap<StreamNode, SourcePlace> {
    const fingerprintOf = (node: StreamNode): string => this.#fingerprints.ofSource(node);
    return placesOf(this.#sinks, sources, (node) => this.#keys.get(node)!, fingerprintOf);
  }

  /** What the log of a source is called that reads on from the savepoint. */
  sourceKey(node: StreamNode): string {
    return `${this.#fingerprints.ofSource(node)}${FROM}${this.name.id}`;
  }

  /**
   * For a lane that reads some sources.
   * @param begin has the log of a source begin at a place, unless there is one
   */
  laneOrigin(sources: readonly StreamNode[], begin: (place: SourcePlace) => void): LaneOrigin {
    return {
      name: fileName(this.name.path),
      load: () => {
        const state = this.#state ?? this.#readAgain();
        // Whoever restores it owns it.
        this.#state = undefined;
        const places = (this.#places ??= this.#placesIn(state));
        for (const node of sources) {
          const { position, ended = false } = places.get(node) ?? {};
          begin({ source: this.sourceKey(node), position, ended });
        }
        return { lane: state.lane.lane ?? { now: 0, nodes: {} }, keys: this.#keys };
      },
    };
  }

  #readAgain(): JobState {
    const { id, path } = this.name;
    const opened = this.#files.open(path);
    if (opened.id !== id) throw savepointChanged(path);
    return opened.read();
  }
}

/** True for the log of a source that reads on from a savepoint. */
export function isOfSavepoint(sourceKey: string): boolean {
  return sourceKey.includes(FROM);
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}
