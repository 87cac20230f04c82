import type { ClockState } from './clock.ts';
import type { ParamState } from './param.ts';
import type {
  RowLabel,
  ViewDelta,
  ViewDescription,
  ViewFailure,
  ViewProgress,
  ViewStatusName,
} from './view.ts';

/** A view as it is listed: what it is and how it stands, without its rows. */
export interface ViewSummary {
  readonly view: ViewDescription;
  readonly status: ViewStatusName;
  readonly version: number;
  readonly failure?: ViewFailure;
  readonly progress?: ViewProgress;
}

/** What the extension asks on the comm. */
export type ViewRequest =
  | { readonly type: 'list' }
  /** Said every `ALIVE_INTERVAL`: a page that is gone without a word is not sent rows for ever. */
  | { readonly type: 'alive' }
  /** Rows now, and changes from then on. Following again is a resync. */
  | { readonly type: 'follow'; readonly viewIds: readonly string[] }
  | { readonly type: 'unfollow'; readonly viewIds: readonly string[] }
  /** Asked on a gap in versions: the next delta of these views is a reset. */
  | { readonly type: 'resync'; readonly viewIds: readonly string[] }
  | {
      readonly type: 'control';
      readonly action: ViewControlAction;
      readonly viewId?: string;
      readonly value?: number;
    }
  /** A slider was moved. */
  | { readonly type: 'param'; readonly name: string; readonly value: number }
  /** Something was said of a row; without `label`, what was said is taken back. */
  | { readonly type: 'label'; readonly viewId: string; readonly rowId: string; readonly label?: RowLabel };

/** Ms between two `alive` of a page. Browsers hold back a hidden page's timers to one a minute. */
export const ALIVE_INTERVAL = 20_000;

/** `step` goes on by `value` records, `back` as many back, `rewind` to before the cell of that execution count. */
export type ViewControlAction = (typeof VIEW_CONTROL_ACTIONS)[number];
export const VIEW_CONTROL_ACTIONS = [
  'pause',
  'resume',
  'step',
  'back',
  'watermark',
  'speed',
  'rewind',
  'restore',
] as const;

/** What the kernel says on the comm. */
export type ViewEvent =
  /** The answer to `list`, and the first message of a comm. */
  | {
      readonly type: 'views';
      readonly views: readonly ViewSummary[];
      readonly awaitedCells: readonly string[];
    }
  /** Cells that have to run again, since the process that ran them is gone (law 8): all there are by now. */
  | { readonly type: 'cells-awaited'; readonly cellIds: readonly string[] }
  /** All params there are, whenever there is another or one has moved. */
  | { readonly type: 'params'; readonly params: readonly ParamState[] }
  /** How the streams' time stands, whenever that changes; absent while there is no session. */
  | { readonly type: 'clock'; readonly clock?: ClockState }
  /** A view was opened; `replaces` is the one that stood in its place before its cell ran again. */
  | { readonly type: 'opened'; readonly summary: ViewSummary; readonly replaces?: string }
  | { readonly type: 'closed'; readonly viewId: string }
  /** Everything that changed since the last tick. */
  | {
      readonly type: 'tick';
      readonly deltas: readonly ViewDelta[];
      readonly statuses: readonly ViewStatusChange[];
    };

export interface ViewStatusChange {
  readonly viewId: string;
  readonly status: ViewStatusName;
  readonly failure?: ViewFailure;
}
