/** How the session's time stands: what the clock in the notebook's toolbar shows. */
export interface ClockState {
  readonly paused: boolean;
  /** 1 is the pace of the clock on the wall. */
  readonly speed: number;
  /** Records that the sources have handed over. */
  readonly records: number;
  /** Execution counts of cells that there is a snapshot from before, oldest first. */
  readonly rewindable: readonly number[];
  /** The last snapshot of before a restart, if there is one: its id, and what it was taken after. */
  readonly offered?: { readonly id: number; readonly after: string };
}
