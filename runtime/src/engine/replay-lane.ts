import { LaneRunner, type LaneRunnerOptions } from './lane-runner.ts';
import { afterRealTime, SliceLoop } from './slice-loop.ts';
import type { ViewObserver } from './view.ts';

export type ReplayOptions = Omit<LaneRunnerOptions, 'openView' | 'onReady' | 'until'>;

/**
 * Runs a lane of its own over the recording up to an entry, beside all others and while they are paused, too. Whoever asked
 * for it cancels it.
 */
export function replayLane(
  options: ReplayOptions,
  until: number,
  observer: ViewObserver,
): Promise<LaneRunner> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      loop.stop();
      stopWaiting();
      if (runner.status === 'failed') reject(runner.error ?? new Error('the replay failed'));
      else resolve(runner);
    };
    const runner: LaneRunner = new LaneRunner({
      ...options,
      until,
      openView: () => observer,
      onReady: () => loop.wake(),
    });
    const loop = new SliceLoop({
      slice: (expired) => {
        while (!expired()) {
          if (runner.hasMail) runner.processMail();
          if (runner.step()) continue;
          if (!runner.active || (runner.cursor >= until && runner.lane.inFlight === 0)) {
            end();
            return false;
          }
          runner.advanceTo(options.clock.now());
          return false;
        }
        return true;
      },
      // Requests to the world outside may time out.
      sleepFor: () => (runner.blocked ? 5 : undefined),
    });
    runner.start();
    // Not within the caller's turn.
    const stopWaiting = afterRealTime(0, () => loop.start());
  });
}
