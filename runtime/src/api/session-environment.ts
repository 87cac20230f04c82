import type { Session } from '../engine/session.ts';
import { StreamExecutionEnvironment } from './stream-execution-environment.ts';

/** A cut as a notebook lists it. */
export interface Snapshot {
  readonly id: number;
  /** The execution that it was taken after, as `[3]`. */
  readonly after: string;
  readonly time: Date;
  /** Size of all its state, in bytes. */
  readonly bytes: number;
  /** Names of the views and sinks in it. */
  readonly branches: readonly string[];
}

/** The environment of a notebook's session: Flink's, and control over time. */
export class SessionEnvironment extends StreamExecutionEnvironment {
  readonly #session: Session;

  constructor(session: Session) {
    super(session);
    this.#session = session;
  }

  /** Holds every stream at its next slice; the streams' clock stands still. */
  pause(): void {
    this.#session.pause();
  }

  resume(): void {
    this.#session.resume();
  }

  /**
   * Sets how fast the streams' clock runs.
   * @param factor above 0; 2 is twice as fast as the clock on the wall
   */
  speed(factor: number): void {
    this.#session.clock.setSpeed(factor);
  }

  /** The snapshots that `restore` can go back to, oldest first. */
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
   * Goes back to a snapshot: streams are rewound, variables are not. Later snapshots are forgotten. Views and sinks that no
   * longer run wait until their cell runs again.
   * @param id of `snapshots()`; the last one by default
   * @throws {TidemarkError} `no-such-cut`
   */
  async restore(id?: number): Promise<Snapshot> {
    const restored = await this.#session.restore(id);
    const snapshot = this.snapshots().find((one) => one.id === restored.id);
    if (!snapshot) throw new TypeError(`snapshot ${restored.id} is not listed`);
    return snapshot;
  }

  /** Every view and sink of the session with its state. */
  jobs(): readonly { job: string; cell: string; name: string; status: string; records: number }[] {
    return this.#session.jobs();
  }
}
