/** Records of one side and key of an interval join, by timestamp and then by arrival. */
export class IntervalBuffer {
  #timestamps: number[] = [];
  #values: unknown[] = [];
  /** What lies before has been removed. */
  #head = 0;

  get size(): number {
    return this.#timestamps.length - this.#head;
  }

  /** Number of records after `timestamp`. */
  sizeAfter(timestamp: number): number {
    return this.#timestamps.length - this.placeOf(timestamp + 1);
  }

  /** The highest timestamp, if it is not empty. */
  get last(): number {
    return this.#timestamps[this.#timestamps.length - 1]!;
  }

  add(timestamp: number, value: unknown): void {
    const timestamps = this.#timestamps;
    const { length } = timestamps;
    if (length === this.#head || timestamps[length - 1]! <= timestamp) {
      timestamps.push(timestamp);
      this.#values.push(value);
      return;
    }
    const at = this.placeOf(timestamp + 1);
    timestamps.splice(at, 0, timestamp);
    this.#values.splice(at, 0, value);
  }

  /** Place of the first record at or after `timestamp`; places are good until the buffer changes. */
  placeOf(timestamp: number): number {
    const timestamps = this.#timestamps;
    let low = this.#head;
    let high = timestamps.length;
    // Most of what is asked for lies at one end or the other.
    if (low === high || timestamps[low]! >= timestamp) return low;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timestamps[middle]! < timestamp) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** `Infinity` behind the last place. */
  timestampAt(place: number): number {
    return place < this.#timestamps.length ? this.#timestamps[place]! : Infinity;
  }

  valueAt(place: number): unknown {
    return this.#values[place];
  }

  /** Puts another value in a place. */
  setValueAt(place: number, value: unknown): void {
    this.#values[place] = value;
  }

  /** Removes the records with timestamps up to `timestamp`. */
  removeTo(timestamp: number): void {
    const head = this.placeOf(timestamp + 1);
    // Room is given back in larger pieces: moving what is left costs as much as there is.
    if (head < 16 || head * 2 < this.#timestamps.length) {
      this.#values.fill(undefined, this.#head, head);
      this.#head = head;
      return;
    }
    this.#timestamps = this.#timestamps.slice(head);
    this.#values = this.#values.slice(head);
    this.#head = 0;
  }

  snapshot(): readonly [timestamps: readonly number[], values: readonly unknown[]] {
    return [this.#timestamps.slice(this.#head), this.#values.slice(this.#head)];
  }

  restore([timestamps, values]: readonly [readonly number[], readonly unknown[]]): void {
    this.#timestamps = [...timestamps];
    this.#values = [...values];
    this.#head = 0;
  }
}
