import type { Engine, Errand } from './engine.ts';
import { afterRealTime } from './slice-loop.ts';

/** How far to step: so many records, until event time moves somewhere, or so many records of one source. */
export type StepGoal =
  | { readonly kind: 'steps'; readonly steps: number }
  | { readonly kind: 'watermark' }
  | { readonly kind: 'records'; readonly source: string; readonly count: number };

/** What a step has done. */
export interface Stepped {
  /** Records that went through. */
  readonly records: number;
  /** True if every source has ended. */
  readonly ended: boolean;
  /** True if it gave up waiting for a source, or was called off. */
  readonly waiting: boolean;
}

/**
 * Takes an engine that is paused on by single records. Each goes through every lane, with the watermark that follows it,
 * before the next is read; so `n` steps at once are `n` times one step.
 * @param patience real ms to wait for a source that has nothing
 */
export function stepEngine(engine: Engine, goal: StepGoal, patience: number): Promise<Stepped> {
  const eventTimes = new Map([...engine.runners].map((runner) => [runner, runner.lane.eventTime]));
  let records = 0;
  let steps = 0;
  let ended = false;

  const reached = (): boolean => {
    if (ended) return true;
    if (goal.kind === 'steps') return steps >= goal.steps;
    if (goal.kind === 'records') return records >= goal.count;
    return [...eventTimes].some(([runner, before]) => runner.lane.eventTime > before);
  };
  /** False if nothing is there to be read now. */
  const readOn = (): boolean => {
    const most = goal.kind === 'records' ? goal.count - records : 1;
    const entry = engine.readNext(most, goal.kind === 'records' ? goal.source : undefined);
    if (entry === 'wait') return false;
    if (entry === 'ended') {
      ended = true;
      return true;
    }
    records += entry.count;
    // The end of a source is a step of its own: there is something to see.
    if (entry.kind === 'batch' || entry.kind === 'end') steps += 1;
    return true;
  };

  return new Promise((resolve) => {
    const errand: Errand = {
      slice: (expired) => {
        // Bounded by the clock on the wall, but at least one entry goes through.
        do {
          const moved = engine.stepLanes(expired);
          if (moved || expired()) continue;
          // Lanes that wait for the world outside, or for a file, will say when to go on.
          if (!engine.settled) return false;
          if (reached()) {
            engine.endErrand();
            return false;
          }
          if (!readOn()) return false;
        } while (!expired());
        return true;
      },
      end: () => {
        giveUp();
        for (const runner of engine.runners) runner.reportProgress();
        resolve({ records, ended, waiting: !reached() });
      },
    };
    const giveUp = afterRealTime(patience, () => engine.endErrand());
    engine.startErrand(errand);
  });
}
