import type { CellOutcome } from 'tidemark/session';
import type { DescribedCatalog } from 'tidemark/sql';
import type {
  ClockState,
  ParamState,
  RowLabel,
  ViewControlAction,
  ViewDelta,
  ViewDescription,
  ViewFailure,
  ViewStatusName,
} from '../protocol/index.ts';

/** A message about views from the session process to the kernel process. */
export type ViewMessage =
  | { readonly type: 'view-open'; readonly view: ViewDescription }
  | { readonly type: 'view-delta'; readonly delta: ViewDelta }
  | {
      readonly type: 'view-status';
      readonly viewId: string;
      readonly status: ViewStatusName;
      readonly failure?: ViewFailure;
    }
  | { readonly type: 'view-close'; readonly viewId: string }
  /** The cells that branches of the last cut wait for (law 8), whenever they become others. */
  | { readonly type: 'cells-awaited'; readonly cellIds: readonly string[] }
  /** How time stands, whenever that has changed. */
  | { readonly type: 'clock'; readonly clock: ClockState }
  /** All params there are, whenever there is another or one has moved. */
  | { readonly type: 'params'; readonly params: readonly ParamState[] };

/** A cell about to run. */
export interface CellRun {
  /** JupyterLab's cell id; an execution without one is a cell of its own, `#<execution count>`. */
  readonly cellId: string;
  readonly executionCount: number;
  readonly code: string;
  /** Cells deleted since the last execution. */
  readonly deletedCells: readonly string[];
  /** Variables that it sets or may change: what names them is edited by it. */
  readonly touched: ReadonlySet<string>;
  /** SQL types of the records of the streams that it declares, by variable and column. */
  readonly streams: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a cell did to the dataflow (law 4), for the reply and for a table under the cell. */
export type CellReport = CellOutcome;

/** The session's streams, as the cell evaluator sees them. Made by `createDataflow`. */
export interface Dataflow {
  /** Predeclared in every cell: `env`, `show`, `watermarks`, … */
  readonly globals: Readonly<Record<string, unknown>>;
  beginCell(cell: CellRun): void;
  /** Ends the cell: starts what it made observable, takes the cut. `failed`: the cell threw; nothing is retired. */
  endCell(cell: CellRun, failed: boolean): Promise<CellReport>;
  /** True if the last expression's value is shown as a live view instead of by value (a DataStream, a Table); it opens the view. */
  showValue(value: unknown): boolean;
  /** What is shown in place of a value that is not shown live. */
  displayable(value: unknown): unknown;
  /** The streams are held, by an interrupt or by `env.pause()`. */
  readonly paused: boolean;
  /** True if a view or sink has something to do, or would have. */
  hasStreams(): boolean;
  /** With no cell running, an interrupt pauses the streams (law 10). */
  pause(): void;
  resume(): void;
  /** A page used the clock in its toolbar. */
  control(action: ViewControlAction, value?: number): void;
  /** Asked by the watchdog before it terminates: stop the slice at the next record if the engine can. */
  requestStop(): void;
  /** After `Runtime.terminateExecution` may have cut a slice short: roll back to the last consistent state. */
  afterTermination(): void;
  /** A page moved a slider. */
  setParam(name: string, value: number): void;
  /** A page said what a row is, or took it back. */
  labelRow(viewId: string, rowId: string, label: RowLabel | undefined): void;
  /** All rows of a view again: the kernel process lost a delta. */
  resetView(viewId: string): void;
  close(): Promise<void>;
}

export interface DataflowOptions {
  /** The session's SQLite file. */
  readonly storePath: string;
  /** Labels to begin with, as they were written as JSON, by their files. */
  readonly labels?: ReadonlyMap<string, unknown>;
  /** True after a crash: nodes wait in the last durable cut for their cells (law 8). */
  readonly resume: boolean;
  readonly post: (message: ViewMessage) => void;
  readonly postCatalog: (catalog: DescribedCatalog) => void;
  /** Writes to a cell's stdout (`print()`), under the cell that owns the operator. */
  readonly print: (cellId: string, text: string) => void;
  /** Writes a warning to a cell's stderr, or to that of the last cell. */
  readonly warn: (text: string, cellId?: string) => void;
  /** Runs work so that output written meanwhile is the cell's. */
  readonly inCell: (cellId: string, work: () => void) => void;
  /** The cell whose code, or a callback of whose code, is running now. */
  readonly currentCell: () => string | undefined;
}
