import { describe, expect, test } from 'vitest';
import {
  CEP,
  collectionSource,
  OutputTag,
  Pattern,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type DataStream,
  type RuntimeMode,
} from 'tidemark';
import { element, snapshot, testJob, watermark } from 'tidemark/testing';
import { Fingerprints } from '../../../runtime/src/graph/fingerprint.ts';

interface Step {
  readonly user: string;
  readonly kind: string;
  readonly time: number;
}

const STEPS: readonly Step[] = [
  { user: 'ann', kind: 'pay', time: 30 },
  { user: 'bob', kind: 'pay', time: 40 },
  { user: 'ann', kind: 'order', time: 10 },
  { user: 'bob', kind: 'order', time: 20 },
  { user: 'ann', kind: 'order', time: 50 },
];

const steps = (mode: RuntimeMode) =>
  StreamExecutionEnvironment.getExecutionEnvironment()
    .setRuntimeMode(mode)
    .fromSource(
      collectionSource(STEPS),
      WatermarkStrategy.forBoundedOutOfOrderness<Step>(100).withTimestampAssigner(({ time }) => time),
      'steps',
    );
const paid = () =>
  Pattern.begin('order')
    .where((step: Step) => step.kind === 'order')
    .next('pay')
    .where(({ kind }) => kind === 'pay');

describe.each<RuntimeMode>(['streaming', 'batch'])('in %s mode', (mode) => {
  test('event time puts events in order', async () => {
    const found = CEP.pattern(steps(mode).keyBy('user'), paid()).select(({ order: [{ user }] }) => user);
    expect((await found.executeAndCollect()).sort()).toEqual(['ann', 'bob']);
  });

  test('what has begun runs out of time at the end of the input', async () => {
    const open = new OutputTag<string>('open');
    const found = CEP.pattern(steps(mode).keyBy('user'), paid().within('1 s')).select(
      open,
      ({ order }, time) => `${order![0].user} at ${time}`,
      () => 0,
    );
    expect(await found.getSideOutput(open).executeAndCollect()).toEqual(['ann at 1050']);
  });
});

test('by the clock, batch mode hands events over in the order of their timestamps', async () => {
  const find = (mode: RuntimeMode) =>
    CEP.pattern(steps(mode).keyBy('user'), paid())
      .inProcessingTime()
      .select(({ order: [{ user }] }) => user)
      .executeAndCollect();
  expect(await find('streaming')).toEqual([]);
  expect((await find('batch')).sort()).toEqual(['ann', 'bob']);
});

describe('two patterns are one node only if all of them is the same (law 3)', () => {
  const fingerprint = (
    pattern: Pattern<Step, object, object, Step>,
    comparator?: (a: Step, b: Step) => number,
  ) =>
    new Fingerprints().of(
      CEP.pattern(steps('streaming').keyBy('user'), pattern, comparator).select(() => 1).node,
    );
  const begin = () => Pattern.begin<Step>('a').where(({ kind }) => kind === 'order');
  const plain = fingerprint(begin().next('b'));
  test('the same', () => expect(fingerprint(begin().next('b'))).toBe(plain));
  test.each([
    ['a name', begin().next('c')],
    ['what lies between', begin().followedBy('b')],
    [
      'a condition',
      begin()
        .next('b')
        .where(({ kind }) => kind === 'pay'),
    ],
    ['how often', begin().next('b').times(2)],
    ['how often, consecutive', begin().next('b').times(2).consecutive()],
    ['how long', begin().next('b').within(5)],
    [
      'an end',
      begin()
        .next('b')
        .oneOrMore()
        .until(({ kind }) => kind === 'end'),
    ],
    ['a group', begin().next(Pattern.begin<Step>('b'))],
    ['a group in it', begin().next(Pattern.begin<Step>('b').next('c'))],
  ])('another in %s', (_what, pattern) => {
    expect(fingerprint(pattern as Pattern<Step, object, object, Step>)).not.toBe(plain);
  });
  test('another in its comparator', () => {
    expect(fingerprint(begin().next('b'), (a, b) => a.time - b.time)).not.toBe(plain);
  });
});

describe('a restored pattern', () => {
  const letters = (text: string) => [...text].map((kind, time) => element({ kind, time }, time));
  const find = (parts: string) => (input: DataStream<{ kind: string }>) => {
    let pattern = Pattern.begin<{ kind: string }>('0') as Pattern<
      { kind: string },
      object,
      object,
      { kind: string }
    >;
    [...parts].forEach((kind, at) => {
      if (at > 0) pattern = pattern.next(String(at)) as typeof pattern;
      pattern = pattern.where((letter) => letter.kind === kind) as typeof pattern;
    });
    return CEP.pattern(
      input.keyBy(() => 'all'),
      pattern,
    )
      .select((match) => Object.values(match as Record<string, readonly { kind: string }[]>).flat())
      .map((all) => all.map(({ kind }) => kind).join(''))
      .uid('kept');
  };
  const runs = async (before: string, after: string) => {
    let built = 0;
    const steps = [...letters('xab'), watermark(2), snapshot(), element({ kind: 'c' }, 5), watermark(9)];
    const { records } = await testJob(steps, (input: DataStream<{ kind: string }>) =>
      find(built++ === 0 ? before : after)(input),
    );
    return records.map(({ value }) => value);
  };
  test('goes on with what was begun', async () => expect(await runs('abc', 'abc')).toEqual(['abc']));
  test('drops what another pattern has begun', async () => expect(await runs('xabcd', 'c')).toEqual(['c']));
});
