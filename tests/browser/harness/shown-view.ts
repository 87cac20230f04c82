/** What a live view under a cell says of itself, by the data attributes of its element. */
export interface ShownView {
  readonly viewId: string;
  /** `saved` when it is a picture from the file, with no kernel behind it. */
  readonly status: string;
  /** Grows with every change of its data that is drawn. */
  readonly version: number;
  /** How often its chart was built; 1 for one that was only ever changed. */
  readonly embeds: number;
  /** The index of the cell it is under. */
  readonly cell: number;
}
