/**
 * The lowest watermark that makes any operator of a lane do something, or lower. Whoever sets a timer sets it back; whoever lets
 * watermarks wait until one matters has it looked up anew, after it has let one go.
 */
export class EventTimeAlarm {
  readonly #next: () => number;
  time = -Infinity;

  constructor(next: () => number) {
    this.#next = next;
  }

  /** Something is due at a watermark. */
  expect(time: number): void {
    if (time < this.time) this.time = time;
  }

  lookUp(): void {
    this.time = this.#next();
  }
}
