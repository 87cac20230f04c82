import type { RuntimeClock } from '../time/runtime-clock.ts';
import { type Branch, takeMatch } from './branch.ts';
import type { Engine } from './engine.ts';
import { cannotStepBack } from './engine-errors.ts';
import type { SessionCuts } from './session-cuts.ts';
import type { SessionCut } from './session-store.ts';
import { stepEngine, type StepGoal, type Stepped } from './stepper.ts';
import type { Timeline } from './timeline.ts';

/** Real ms that a step waits for a source that has nothing. */
const PATIENCE = 2_000;

/** What stepping needs of a session. */
export interface SteppedSession {
  readonly engine: Engine;
  readonly clock: RuntimeClock;
  readonly cuts: SessionCuts;
  readonly branches: ReadonlySet<Branch>;
  readonly startSeq: number;
  pause(): void;
  /** The timeline has been cut off. */
  wentBack(): void;
}

/** Steps of a session, forward and back (law 7). The streams are paused before, between and after. */
export class TimeControls {
  readonly #session: SteppedSession;
  /** The step that is going on: the next one begins when it is over. */
  #last: Promise<unknown> | undefined;

  constructor(session: SteppedSession) {
    this.#session = session;
  }

  /** @param n records, negative to go back; or until event time moves */
  step(n: number | 'watermark', patience = PATIENCE): Promise<Stepped> {
    const work = (): Promise<Stepped> => {
      if (n === 'watermark') return this.#run({ kind: 'watermark' }, patience);
      return n < 0 ? this.#back(-n, patience) : this.#run({ kind: 'steps', steps: n }, patience);
    };
    const stepped = this.#last?.then(work, work) ?? work();
    const last = stepped.finally(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return last;
  }

  async #run(goal: StepGoal, patience: number): Promise<Stepped> {
    const { engine, branches } = this.#session;
    if (!engine.paused) this.#session.pause();
    for (const { runner } of branches) runner?.resume();
    const stepped = await stepEngine(engine, goal, patience);
    // Whoever resumed the streams meanwhile wants them to run.
    if (engine.paused) for (const { runner } of branches) runner?.pause();
    return stepped;
  }

  /** Restores the nearest cut and replays from there to the step before. */
  async #back(steps: number, patience: number): Promise<Stepped> {
    const { engine, clock, cuts, branches } = this.#session;
    if (!engine.paused) this.#session.pause();
    engine.endErrand();
    const { timeline } = engine;
    const { seq, split } = placeBefore(timeline, steps, this.#session.startSeq);
    const cut = cuts
      .list()
      .findLast((one) => one.startSeq === this.#session.startSeq && one.seq <= seq && reaches(timeline, one));
    if (!cut && timeline.tail > this.#session.startSeq)
      throw cannotStepBack(timeline.at(timeline.tail)?.stamp);
    const time = split?.stamp ?? timeline.at(seq)?.stamp;
    const read = cut && (await cuts.read(cut.id));
    if (read) await cuts.endWith(read, seq);
    engine.rewindTo(seq, cut?.places);
    this.#session.wentBack();
    if (time !== undefined) clock.setBack(time);
    const saved = new Set(read?.branches);
    for (const branch of branches) branch.runner?.rollBack(takeMatch(branch, saved)?.cut.load());
    await this.#run({ kind: 'steps', steps: 0 }, patience);
    if (!split) return { records: 0, ended: false, waiting: false };
    const { waiting } = await this.#run(
      { kind: 'records', source: split.source, count: split.keep },
      patience,
    );
    return { records: 0, ended: false, waiting };
  }
}

/** False if entries behind the cut are gone from the recording. */
function reaches(timeline: Timeline, cut: SessionCut): boolean {
  return cut.seq >= timeline.tail - 1;
}

/** Where the timeline stood so many steps ago: after `seq`, and so many records of the entry behind it. */
function placeBefore(
  timeline: Timeline,
  steps: number,
  startSeq: number,
): { seq: number; split?: { source: string; keep: number; stamp: number } } {
  let left = steps;
  let seq = timeline.head;
  for (; seq >= Math.max(startSeq, timeline.tail) && left > 0; seq--) {
    const entry = timeline.at(seq);
    if (!entry) break;
    const here = entry.kind === 'batch' ? entry.count : entry.kind === 'end' ? 1 : 0;
    if (here > left)
      return { seq: seq - 1, split: { source: entry.source, keep: here - left, stamp: entry.stamp } };
    left -= here;
  }
  return { seq };
}
