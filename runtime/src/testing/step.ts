/** A record for a job under test. */
export interface ElementStep<T> {
  /** Tells it from other steps. */
  readonly kind: 'element';
  /** The record. */
  readonly value: T;
  /** Its event time in epoch ms; `undefined` if it has none. */
  readonly timestamp: number | undefined;
  /** The input it goes to, if there are several. */
  readonly input?: string;
}

/** Anything else that is done to a job under test. */
export type ControlStep =
  | { readonly kind: 'watermark'; readonly timestamp: number; readonly input?: string }
  | { readonly kind: 'idle' | 'active'; readonly input?: string }
  | { readonly kind: 'processing-time'; readonly time: number; readonly input?: undefined }
  | { readonly kind: 'snapshot' | 'end'; readonly input?: undefined };

/** Anything that is done to a job under test. */
export type TestStep<T> = ElementStep<T> | ControlStep;

/**
 * A record, with its event time in epoch ms if it has one.
 * @example
 * const result = await testJob([element('a', 1_000), element('b')], (letters) => letters);
 * result.records; // → [{ value: 'a', timestamp: 1000 }, { value: 'b', timestamp: undefined }]
 */
export function element<T>(value: T, timestamp?: number): ElementStep<T> {
  return { kind: 'element', value, timestamp };
}

/**
 * A watermark (epoch ms), fed as it is.
 * @example
 * const result = await testJob([element('a', 1_000), watermark(4_999)], (letters) =>
 *   letters.windowAll(TumblingEventTimeWindows.of('5 s')).sum(() => 1),
 * );
 * result.steps.map(({ records }) => records.length); // → [0, 1]
 */
export function watermark(timestamp: number): ControlStep {
  return { kind: 'watermark', timestamp };
}

/**
 * Sets the manual clock (epoch ms); it starts at 0 and never goes back.
 * @example
 * const result = await testJob([element(7), processingTime(5_000)], (numbers) =>
 *   numbers.windowAll(TumblingProcessingTimeWindows.of('5 s')).sum(0),
 * );
 * result.records; // → [{ value: 7, timestamp: 4999 }]
 */
export function processingTime(time: number): ControlStep {
  return { kind: 'processing-time', time };
}

/**
 * The source says that it has nothing for now, and holds nobody back.
 * @example
 * const result = await testJob(
 *   [on('left', idle()), on('right', watermark(5_000))],
 *   ({ left, right }) => left.union(right),
 *   { inputs: ['left', 'right'] },
 * );
 * result.steps[1]!.watermark; // → 5000
 */
export function idle(): ControlStep {
  return { kind: 'idle' };
}

/**
 * The source counts again.
 * @example
 * const result = await testJob([idle(), active()], (input) => input);
 * result.steps.map((step) => step.idle); // → [true, false]
 */
export function active(): ControlStep {
  return { kind: 'active' };
}

/**
 * Takes a snapshot of the whole job, throws the job away and goes on in a new one.
 * @example
 * const result = await testJob([element(1), snapshot(), element(2)], (numbers) =>
 *   numbers.keyBy(() => 'all').sum(0),
 * );
 * result.records.map(({ value }) => value); // → [1, 3]
 */
export function snapshot(): ControlStep {
  return { kind: 'snapshot' };
}

/**
 * Addresses a step to one of several inputs.
 * @example
 * const result = await testJob(
 *   [on('left', element('a')), on('right', element('b'))],
 *   ({ left, right }) => left.union(right.map((letter) => letter.toUpperCase())),
 *   { inputs: ['left', 'right'] },
 * );
 * result.records.map(({ value }) => value); // → ['a', 'B']
 */
export function on<T>(input: string, step: ElementStep<T>): ElementStep<T>;
export function on(input: string, step: ControlStep): ControlStep;
export function on<T>(input: string, step: TestStep<T>): TestStep<T> {
  return { ...step, input } as TestStep<T>;
}
