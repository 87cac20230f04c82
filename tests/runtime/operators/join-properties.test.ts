import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  EventTimeSessionWindows,
  OutputTag,
  type DataStream,
  type TaggedUnion,
  type TimeWindow,
  type WindowAssigner,
} from 'tidemark';
import { element, on, testJob, watermark, type TestStep } from 'tidemark/testing';
import { holds } from '../property.ts';

/** A record: its number is its identity. */
interface Item {
  readonly key: string | readonly [string, number];
  readonly n: number;
  readonly time: number;
}

interface Arrival {
  readonly left: boolean;
  readonly item: Item;
}

/** Something that happens on one of two inputs. */
type Event = Arrival | { readonly left: boolean; readonly watermark: number };

/** How often each of the three is tried in `npm test`: 501 runs together. */
const RUNS = 167;

const key = fc.oneof(fc.constantFrom('a', 'b'), fc.constantFrom(['a', 1] as const, ['a', 2] as const));
const events: fc.Arbitrary<readonly Event[]> = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ left: fc.boolean(), key, time: fc.integer({ min: -3, max: 15 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ left: fc.boolean(), watermark: fc.integer({ min: -4, max: 12 }) }),
      },
    ),
    // Left to itself it draws short lists, in which little meets.
    { maxLength: 50, size: 'max' },
  )
  .map((drawn) =>
    drawn.map((event, n): Event => {
      if ('watermark' in event) return event;
      return { left: event.left, item: { key: event.key, n, time: event.time } };
    }),
  );

const inputOf = ({ left }: Event) => (left ? 'left' : 'right');
const stepOf = (event: Event): TestStep<Item> =>
  'item' in event
    ? on(inputOf(event), element(event.item, event.item.time))
    : on(inputOf(event), watermark(event.watermark));

/** Records in the order of their arrival, each with the watermark that had passed both inputs by then. */
function arrivals(history: readonly Event[]): readonly (Arrival & { readonly passed: number })[] {
  const highest = { left: -Infinity, right: -Infinity };
  return history.flatMap((event) => {
    if ('item' in event) return [{ ...event, passed: Math.min(highest.left, highest.right) }];
    highest[inputOf(event)] = Math.max(highest[inputOf(event)], event.watermark);
    return [];
  });
}

const isLate = ({ item, passed }: Arrival & { readonly passed: number }) => item.time < passed;
const sameKey = (a: Item, b: Item) => JSON.stringify(a.key) === JSON.stringify(b.key);
const pairOf = (a: Item, b: Item) => `${a.n}+${b.n}`;
const run = (
  history: readonly Event[],
  snapshotEveryStep: boolean,
  build: (left: DataStream<Item>, right: DataStream<Item>) => DataStream<string>,
) =>
  testJob(history.map(stepOf), ({ left, right }) => build(left!, right!), {
    inputs: ['left', 'right'],
    snapshotEveryStep,
    end: true,
  });

