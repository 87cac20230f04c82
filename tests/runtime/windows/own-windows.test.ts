import { describe, expect, test } from 'vitest';
import {
  EventTimeTrigger,
  MergingWindowAssigner,
  registerType,
  TimeWindow,
  WindowAssigner,
  type MergeCallback,
  type WindowSerializer,
} from 'tidemark';
import { element, snapshot, testJob, watermark, type TestStep } from 'tidemark/testing';

interface Visit {
  readonly shop: string;
  readonly n: number;
}

/** Opening hours of a shop: they end half a second before the next. */
class Hours extends TimeWindow {
  readonly shop: string;
  constructor(start: number, end: number, shop: string) {
    super(start, end);
    this.shop = shop;
  }
  override maxTimestamp() {
    return this.end - 501;
  }
}

const serializer: WindowSerializer<Hours, readonly [number, number, string]> = {
  encode: ({ start, end, shop }) => [start, end, shop],
  decode: ([start, end, shop]) => new Hours(start, end, shop),
};

class ShopHours extends WindowAssigner<Visit, Hours> {
  assignWindows({ shop }: Visit, timestamp: number) {
    const start = Math.floor(timestamp / 1000) * 1000;
    return [new Hours(start, start + 1000, shop)];
  }
  getDefaultTrigger() {
    return EventTimeTrigger.create();
  }
  isEventTime() {
    return true;
  }
}

class WrittenShopHours extends ShopHours {
  override getWindowSerializer() {
    return serializer;
  }
}

/** Shifts that become one when they overlap. */
class Shift extends Hours {}
class Shifts extends MergingWindowAssigner<Visit, Shift> {
  assignWindows({ shop }: Visit, timestamp: number) {
    return [new Shift(timestamp, timestamp + 1000, shop)];
  }
  mergeWindows(windows: readonly Shift[], merge: MergeCallback<Shift>) {
    const of = Map.groupBy(windows, ({ shop }) => shop);
    for (const [shop, shifts] of of) {
      if (shifts.length < 2) continue;
      const start = Math.min(...shifts.map((shift) => shift.start));
      merge(shifts, new Shift(start, Math.max(...shifts.map(({ end }) => end)), shop));
    }
  }
  getDefaultTrigger() {
    return EventTimeTrigger.create();
  }
  isEventTime() {
    return true;
  }
  override getWindowSerializer(): WindowSerializer<Shift, readonly [number, number, string]> {
    return { ...serializer, decode: ([start, end, shop]) => new Shift(start, end, shop) };
  }
}

const visit = (shop: string, n: number, time: number) => element<Visit>({ shop, n }, time);
const STEPS: readonly TestStep<Visit>[] = [
  visit('baker', 1, 100),
  visit('grocer', 2, 200),
  visit('baker', 4, 300),
  watermark(498),
  watermark(499),
  visit('baker', 8, 450),
  watermark(2000),
];

const run = <W extends Hours>(assigner: WindowAssigner<Visit, W>, snapshotEveryStep: boolean) =>
  testJob(
    STEPS,
    (visits) =>
      visits
        .windowAll(assigner)
        .process(({ window }, all) => [
          `${window.constructor.name} of ${window.shop} to ${window.maxTimestamp()}: ${all.reduce((sum, { n }) => sum + n, 0)}`,
        ]),
    { snapshotEveryStep, end: true },
  );
const perStep = ({ steps }: Awaited<ReturnType<typeof run>>) =>
  steps.map(({ records }) => records.map(({ value }) => value));

describe.each([false, true])('windows of a class of the user, snapshots: %s', (snapshotEveryStep) => {
  test('are what they were, and differ by what they hold', async () => {
    const result = await run(new WrittenShopHours(), snapshotEveryStep);
    expect(perStep(result)).toEqual([
      [], [], [], [],
      ['Hours of baker to 499: 5', 'Hours of grocer to 499: 2'],
      [], [], [],
    ]); // prettier-ignore
    expect(result.lateRecords).toBe(1);
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  });

  test('merge', async () => {
    const result = await run(new Shifts(), snapshotEveryStep);
    expect(perStep(result).flat()).toEqual(['Shift of grocer to 699: 2', 'Shift of baker to 949: 13']);
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  });
});

test('a window of which nobody says how it is written fails at the first record, with what to write', async () => {
  await expect(run(new ShopHours(), false)).rejects.toMatchObject({
    cause: {
      code: 'not-storable',
      message: expect.stringMatching(/ShopHours.*registerType\(Hours/) as string,
    },
  });
});

test('a class that is registered needs no serializer', async () => {
  class Registered extends Hours {}
  class RegisteredHours extends ShopHours {
    override assignWindows(value: Visit, timestamp: number) {
      return super
        .assignWindows(value, timestamp)
        .map(({ start, end, shop }) => new Registered(start, end, shop));
    }
  }
  registerType(Registered, {
    encode: ({ start, end, shop }) => [start, end, shop] as const,
    decode: ([start, end, shop]) => new Registered(start, end, shop),
  });
  const result = await run(new RegisteredHours(), true);
  expect(perStep(result)[4]).toEqual(['Registered of baker to 499: 5', 'Registered of grocer to 499: 2']);
});

test('a window that was written by a serializer which is there no more fails with what to bring back', async () => {
  const assigners = [new WrittenShopHours(), new ShopHours()];
  const steps = [visit('baker', 1, 100), snapshot(), watermark(2000)];
  const running = testJob(steps, (visits) =>
    visits.windowAll(assigners.shift()!).process((_context, all) => [all.length]),
  );
  await expect(running).rejects.toMatchObject({
    code: 'window-not-read',
    details: { assigner: 'ShopHours', start: 0, end: 1000 },
  });
});
