import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectionSource } from '../../../runtime/src/connectors/collection-source.ts';
import { fileSource } from '../../../runtime/src/connectors/file-source.ts';
import { generatorSource } from '../../../runtime/src/connectors/generator-source.ts';
import { replay } from '../../../runtime/src/connectors/replay-source.ts';
import { json } from '../../../runtime/src/formats/json-format.ts';
import { holds } from '../property.ts';
import { readBatches, readValues, stored } from './read-source.ts';

interface Arrival {
  readonly at: number;
  readonly id: number;
}

function arrivals(...times: number[]) {
  return collectionSource(times.map((at, id): Arrival => ({ at, id })));
}

test('records come in ticks of 50 ms of the replay, at the pace in which they arrived', async () => {
  const source = replay(arrivals(1000, 1400, 1499, 1500, 9990, 10_000), { speed: 10, timestamp: 'at' });
  const clock = { now: 77_000, advance: (at: number) => at };
  const times: number[] = [];
  const batches = await readBatches(source, {
    clock: {
      get now() {
        return clock.now;
      },
      set now(value) {
        clock.now = value;
        times.push(value);
      },
      advance: (at) => at,
    },
  });
  // A tick is 500 ms of source time.
  expect(batches.map(({ values }) => values.map(({ id }) => id))).toEqual([[0, 1, 2], [3], [4], [5]]);
  expect([...new Set(times)].slice(-3)).toEqual([77_050, 77_850, 77_900]);
});

test('records are sorted by arrival; those of one time keep their order', async () => {
  const source = replay(arrivals(30, 10, 20, 10), { speed: 'max', timestamp: (value) => new Date(value.at) });
  expect((await readValues(source)).map(({ id }) => id)).toEqual([1, 3, 2, 0]);
});

test("times may be ISO dates; with speed 'max' there is no pace", async () => {
  const source = replay(collectionSource([{ t: '2024-01-01T00:00:01Z' }, { t: '2024-01-01T00:00:00Z' }]), {
    speed: 'max',
    timestamp: 't',
  });
  const clock = { now: 5, advance: (at: number) => at };
  expect((await readValues(source, { clock })).map(({ t }) => t.slice(17, 19))).toEqual(['00', '01']);
  expect(clock.now).toBe(5);
});

test('whatever the clock, the batches are the same, and so are those after a restart at any position', async () => {
  const times = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 60 });
  const jumps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 });
  await holds(
    fc.tuple(times, fc.constantFrom(0.5, 1, 3.7, 100), jumps, fc.integer({ min: 1, max: 80 })),
    async ([at, speed, late, max]) => {
      const source = replay(arrivals(...at), { speed, timestamp: 'at' });
      const undisturbed = await readBatches(source, { max });
      let turn = 0;
      const clock = { now: 1e12, advance: (ready: number) => ready + (late[turn++ % late.length] ?? 0) };
      expect(await readBatches(source, { max, clock })).toEqual(undisturbed);
      for (let i = 0; i < undisturbed.length; i++) {
        const position = stored(undisturbed[i]?.position);
        const later = { now: 2e12, advance: clock.advance };
        expect(await readBatches(source, { max, position, clock: later })).toEqual(undisturbed.slice(i + 1));
      }
    },
    60,
  );
});

test('a clock that stood still for long is caught up with in the same ticks', async () => {
  const source = replay(arrivals(0, 60, 120, 180), { speed: 1, timestamp: 'at' });
  const reader = source.createReader({ paced: true, now: 0, onReady: () => undefined });
  const sizes: unknown[] = [];
  for (const now of [0, 0, 10_000, 10_000, 10_000, 10_000]) {
    const result = reader.poll(1024, now);
    sizes.push(typeof result === 'string' ? result : result.values.length);
  }
  expect(sizes).toEqual([1, 'wait', 1, 1, 1, 'end']);
});

test('a source too long to be held is read on as it is replayed, from any position', async () => {
  const count = 230_000;
  const source = replay(
    generatorSource((id): Arrival => ({ at: Math.floor(id / 3), id }), {
      count,
      rate: 10,
      timestamp: ({ at }) => at,
    }),
    { speed: 4, timestamp: 'at' },
  );
  const batches = await readBatches(source);
  const all = batches.flatMap(({ values }) => values);
  expect(all).toHaveLength(count);
  expect(all.every(({ id }, i) => id === i)).toBe(true);
  expect(batches.every(({ timestamps, values }) => timestamps?.length === values.length)).toBe(true);
  for (const i of [0, 200, batches.length - 2]) {
    const rest = await readBatches(source, { position: stored(batches[i]?.position) });
    expect(rest.map(({ values }) => values.map(({ id }) => id))).toEqual(
      batches.slice(i + 1).map(({ values }) => values.map(({ id }) => id)),
    );
  }
});

test('what is too long to be sorted and out of order is an error that names the record', async () => {
  const source = replay(
    generatorSource((id) => ({ at: id === 210_000 ? 0 : id }), { count: 220_000 }),
    {
      speed: 'max',
      timestamp: 'at',
    },
  );
  await expect(readValues(source)).rejects.toMatchObject({
    code: 'replay-out-of-order',
    details: { index: 210_000 },
  });
});

test('a record without a time is an error that shows it', async () => {
  const source = replay(collectionSource([{ at: 1 }, { at: undefined, name: 'x' }]), {
    speed: 1,
    timestamp: (value) => value.at as number,
  });
  await expect(readValues(source)).rejects.toMatchObject({
    code: 'replay-timestamp-invalid',
    details: { index: 1 },
    message: expect.stringContaining('"name":"x"'),
  });
});

test('what has no end, a speed of 0 and no timestamp are refused when the cell runs', () => {
  expect(() =>
    replay(
      generatorSource((i) => ({ i })),
      { speed: 1, timestamp: 'i' },
    ),
  ).toThrow(expect.objectContaining({ code: 'replay-unbounded' }));
  expect(() => replay(arrivals(1), { speed: 0, timestamp: 'at' })).toThrow(/speed/);
  expect(() => replay(arrivals(1), { speed: 1 } as never)).toThrow(/timestamp/);
  expect(() =>
    replay(fileSource('no-such-file.json'), { speed: 1, timestamp: () => 1 }).validate?.(),
  ).toThrow(/no file/);
});

test('real input: a week of earthquakes in the order in which they became known', async () => {
  interface Quake {
    readonly properties: { readonly time: number; readonly updated: number };
  }
  const file = fileSource<Quake>('node_modules/vega-datasets/data/earthquakes.json', {
    format: json({ at: 'features' }),
  });
  const source = replay(file, { speed: 3600, timestamp: (quake) => quake.properties.updated });
  const batches = await readBatches(source);
  const updated = batches.flatMap(({ values }) => values).map(({ properties }) => properties.updated);
  expect(updated).toHaveLength(1707);
  expect(updated).toEqual([...updated].sort((a, b) => a - b));
  const clock = { now: 0, advance: (at: number) => at };
  expect(await readBatches(source, { clock })).toEqual(batches);
  // A week at an hour a second.
  expect(clock.now / 1000).toBeCloseTo(((updated.at(-1) ?? 0) - (updated[0] ?? 0)) / 3_600_000, -1);
});
