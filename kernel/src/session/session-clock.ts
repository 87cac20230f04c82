import type { Session } from 'tidemark/session';
import type { ClockState, ViewControlAction } from '../protocol/index.ts';

/** Ms between two looks at how time stands. */
const LOOK_MS = 200;

/** The session's end of the clock in the notebook's toolbar: says how time stands, and does what it is told. */
export class SessionClock {
  readonly #session: Session;
  readonly #say: (clock: ClockState) => void;
  readonly #warn: (message: string) => void;
  readonly #timer: NodeJS.Timeout;
  #said = '';

  constructor(session: Session, say: (clock: ClockState) => void, warn: (message: string) => void) {
    this.#session = session;
    this.#say = say;
    this.#warn = warn;
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  control(action: ViewControlAction, value = 1): void {
    void this.#do(action, value)
      .catch((error: unknown) => this.#warn(error instanceof Error ? error.message : String(error)))
      .finally(() => this.look());
  }

  /** Says how time stands if that has changed. */
  look(): void {
    const { engine, clock } = this.#session;
    const offered = this.#session.offered();
    const cells = this.#session.snapshotsOfNow().flatMap(({ executionCount }) => executionCount ?? []);
    const state: ClockState = {
      paused: engine.paused,
      speed: clock.speed,
      records: engine.timeline.records,
      // From before the first there is none.
      rewindable: cells.slice(1),
      ...(offered ? { offered: { id: offered.id, after: offered.label } } : {}),
    };
    const said = JSON.stringify(state);
    if (said === this.#said) return;
    this.#said = said;
    this.#say(state);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #do(action: ViewControlAction, value: number): Promise<void> {
    const session = this.#session;
    switch (action) {
      case 'pause':
        return session.pause();
      case 'resume':
        return session.resume();
      case 'speed':
        return session.clock.setSpeed(value);
      case 'step':
        return void (await session.step(value));
      case 'back':
        return void (await session.step(-value));
      case 'watermark':
        return void (await session.step('watermark'));
      case 'restore':
        return void (await session.restore(value));
      case 'rewind':
        return void (await session.rewind(value));
    }
  }
}
