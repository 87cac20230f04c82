import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AfterMatchSkipStrategy, CEP, Pattern, type DataStream } from 'tidemark';
import { element, testJob, watermark, type TestStep } from 'tidemark/testing';
import { holds } from '../property.ts';
import {
  allMatches,
  text,
  wrongWith,
  type ModelPart,
  type ModelPattern,
  type ModelSkip,
  type Taken,
} from './pattern-model.ts';

interface Event {
  readonly kind: string;
  readonly time: number;
  readonly index: number;
}

type AnyPattern = Pattern<Event, object, object, Event>;

const kinds = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 });
const between = fc.constantFrom('strict', 'relaxed', 'any');

const times = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.integer({ min: 1, max: 3 }).map((from) => ({ from, to: from, looping: true })),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 }))
    .map(([from, more]) => ({ from, to: from + more, looping: false })),
);

const part: fc.Arbitrary<ModelPart> = fc
  .record({
    kinds,
    link: between,
    optional: fc.boolean(),
    times,
    inner: between,
    greedy: fc.boolean(),
    without: fc.option(fc.record({ kinds, next: fc.boolean() }), { nil: undefined, freq: 4 }),
  })
  .map((one) => ({
    ...one,
    greedy: one.greedy && one.times !== undefined && one.inner !== 'any',
    without: one.optional ? undefined : one.without,
  }));

const pattern: fc.Arbitrary<ModelPattern> = fc
  .record({ parts: fc.array(part, { minLength: 1, maxLength: 4 }), within: fc.integer({ min: 3, max: 20 }) })
  // At the end, what must not come is a matter of the next event or of time.
  .map(({ parts, within }) => ({
    parts: parts.map((one, at) => withoutAtEnd(one, parts.slice(at + 1))),
    within,
  }));

function withoutAtEnd(one: ModelPart, behind: readonly ModelPart[]): ModelPart {
  return behind.every(({ optional }) => optional) ? { ...one, without: undefined } : one;
}

const events = fc
  .array(fc.record({ kind: fc.constantFrom('a', 'b', 'c', 'd'), pause: fc.integer({ min: 0, max: 3 }) }), {
    maxLength: 9,
  })
  .map((drawn) => {
    let time = 0;
    return drawn.map(({ kind, pause }, index): Event => ({ kind, time: (time += pause), index }));
  });

const way = fc.record({
  snapshotEveryStep: fc.boolean(),
  parallelism: fc.constantFrom(1, 2),
  everyWatermark: fc.boolean(),
});

test('finds every match and no other', () =>
  holds(fc.tuple(pattern, events, way), async ([model, input, how]) => {
    const found = await run(built(model, AfterMatchSkipStrategy.noSkip()), input, how);
    expect(found.map(text).sort()).toEqual(allMatches(model, input).map(text).sort());
  }));

const skip = (parts: number): fc.Arbitrary<ModelSkip> =>
  fc.oneof(
    fc.constantFrom('next' as const, 'past-last' as const),
    fc.record({ to: fc.constantFrom('first' as const, 'last' as const), part: fc.nat(parts - 1) }),
  );

test('skips what a match rules out', () =>
  holds(
    pattern.chain((model) => fc.tuple(fc.constant(model), skip(model.parts.length), events, way)),
    async ([model, modelSkip, input, how]) => {
      const found = await run(built(model, strategy(modelSkip)), input, how);
      expect(wrongWith(found, allMatches(model, input), modelSkip)).toBeUndefined();
    },
  ));

function strategy(model: ModelSkip): AfterMatchSkipStrategy {
  if (model === 'next') return AfterMatchSkipStrategy.skipToNext();
  if (model === 'past-last') return AfterMatchSkipStrategy.skipPastLastEvent();
  if (model === 'no-skip') return AfterMatchSkipStrategy.noSkip();
  const name = String(model.part);
  return model.to === 'first'
    ? AfterMatchSkipStrategy.skipToFirst(name)
    : AfterMatchSkipStrategy.skipToLast(name);
}

function built({ parts, within }: ModelPattern, strategy: AfterMatchSkipStrategy): () => AnyPattern {
  const isOf = (kinds: readonly string[]) => (event: Event) => kinds.includes(event.kind);
  return () => {
    let made: AnyPattern | undefined;
    parts.forEach((one, at) => {
      const name = String(at);
      let next = (
        made === undefined
          ? Pattern.begin<Event>(name, strategy)
          : made[({ strict: 'next', relaxed: 'followedBy', any: 'followedByAny' } as const)[one.link]](name)
      ).where(isOf(one.kinds)) as AnyPattern;
      if (one.times !== undefined) {
        const { from, to, looping } = one.times;
        next = (looping ? next.timesOrMore(from) : next.times(from, to)) as AnyPattern;
        if (one.inner === 'strict') next = next.consecutive();
        if (one.inner === 'any') next = next.allowCombinations();
        if (one.greedy) next = next.greedy();
      }
      if (one.optional) next = next.optional();
      if (one.without !== undefined) {
        const { kinds, next: right } = one.without;
        next = (right ? next.notNext(`not ${name}`) : next.notFollowedBy(`not ${name}`)).where(
          isOf(kinds),
        ) as AnyPattern;
      }
      made = next;
    });
    return made!.within(within);
  };
}

async function run(
  pattern: () => AnyPattern,
  input: readonly Event[],
  {
    everyWatermark,
    ...options
  }: { snapshotEveryStep: boolean; parallelism: number; everyWatermark: boolean },
): Promise<Taken[][]> {
  const steps = input.flatMap((event, at): TestStep<Event>[] => {
    const isLast = input[at + 1]?.time !== event.time;
    return [element(event, event.time), ...(everyWatermark && isLast ? [watermark(event.time)] : [])];
  });
  const { records, leaks } = await testJob(
    steps,
    (stream: DataStream<Event>) =>
      CEP.pattern(
        stream.keyBy(() => 'all'),
        pattern(),
      ).select((match) =>
        Object.entries(match as Readonly<Record<string, readonly Event[]>>)
          .flatMap(([name, taken]) => taken.map(({ index }): Taken => ({ part: Number(name), event: index })))
          .sort((a, b) => a.event - b.event),
      ),
    { ...options, end: true },
  );
  expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
  return records.map(({ value }) => value);
}
