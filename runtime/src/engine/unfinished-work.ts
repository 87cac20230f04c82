/** True to ask the clock now: it is not asked for every result. */
const ASKED_EVERY = 256;

/**
 * What the last watermark of an entry has left to be done when its time was up, so that the event loop has its turn in the
 * middle of a firing that is long. It is gone on with before anything else comes, in the order in which it would
 * have been done at once: nobody but the clock can tell.
 */
export class UnfinishedWork {
  readonly #timeUp: () => boolean;
  #first: (() => void) | undefined;
  /** What was to follow it. */
  #later: (() => void)[] = [];
  #mayStop = false;
  #asked = 0;
  /** Firings within firings. */
  #depth = 0;

  /** @param timeUp true once a firing is to be left where it is */
  constructor(timeUp: () => boolean = () => false) {
    this.#timeUp = timeUp;
  }

  get isThere(): boolean {
    return this.#first !== undefined;
  }

  /** Asked between two results of a firing: true if it is to be left here. */
  readonly mustStop = (): boolean => {
    // One that a record of another sets off must come to its end: the next record is about to follow.
    if (!this.#mayStop || this.#depth > 1 || ++this.#asked % ASKED_EVERY !== 0) return false;
    return this.#timeUp();
  };

  /** Fires, and does then what is to follow. A firing that returns false was left, and is called again by `goOn`. */
  firing(fire: () => boolean | void, then: () => void): void {
    this.#depth++;
    let done: boolean | void;
    try {
      done = fire();
    } finally {
      this.#depth--;
    }
    if (done === false) this.#first = () => this.firing(fire, then);
    else then();
  }

  /** Puts work off until what there is has been done. */
  putOff(work: () => void): void {
    this.#later.push(work);
  }

  /** Does work that may be left where it is when time is up. */
  mayStop(work: () => void): void {
    this.#mayStop = true;
    try {
      work();
    } finally {
      this.#mayStop = false;
    }
  }

  /** Goes on until all is done, or, within `mayStop`, time is up again. */
  goOn(): void {
    for (;;) {
      const next = this.#first ?? this.#later.shift();
      if (next === undefined) return;
      // What it puts off comes before what was put off already.
      const after = this.#later;
      this.#later = [];
      this.#first = undefined;
      next();
      this.#later.push(...after);
      if (this.#mayStop && this.#first !== undefined) return;
    }
  }
}
