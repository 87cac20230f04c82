/** What the running cell says of itself, as `__tidemark.reached`. */
export interface CellProgress {
  /** How many of its top-level declarations have got their values. */
  reached: number;
}
