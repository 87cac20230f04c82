import { unsupported } from '../errors.ts';
import { AlignedWindowOperator } from '../operators/aligned-window-operator.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { Operator } from '../operators/operator.ts';
import {
  AggregatedContents,
  EvictedContents,
  ListedContents,
  type WindowContents,
} from '../operators/window-contents.ts';
import { FunctionSource } from '../operators/function-source.ts';
import { WindowEmitter, type AnyWindowFunction } from '../operators/window-emitter.ts';
import { SessionWindowOperator } from '../operators/session-window-operator.ts';
import { WindowOperator } from '../operators/window-operator.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import { EventTimeTrigger } from '../windows/event-time-trigger.ts';
import type { Evictor } from '../windows/evictor.ts';
import { EventTimeSessionWindows } from '../windows/session-windows.ts';
import { SlidingEventTimeWindows } from '../windows/sliding-windows.ts';
import type { Trigger } from '../windows/trigger.ts';
import { TumblingEventTimeWindows } from '../windows/tumbling-windows.ts';
import { MergingWindowAssigner, type WindowAssigner } from '../windows/window-assigner.ts';
import { badArgument } from '../errors.ts';

/** Everything that is said of windows between `window(…)` and their function. */
export interface WindowSettings {
  readonly assigner: WindowAssigner;
  readonly trigger?: Trigger;
  readonly evictor?: Evictor;
  /** ms */
  readonly allowedLateness?: number;
  readonly lateTag?: string;
}

/** What is done with a window's records. */
export interface WindowComputation {
  readonly aggregate?: AggregateFunction<unknown, unknown, unknown>;
  readonly windowFunction?: AnyWindowFunction;
}

/**
 * Checks what Flink checks when a job is built.
 * @throws {TidemarkError} `unsupported`, `bad-argument`
 */
export function checkWindow(
  { assigner, trigger, evictor, allowedLateness }: WindowSettings,
  aggregate?: AggregateFunction<unknown, unknown, unknown>,
): void {
  if (allowedLateness !== undefined && allowedLateness < 0) {
    throw badArgument(
      'allowedLateness',
      allowedLateness,
      'It must not be negative.',
      "Give a duration such as '1 min'.",
    );
  }
  if (!(assigner instanceof MergingWindowAssigner)) return;
  if (evictor !== undefined) {
    throw unsupported(
      'An evictor with windows that merge',
      'elements that were evicted cannot be merged.',
      'Leave the evictor out, or use tumbling or sliding windows.',
    );
  }
  if (trigger !== undefined && !trigger.canMerge()) {
    throw unsupported(
      `${trigger.constructor.name} with windows that merge`,
      'the trigger does not say how its state merges.',
      'Use another trigger, or override canMerge and onMerge.',
    );
  }
  if (aggregate !== undefined && aggregate.merge === undefined) {
    throw unsupported(
      'This aggregate with windows that merge',
      'it has no merge function.',
      'Add merge: (a, b) => … to the aggregate function.',
    );
  }
}

/** Size, slide and offset (ms) of windows that lie on a grid and fire at their end, so that keys can share panes. */
export function alignedWindows({
  assigner,
  trigger,
  evictor,
}: WindowSettings): { readonly size: number; readonly slide: number; readonly offset: number } | undefined {
  if (evictor !== undefined || !isPlain(trigger)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(assigner);
  if (prototype === TumblingEventTimeWindows.prototype) {
    const { size, offset } = assigner as TumblingEventTimeWindows;
    return { size, slide: size, offset };
  }
  if (prototype === SlidingEventTimeWindows.prototype) {
    const { size, slide, offset } = assigner as SlidingEventTimeWindows;
    return { size, slide, offset };
  }
  return undefined;
}

/** True if windows fire once the watermark has passed their end, and that is all. */
function isPlain(trigger: Trigger | undefined): boolean {
  return trigger === undefined || Object.getPrototypeOf(trigger) === EventTimeTrigger.prototype;
}

/** True if sessions fire once and are gone, so that nothing but their contents has to be kept. */
function areSimpleSessions({ assigner, trigger, evictor, allowedLateness }: WindowSettings): boolean {
  const prototype: unknown = Object.getPrototypeOf(assigner);
  return (
    prototype === EventTimeSessionWindows.prototype &&
    evictor === undefined &&
    isPlain(trigger) &&
    (allowedLateness ?? 0) === 0
  );
}

/** How to make running copies of the operator: by panes where windows are aligned and aggregated, else the general one. */
export function windowOperators(
  keySelector: KeySelector,
  settings: WindowSettings,
  computation: WindowComputation,
): () => Operator {
  const { windowFunction } = computation;
  const isObject = windowFunction !== undefined && typeof windowFunction !== 'function';
  const instances = isObject ? new FunctionSource(windowFunction) : undefined;
  return () =>
    createWindowOperator(
      keySelector,
      settings,
      computation.aggregate,
      new WindowEmitter(windowFunction, {
        instances,
        merging: settings.assigner instanceof MergingWindowAssigner,
        keyless: !keySelector.keyed,
      }),
    );
}

function createWindowOperator(
  keySelector: KeySelector,
  settings: WindowSettings,
  aggregate: AggregateFunction<unknown, unknown, unknown> | undefined,
  emitter: WindowEmitter,
): Operator {
  const { assigner, trigger, evictor, lateTag } = settings;
  const allowedLateness = settings.allowedLateness ?? 0;
  const common = { keySelector, emitter, allowedLateness, lateTag };
  const aligned = aggregate === undefined ? undefined : alignedWindows(settings);
  if (aligned !== undefined)
    return new AlignedWindowOperator({ ...common, ...aligned, aggregate: aggregate! });
  if (aggregate !== undefined && areSimpleSessions(settings)) {
    const sessions = assigner as unknown as EventTimeSessionWindows;
    return new SessionWindowOperator({ keySelector, emitter, lateTag, aggregate, assigner: sessions });
  }
  const contents: WindowContents =
    evictor !== undefined
      ? new EvictedContents(evictor, aggregate)
      : aggregate !== undefined
        ? new AggregatedContents(aggregate)
        : new ListedContents();
  return new WindowOperator({
    ...common,
    assigner,
    trigger: trigger ?? assigner.getDefaultTrigger(),
    contents,
  });
}