test('an interval join makes the pairs of two nested loops', async () => {
  const bound = fc.integer({ min: -5, max: 5 });
  const cases = fc.record({
    history: events,
    bounds: fc.tuple(bound, bound).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    excludesLower: fc.boolean(),
    excludesUpper: fc.boolean(),
    snapshotEveryStep: fc.boolean(),
  });
  await holds(
    cases,
    async ({ history, bounds, excludesLower, excludesUpper, snapshotEveryStep }) => {
      const [lower, upper] = bounds;
      const all = arrivals(history);
      const expected: string[] = [];
      const [from, to] = [lower + (excludesLower ? 1 : 0), upper - (excludesUpper ? 1 : 0)];
      all.forEach((second, at) => {
        for (const first of all.slice(0, at)) {
          if (first.left === second.left || !sameKey(first.item, second.item)) continue;
          if (isLate(first) || isLate(second)) continue;
          const [{ item: left }, { item: right }] = first.left ? [first, second] : [second, first];
          const apart = right.time - left.time;
          // A watermark after the first record has come may have ruled out that a second one is to come for it.
          const kept = Math.max(0, first.left ? to : -from);
          const gone = second.passed > first.passed && first.item.time + kept <= second.passed;
          if (apart < from || apart > to || gone) continue;
          expected.push(`${pairOf(left, right)}@${Math.max(left.time, right.time)}`);
        }
      });
      const late = all.filter(isLate);
      const result = await run(history, snapshotEveryStep, (left, right) => {
        const join = left
          .keyBy('key')
          .intervalJoin(right.keyBy(({ key }) => key))
          .between(lower, upper)
          .sideOutputLeftLateData(new OutputTag<Item>('late'))
          .sideOutputRightLateData(new OutputTag<Item>('late'));
        if (excludesLower) join.lowerBoundExclusive();
        if (excludesUpper) join.upperBoundExclusive();
        return join.process((a, b) => [pairOf(a, b)]);
      });
      expect(result.records.map(({ value, timestamp }) => `${value}@${timestamp}`).sort()).toEqual(
        expected.sort(),
      );
      expect(result.sideOutput<Item>('late').map(({ value }) => value.n)).toEqual(
        late.map(({ item }) => item.n),
      );
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    RUNS,
  );
});

const aligned = fc
  .record({ size: fc.integer({ min: 1, max: 12 }), slide: fc.integer({ min: 1, max: 12 }) })
  .map(({ size, slide }) => ({ size: Math.max(size, slide), slide: Math.min(size, slide) }));

/** Windows `[start, start + size)` that hold a time. */
const startsOf = (time: number, size: number, slide: number) => {
  const starts: number[] = [];
  for (let start = -60; start <= time; start++) {
    if (start % slide === 0 && time < start + size) starts.push(start);
  }
  return starts;
};

test('a window join makes the pairs of two nested loops in every window', async () => {
  const cases = fc.record({ history: events, windows: aligned, snapshotEveryStep: fc.boolean() });
  await holds(
    cases,
    async ({ history, windows: { size, slide }, snapshotEveryStep }) => {
      const all = arrivals(history);
      const joined: string[] = [];
      const grouped = new Map<string, [number[], number[]]>();
      for (const { left, item, passed } of all) {
        for (const start of startsOf(item.time, size, slide)) {
          if (start + size - 1 <= passed) continue;
          const group = `${JSON.stringify(item.key)}@${start + size - 1}`;
          if (!grouped.has(group)) grouped.set(group, [[], []]);
          grouped.get(group)![left ? 0 : 1].push(item.n);
        }
      }
      for (const [group, [lefts, rights]] of grouped) {
        const end = group.split('@')[1];
        for (const a of lefts) for (const b of rights) joined.push(`${a}+${b}@${end}`);
      }
      const assigner = (): WindowAssigner<unknown, TimeWindow> =>
        size === slide ? TumblingEventTimeWindows.of(size) : SlidingEventTimeWindows.of(size, slide);
      const join = await run(history, snapshotEveryStep, (left, right) =>
        left.join(right).where('key').equalTo('key').window(assigner()).apply(pairOf),
      );
      const shown = ({ value, timestamp }: { value: string; timestamp: number | undefined }) =>
        `${value}@${timestamp}`;
      expect(join.records.map(shown).sort()).toEqual(joined.sort());
      expect(join.leaks).toEqual({ timers: 0, stateEntries: 0 });
      const coGroup = await run(history, snapshotEveryStep, (left, right) =>
        left
          .coGroup(right)
          .where('key')
          .equalTo('key')
          .window(assigner())
          .apply((a, b) => [JSON.stringify([a.map(({ n }) => n), b.map(({ n }) => n), (a[0] ?? b[0])!.key])]),
      );
      const groups = [...grouped].map(([group, sides]) => {
        const [id, end] = group.split('@');
        return `${JSON.stringify([...sides, JSON.parse(id!)])}@${end}`;
      });
      expect(coGroup.records.map(shown).sort()).toEqual(groups.sort());
      expect(coGroup.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    RUNS,
  );
});

test('a session coGroup puts together what is near, whichever stream it came by', async () => {
  const cases = fc.record({
    history: events,
    gap: fc.integer({ min: 1, max: 8 }),
    snapshotEveryStep: fc.boolean(),
  });
  await holds(
    cases,
    async ({ history, gap, snapshotEveryStep }) => {
      // Without watermarks in between nothing is late, and order of arrival does not matter.
      const inTime = history.filter((event) => 'item' in event);
      const sessions: { items: Arrival[]; end: number }[] = [];
      const sorted = [...inTime].sort((a, b) => a.item.time - b.item.time);
      for (const arrival of sorted) {
        const open = sessions.findLast(({ items }) => sameKey(items[0]!.item, arrival.item));
        if (open !== undefined && arrival.item.time <= open.end) {
          open.items.push(arrival);
          open.end = arrival.item.time + gap;
        } else sessions.push({ items: [arrival], end: arrival.item.time + gap });
      }
      const numbers = (items: readonly Arrival[], left: boolean) =>
        items
          .filter((arrival) => arrival.left === left)
          .map(({ item }) => item.n)
          .sort((a, b) => a - b);
      const expected = sessions.map(
        ({ items, end }) => `${numbers(items, true).join()}|${numbers(items, false).join()}@${end - 1}`,
      );
      const result = await run(inTime, snapshotEveryStep, (left, right) =>
        left
          .coGroup(right)
          .where('key')
          .equalTo('key')
          .window(EventTimeSessionWindows.withDynamicGap((_: TaggedUnion<Item, Item>) => gap))
          .apply((a, b) => {
            const sortedNumbers = (items: readonly Item[]) => items.map(({ n }) => n).sort((x, y) => x - y);
            return [`${sortedNumbers(a).join()}|${sortedNumbers(b).join()}`];
          }),
      );
      expect(result.records.map(({ value, timestamp }) => `${value}@${timestamp}`).sort()).toEqual(
        expected.sort(),
      );
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    RUNS,
  );
});
