import { describe, expect, it } from 'vitest';
import type { PollResult, Source, SourceReaderContext } from '../../../runtime/src/connectors/source.ts';
import { SourceLog } from '../../../runtime/src/engine/source-log.ts';
import { RangeReader } from '../../../runtime/src/engine/range-reader.ts';
import { Timeline } from '../../../runtime/src/engine/timeline.ts';

/** The numbers below `end`, in batches of at most `chunk`; positions are the next number. */
function numbers(
  end: number,
  options: { rereadable: boolean; chunk?: number },
): Source<unknown> & { opened: SourceReaderContext[] } {
  const opened: SourceReaderContext[] = [];
  return {
    kind: 'numbers',
    parameters: { end },
    boundedness: 'bounded',
    rereadable: options.rereadable,
    opened,
    createReader: (context) => {
      opened.push(context);
      let next = (context.position as number | undefined) ?? 0;
      return {
        poll: (max): PollResult<unknown> => {
          if (next === end) return 'end';
          const count = Math.min(max, options.chunk ?? 3, end - next);
          const values = Array.from({ length: count }, (_, i) => next + i);
          next += count;
          return { values, position: next };
        },
        close: () => undefined,
      };
    },
  };
}

const clock = { now: () => 1_000 };
const values = (entries: readonly { batch?: { values: readonly unknown[] } }[]) =>
  entries.flatMap((entry) => entry.batch?.values ?? []);

function readAll(log: SourceLog) {
  const entries = [];
  while (!log.ended) entries.push(log.read()!);
  return entries;
}

describe('source log', () => {
  it('appends every record once, then the end', () => {
    const timeline = new Timeline();
    const entries = readAll(
      new SourceLog('n', numbers(8, { rereadable: true }), timeline, clock, () => undefined),
    );
    expect(values(entries)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(entries.map((entry) => entry.kind)).toEqual(['batch', 'batch', 'batch', 'end']);
    expect(entries.every((entry) => entry.stamp === 1_000)).toBe(true);
  });

  it('goes on where the timeline ends', () => {
    const timeline = new Timeline();
    const first = new SourceLog('n', numbers(8, { rereadable: true }), timeline, clock, () => undefined);
    first.read();
    const second = new SourceLog('n', numbers(8, { rereadable: true }), timeline, clock, () => undefined);
    expect(values(readAll(second))).toEqual([3, 4, 5, 6, 7]);
  });

  it('reads again from the cut after a rewind, a source that cannot from what was recorded', () => {
    for (const rereadable of [true, false]) {
      const timeline = new Timeline();
      const source = numbers(8, { rereadable });
      const log = new SourceLog('n', source, timeline, clock, () => undefined);
      log.read();
      log.read();
      log.rewind(timeline.truncateAfter(1));
      expect(values(readAll(log))).toEqual([3, 4, 5, 6, 7]);
      expect(source.opened.length).toBe(rereadable ? 2 : 1);
    }
  });

  it('hands a recorded range over again, however the source cuts it', () => {
    const timeline = new Timeline();
    const entries = readAll(
      new SourceLog('n', numbers(10, { rereadable: true, chunk: 4 }), timeline, clock, () => undefined),
    );
    const source = numbers(10, { rereadable: true, chunk: 3 });
    const reader = new RangeReader(source, () => undefined);
    const again = entries.filter((entry) => entry.kind === 'batch').map((entry) => reader.read(entry, 0));
    expect(again.map((batch) => (batch === 'wait' ? [] : batch.values))).toEqual(
      entries.slice(0, -1).map((entry) => entry.batch?.values),
    );
    expect(source.opened.map((context) => context.paced)).toEqual([false]);
  });

  it('says so when the source no longer holds what was recorded', () => {
    const timeline = new Timeline();
    const [entry] = readAll(
      new SourceLog('n', numbers(10, { rereadable: true, chunk: 4 }), timeline, clock, () => undefined),
    );
    const reader = new RangeReader(numbers(2, { rereadable: true }), () => undefined);
    expect(() => reader.read(entry!, 0)).toThrow(
      expect.objectContaining({ code: 'recording-mismatch' }) as Error,
    );
  });
});
