import { Fingerprints, laneKeys } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { RuntimeClock } from '../time/runtime-clock.ts';
import type { Engine } from './engine.ts';
import type { CarriedState } from './carried-state.ts';
import { type LaneCut, LaneRunner } from './lane-runner.ts';
import { sourcesOf } from './lane-feed.ts';
import type { Params } from './params.ts';
import { isOfSavepoint, type SavepointOrigin } from './savepoint-origin.ts';
import type { SessionHost } from './session-host.ts';
import type { ViewObserver } from './view.ts';

/** What the lanes of a session have in common. */
export interface SessionLanesOptions {
  readonly host: SessionHost;
  readonly engine: Engine;
  readonly clock: RuntimeClock;
  readonly params: Params;
  readonly startSeq: () => number;
  /** A stream has ended and its sinks wait for a cut to commit. */
  readonly onFinalCut: () => void;
}

/** Whose lane it is, and where its results go. */
export interface LaneOwner {
  readonly cell: () => string;
  readonly openView: () => ViewObserver;
  readonly mutedThrough?: number | undefined;
  /** The savepoint that it starts from. */
  readonly origin?: SavepointOrigin | undefined;
}

/** Makes the lanes of a session, each at the beginning of the recording or where a cut left it. */
export class SessionLanes {
  readonly fingerprints: Fingerprints;
  readonly #options: SessionLanesOptions;

  constructor(options: SessionLanesOptions) {
    this.#options = options;
    this.fingerprints = new Fingerprints(options.host.describe);
  }

  /** @param cut where to go on from, with what is carried over from other nodes */
  make(sinks: readonly StreamNode[], owner: LaneOwner, cut?: LaneCut, carried?: CarriedState): LaneRunner {
    const { engine, onFinalCut } = this.#options;
    return new LaneRunner(
      {
        ...this.options(sinks, owner.cell, owner.origin),
        openView: owner.openView,
        onReady: engine.wake,
        mutedThrough: owner.mutedThrough,
        onFinalCut,
        readsAlone: engine.readsAlone,
      },
      cut,
      carried,
    );
  }

  options(sinks: readonly StreamNode[], cell: () => string, origin?: SavepointOrigin) {
    const { engine, clock, host, params } = this.#options;
    return {
      sinks,
      sourceKey: (node: StreamNode): string => origin?.sourceKey(node) ?? this.fingerprints.ofSource(node),
      origin: origin?.laneOrigin(sourcesOf(sinks), (place) => engine.beginAt(place)),
      timeline: engine.timeline,
      clock,
      startAfter: (sources: ReadonlyMap<string, readonly StreamNode[]>) => this.#startAfter(sources, sinks),
      lane: {
        keyOf: laneKeys(this.fingerprints),
        print: (_node: StreamNode, text: string) => host.print(cell(), text),
      },
      inContext: (work: () => void) => host.inCell(cell(), work),
      params,
    };
  }

  /** True if all that these sources have handed over can still be read. */
  reachesBack(sources: ReadonlyMap<string, readonly StreamNode[]>): boolean {
    const start = this.#beginning(sources);
    return this.#options.engine.recordedSince(sources, start) <= start;
  }

  /** The entry behind which the recording of these sources begins: that of the session, or where they go on from a savepoint. */
  #beginning(sources: ReadonlyMap<string, unknown>): number {
    const { engine, startSeq } = this.#options;
    let first = Infinity;
    if ([...sources.keys()].some(isOfSavepoint)) {
      for (const { kind, source, seq } of engine.timeline.between(0))
        if (kind === 'begin' && sources.has(source)) first = Math.min(first, seq);
    }
    return first === Infinity ? startSeq() - 1 : first;
  }

  /** Where a lane that starts from nothing begins: at the start of the recording, or from when that reaches back (law 5). */
  #startAfter(sources: ReadonlyMap<string, readonly StreamNode[]>, sinks: readonly StreamNode[]): number {
    const { engine, host } = this.#options;
    const start = this.#beginning(sources);
    const since = engine.recordedSince(sources, start);
    const first = engine.timeline.at(since + 1);
    if (since > start && first) {
      const name = sinks.map((sink) => sink.name).join(', ');
      const from = new Date(first.stamp).toISOString();
      host.warn(`${name} starts with what came since ${from}: the recording reaches no further back.`);
    }
    return since;
  }
}
