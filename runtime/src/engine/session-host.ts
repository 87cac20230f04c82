import type { BranchNotice } from './branch-notices.ts';
import type { DescribeFunction } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { StoredRecording } from './engine.ts';
import type { ParamState } from './params.ts';
import type { ReadCut, SessionCut } from './session-store.ts';
import type { TimelineEntry } from './timeline.ts';
import type { ViewObserver, ViewOptions } from './view.ts';

/** A view as its cell makes it: what there is to announce before any row. */
export interface AnnouncedView {
  readonly viewId: string;
  readonly cell: string;
  readonly ordinal: number;
  readonly title: string;
  readonly node: StreamNode;
  readonly options: ViewOptions;
  /** True if its rows go on; else a lane is about to start with fresh ones. */
  readonly kept: boolean;
}

/** What a session needs of the notebook around it. */
export interface SessionHost {
  announceView(view: AnnouncedView): void;
  /** Fresh rows for an announced view; those of an earlier lane are replaced. */
  openView(viewId: string): ViewObserver;
  /** Shows a view's rows again, after its cell ran again and kept it. */
  refreshView(viewId: string): void;
  closeView(viewId: string): void;
  /** The sliders of params, whenever there is another or one has moved. */
  showParams?(params: readonly ParamState[]): void;
  /** Labels of this name have changed: rows of views that show them are to be drawn anew. */
  labelsChanged?(name: string): void;
  /** Writes one line under a cell. */
  print(cell: string, line: string): void;
  /** Runs work so that output written meanwhile is the cell's. */
  inCell(cell: string, work: () => void): void;
  /** The cell whose code is running now, if it is known better than by `beginCell`. */
  currentCell?(): string | undefined;
  readonly describe?: DescribeFunction;
  /** Variables of the notebook that a function names, transitively, with what they held when it was described last. */
  variablesOf?(fn: unknown): ReadonlyMap<string, string> | undefined;
  /** What a variable of the notebook holds now, described in the same way. */
  variable?(name: string): string | undefined;
  warn(message: string): void;
  /**
   * Shows under a cell what a sink of its waits for or has failed with, in place of what was said there before.
   * @param place tells it from other sinks
   * @param notice `undefined` when nothing is to be said any more
   */
  notice(cell: string, place: string, notice: BranchNotice | undefined): void;
}

/** What a cell did to the dataflow, by names of branches (law 4). */
export interface CellOutcome {
  readonly kept: readonly string[];
  readonly rebuilt: readonly string[];
  readonly retired: readonly string[];
  readonly resumed: readonly string[];
  /** Started from a savepoint. */
  readonly restored: readonly string[];
  /** Edited, with the state they had. */
  readonly carried: readonly string[];
  /** All of them, with what they replay. */
  readonly changes: readonly BranchChange[];
  readonly cut?: number;
}

/** What a cell did to one view or sink. */
export interface BranchChange {
  readonly name: string;
  /** `'view'`, `'print'`, `'sink'`. */
  readonly kind: string;
  /** The cell that owns it, if it is another. */
  readonly cell?: string;
  readonly ordinal: number;
  /**
   * `kept`: nothing changed; `rebuilt`: from the recording; `carried`: edited, with its state; `resumed`: from a snapshot,
   * after a crash or a failure; `restored`: it starts from a savepoint; `retired`: the cell no longer makes it; `new`: it was not
   * there.
   */
  readonly change: 'kept' | 'rebuilt' | 'carried' | 'resumed' | 'restored' | 'retired' | 'new';
  /** Path of the savepoint that it has started from: what is rebuilt begins there. */
  readonly savepoint?: string;
  /** Of one that is rebuilt: the stateful operators that the cell's plan had not before. */
  readonly changed?: readonly string[];
  /** Records that it replays, and when they came (epoch ms, by the streams' clock). */
  readonly replays?: { readonly records: number; readonly from: number; readonly to: number };
}

/** What an earlier process left of the session. */
export interface SessionPast {
  readonly cuts: readonly SessionCut[];
  /** First seq of the recording that goes on: of the crashed session, or of a new one. */
  readonly startSeq: number;
  readonly entries: readonly TimelineEntry[];
  /** What the store has of recordings, this one and earlier ones. */
  readonly stored: StoredRecording;
  /** The cut to go on from after a crash (law 8). */
  readonly resume?: ReadCut;
}
