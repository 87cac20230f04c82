import type { Source, SourceBatch, SourcePosition } from '../../../runtime/src/connectors/source.ts';

export interface ReadOptions {
  readonly position?: SourcePosition;
  /** How many records are asked for at once. */
  readonly max?: number;
  /** Reads on this clock, which goes on by itself to when the source is ready. */
  readonly clock?: { now: number; readonly advance: (readyAt: number) => number };
  /** Stop after so many records. */
  readonly limit?: number;
}

/** Reads a source to its end, waiting for it when it says so, and gives the batches. */
export async function readBatches<T>(
  source: Source<T>,
  options: ReadOptions = {},
): Promise<SourceBatch<T>[]> {
  const { position, max = 1024, clock, limit = Infinity } = options;
  let ready = Promise.withResolvers<void>();
  const reader = source.createReader({
    position,
    paced: clock !== undefined,
    now: clock?.now ?? 0,
    onReady: () => ready.resolve(),
  });
  const batches: SourceBatch<T>[] = [];
  let count = 0;
  try {
    while (count < limit) {
      const result = reader.poll(max, clock?.now ?? 0);
      if (result === 'end') break;
      if (result === 'wait') {
        // Without a clock, as when a recorded range is read again, a source has to tell.
        const at = clock === undefined ? undefined : reader.readyAt?.();
        if (at === undefined) await ready.promise;
        else if (clock !== undefined) clock.now = Math.max(clock.now, clock.advance(at));
        ready = Promise.withResolvers<void>();
      } else {
        const { values, timestamps, position } = result;
        batches.push(timestamps === undefined ? { values, position } : { values, timestamps, position });
        count += values.length;
      }
    }
  } finally {
    reader.close();
  }
  return batches;
}

export async function readValues<T>(source: Source<T>, options: ReadOptions = {}): Promise<T[]> {
  return (await readBatches(source, options)).flatMap((batch) => batch.values);
}

/** A position as it comes back from a store. */
export function stored(position: SourcePosition): SourcePosition {
  return structuredClone(JSON.parse(JSON.stringify(position)) as unknown);
}
