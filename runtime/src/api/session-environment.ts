import type { Session } from '../engine/session.ts';
import { StreamExecutionEnvironment } from './stream-execution-environment.ts';

/** A cut as a notebook lists it. */
export interface Snapshot {
  /** What `restore` takes. */
  readonly id: number;
  /** The execution that it was taken after, as `[3]`. */
  readonly after: string;
  /** When it was taken, by the streams' clock. */
  readonly time: Date;
  /** Size of all its state, in bytes. */
  readonly bytes: number;
  /** Names of the views and sinks in it. */
  readonly branches: readonly string[];
}

/** The environment of a notebook's session: Flink's, and control over time. */
export class SessionEnvironment extends StreamExecutionEnvironment {
  readonly #session: Session;

  /** Made by the kernel. @internal */
  constructor(session: Session) {
    super(session);
    this.#session = session;
  }

  /**
   * Holds every stream at its next slice; the streams' clock stands still.
   * @example
   * env.pause();
   * env.resume();
   */
  pause(): void {
    this.#session.pause();
  }

  /** Lets the streams and their clock go on. */
  resume(): void {
    this.#session.resume();
  }

  /**
   * Sets how fast the streams' clock runs.
   * @param factor above 0; 2 is twice as fast as the clock on the wall
   * @throws {RangeError} unless it is a number above 0
   * @example
   * env.speed(2);
   */
  speed(factor: number): void {
    this.#session.clock.setSpeed(factor);
  }

  /**
   * The snapshots that `restore` can go back to, oldest first. One is taken after every cell.
   * @example
   * env.snapshots().at(-1)?.after; // → '[1]'
   */
  snapshots(): Snapshot[] {
    return this.#session.snapshots().map(({ id, label, time, bytes, branches }) => ({
      id,
      after: label,
      time: new Date(time),
      bytes,
      branches: branches.map(({ name }) => name),
    }));
  }

  /**
   * Goes back to a snapshot: streams are rewound, variables are not. Later snapshots are forgotten. Views and sinks
   * that no longer run wait until their cell runs again.
   * @param id of `snapshots()`; the last one by default
   * @throws {TidemarkError} `no-such-cut`
   * @example
   * const before = env.snapshots().at(-1);
   * await env.restore(before?.id);
   */
  async restore(id?: number): Promise<Snapshot> {
    const restored = await this.#session.restore(id);
    const snapshot = this.snapshots().find((one) => one.id === restored.id);
    if (!snapshot) throw new TypeError(`snapshot ${restored.id} is not listed`);
    return snapshot;
  }

  /**
   * Every view and sink of the session with its state.
   * @example
   * env.jobs().map(({ name, status }) => `${name}: ${status}`);
   */
  jobs(): readonly { job: string; cell: string; name: string; status: string; records: number }[] {
    return this.#session.jobs();
  }
}
