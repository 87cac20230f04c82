import type { DescribedCatalog } from 'tidemark/sql';
import type { RowLabel, ViewControlAction } from '../protocol/index.ts';
import type { CellReport, ViewMessage } from './dataflow.ts';

// What the kernel process and the session process say to each other.

export type Bundle = Record<string, unknown>;

/** Values to be shown: a MIME bundle with its metadata. */
export interface Shown {
  readonly data: Bundle;
  readonly metadata: Bundle;
}

/** An error as a client of the kernel sees it. */
export interface ShownError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
  /** The stack as V8 wrote it, if there is one. */
  readonly stack?: string;
  /** True if the user interrupted; what the cell had declared stays. */
  readonly interrupted?: boolean;
}

export type ExpressionResult =
  ({ readonly status: 'ok' } & Shown) | ({ readonly status: 'error' } & ShownError);

/** One cell to evaluate. `run` is unique in the kernel's life and names the execution that output belongs to. */
export interface RunRequest {
  readonly type: 'run';
  readonly run: number;
  readonly cellId: string;
  readonly executionCount: number;
  readonly deletedCells: readonly string[];
  readonly code: string;
  readonly js: string;
  readonly hasValue: boolean;
  /** SQL types of the records of the streams that it declares, by variable and column. */
  readonly streams: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly silent: boolean;
  readonly allowStdin: boolean;
  readonly timed: boolean;
}

/** A magic that runs in the session, `%who` or `%%time`. */
export interface MagicCall {
  readonly type: 'magic';
  readonly run: number;
  readonly cellId: string;
  readonly executionCount: number;
  readonly name: string;
  readonly args: string;
  readonly allowStdin: boolean;
}

/** The user expressions of an execute request, compiled after its cell has run. */
export interface ExpressionsRequest {
  readonly type: 'expressions';
  readonly run: number;
  readonly expressions: readonly { readonly name: string; readonly js: string }[];
}

export type ToSession =
  | RunRequest
  | MagicCall
  | ExpressionsRequest
  | { readonly type: 'interrupt' }
  | { readonly type: 'input'; readonly value: string }
  | {
      readonly type: 'comm';
      readonly kind: 'open' | 'msg' | 'close';
      readonly id: string;
      readonly target?: string;
      readonly data: Record<string, unknown>;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly type: 'control'; readonly action: ViewControlAction; readonly value?: number | undefined }
  | { readonly type: 'param'; readonly name: string; readonly value: number }
  | {
      readonly type: 'label';
      readonly viewId: string;
      readonly rowId: string;
      readonly label: RowLabel | undefined;
    }
  | { readonly type: 'reset-view'; readonly viewId: string }
  | { readonly type: 'shutdown' };

export interface OutputChunk {
  readonly run: number;
  readonly name: 'stdout' | 'stderr';
  readonly text: string;
}

export type FromSession =
  | { readonly type: 'ready' }
  | { readonly type: 'output'; readonly chunks: readonly OutputChunk[] }
  | {
      readonly type: 'display';
      readonly run: number;
      readonly update: boolean;
      readonly id: string | undefined;
      readonly shown: Shown;
    }
  | { readonly type: 'result'; readonly run: number; readonly shown: Shown }
  | { readonly type: 'clear'; readonly run: number; readonly wait: boolean }
  | { readonly type: 'prompt'; readonly run: number; readonly text: string; readonly password: boolean }
  | {
      readonly type: 'comm';
      readonly kind: 'open' | 'msg' | 'close';
      readonly run: number;
      readonly id: string;
      readonly target?: string;
      readonly data: Record<string, unknown>;
      readonly metadata: Record<string, unknown>;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly type: 'view'; readonly message: ViewMessage }
  /** What SQL can name, whenever that is something else. */
  | { readonly type: 'catalog'; readonly catalog: DescribedCatalog }
  | {
      readonly type: 'done';
      readonly run: number;
      readonly error: ShownError | undefined;
      readonly report: CellReport | undefined;
      /** How often the cell has given its names values; undefined when its variables are gone. */
      readonly reached?: number;
    }
  | {
      readonly type: 'expressions';
      readonly run: number;
      readonly results: Readonly<Record<string, ExpressionResult>>;
    };

/** File descriptors of the session process beside stdio and Node's own channel. */
export const OUTBOX_FD = 4;
export const WATCHDOG_FD = 5;
