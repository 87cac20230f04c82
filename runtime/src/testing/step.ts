/** A record for a job under test. */
export interface ElementStep<T> {
  readonly kind: 'element';
  readonly value: T;
  readonly timestamp: number | undefined;
  readonly input?: string;
}

/** Anything else that is done to a job under test. */
export type ControlStep =
  | { readonly kind: 'watermark'; readonly timestamp: number; readonly input?: string }
  | { readonly kind: 'idle' | 'active'; readonly input?: string }
  | { readonly kind: 'processing-time'; readonly time: number; readonly input?: undefined }
  | { readonly kind: 'snapshot' | 'end'; readonly input?: undefined };

export type TestStep<T> = ElementStep<T> | ControlStep;

/** A record, with its event time in epoch ms if it has one. */
export function element<T>(value: T, timestamp?: number): ElementStep<T> {
  return { kind: 'element', value, timestamp };
}

/** A watermark, fed as it is. */
export function watermark(timestamp: number): ControlStep {
  return { kind: 'watermark', timestamp };
}

/** Sets the manual clock (epoch ms); it starts at 0 and never goes back. */
export function processingTime(time: number): ControlStep {
  return { kind: 'processing-time', time };
}

/** The source says that it has nothing for now, and holds nobody back. */
export function idle(): ControlStep {
  return { kind: 'idle' };
}

/** The source counts again. */
export function active(): ControlStep {
  return { kind: 'active' };
}

/** Takes a snapshot of the whole job, throws the job away and goes on in a new one. */
export function snapshot(): ControlStep {
  return { kind: 'snapshot' };
}

/** Addresses a step to one of several inputs. */
export function on<T>(input: string, step: ElementStep<T>): ElementStep<T>;
export function on(input: string, step: ControlStep): ControlStep;
export function on<T>(input: string, step: TestStep<T>): TestStep<T> {
  return { ...step, input } as TestStep<T>;
}
