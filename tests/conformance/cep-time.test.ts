import { describe, expect, test } from 'vitest';
import {
  CEP,
  OutputTag,
  Pattern,
  PatternProcessFunction,
  type Collector,
  type DataStream,
  type Match,
  type PatternContext,
  type TimedOutPartialMatchHandler,
} from 'tidemark';
import { element, processingTime, snapshot, testJob, watermark, type TestStep } from 'tidemark/testing';
import { is, letters, show, type Letter } from './cep-letters.ts';

const WAYS = [{}, { snapshotEveryStep: true }, { parallelism: 3, snapshotEveryStep: true }];
const timedOut = new OutputTag<string>('timed out');
const late = new OutputTag<Letter>('late');

const path = () =>
  Pattern.begin<Letter>('start')
    .where(is('s'))
    .followedByAny('middle')
    .where(is('m'))
    .followedByAny('end')
    .where(is('e'))
    .within(10);

const keyed = (input: DataStream<Letter>) => input.keyBy('key');
const feed = (text: string): TestStep<Letter>[] =>
  letters(text).flatMap((letter) => [element(letter, letter.time), watermark(letter.time)]);
const out = ({ value, timestamp }: { value: unknown; timestamp: number | undefined }) =>
  `${value}@${timestamp}`;

describe('a match that runs out of time', () => {
  const TEXT = 's1@1 s2@2 m@3 x@4 e1@11 e2@13';
  const TIMED_OUT = ['s1 m@11', 's1@11', 's2 m@12', 's2@12'];

  test.each(WAYS)('goes to a side output by select: %j', async (way) => {
    const result = await testJob(
      feed(TEXT),
      (input) =>
        CEP.pattern(keyed(input), path()).select(timedOut, (match) => show(match as Match<object>), show),
      way,
    );
    expect(result.records.map(out)).toEqual(['s2 m e1@11']);
    expect(result.sideOutput(timedOut).map(out).sort()).toEqual(TIMED_OUT);
    // As soon as the watermark has reached its time.
    expect(result.steps[9]!.sideOutputs[timedOut.id]!.map(out).sort()).toEqual(TIMED_OUT.slice(0, 2));
  });

  test.each(WAYS)('and by flatSelect: %j', async (way) => {
    const result = await testJob(
      feed(TEXT),
      (input) =>
        CEP.pattern(keyed(input), path()).flatSelect(
          timedOut,
          (match, time) => `${show(match as Match<object>)} until ${time}`,
          (match, collector: Collector<string>) => collector.collect(show(match)),
        ),
      way,
    );
    expect(result.records.map(out)).toEqual(['s2 m e1@11']);
    expect(result.sideOutput(timedOut).map(out).sort()).toEqual([
      's1 m until 11@11',
      's1 until 11@11',
      's2 m until 12@12',
      's2 until 12@12',
    ]);
  });

  type Found = Readonly<Record<string, readonly [Letter, ...Letter[]]>>;
  class Reporting
    extends PatternProcessFunction<Found, string>
    implements TimedOutPartialMatchHandler<Found>
  {
    *processMatch(match: Found, context: PatternContext) {
      yield `${show(match)} (${context.timestamp()})`;
    }
    processTimedOutMatch(match: Partial<Found>, context: PatternContext) {
      context.output(timedOut, `${show(match as Found)} (${context.timestamp()})`);
    }
  }

  test.each(WAYS)('and by a function object: %j', async (way) => {
    const result = await testJob(
      feed(TEXT),
      (input) => CEP.pattern(keyed(input), path()).process<string>(() => new Reporting() as never),
      way,
    );
    expect(result.records.map(out)).toEqual(['s2 m e1 (11)@11']);
    expect(result.sideOutput(timedOut).map(out).sort()).toEqual([
      's1 (11)@11',
      's1 m (11)@11',
      's2 (12)@12',
      's2 m (12)@12',
    ]);
  });

  test.each(WAYS)('leaves nothing behind: %j', async (way) => {
    const many = Array.from({ length: 40 }, (_, i) => `s${i}@${i}`).join(' ');
    const result = await testJob(
      [...feed(many), watermark(200)],
      (input) => CEP.pattern(keyed(input), path()).select(() => 1),
      { ...way, end: true },
    );
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  });
});

describe('event time', () => {
  const ab = () => Pattern.begin<Letter>('a').where(is('a')).next('b').where(is('b'));
  const find = (input: DataStream<Letter>) =>
    CEP.pattern(keyed(input), ab()).inEventTime().sideOutputLateData(late).select(show);
  const of = (text: string) => letters(text)[0]!;
  const at = (text: string) => element(of(text), of(text).time);

  test.each(WAYS)('is the order of timestamps, up to the watermark: %j', async (way) => {
    const steps = [
      at('b1@5'),
      at('a1@3'),
      watermark(4),
      at('x@4'),
      at('b2@7'),
      at('a2@6'),
      watermark(9),
      snapshot(),
    ];
    const result = await testJob([...steps, at('a3@8'), at('b3@10'), at('a4@9'), watermark(20)], find, way);
    expect(result.records.map(out)).toEqual(['a1 b1@5', 'a2 b2@7']);
    expect(result.steps[6]!.records).toHaveLength(2);
    expect(result.sideOutput(late).map(({ value: { text }, timestamp }) => `${text}@${timestamp}`)).toEqual([
      'x@4',
      'a3@8',
      'a4@9',
    ]);
    expect(result.lateRecords).toBe(3);
  });

  test('equal timestamps: the order of arrival, or a comparator', async () => {
    const steps = [at('b:2@1'), at('a:1@1'), watermark(1)];
    expect((await testJob(steps, find)).records).toEqual([]);
    const ordered = await testJob(steps, (input) =>
      CEP.pattern(keyed(input), ab(), (one, other) => one.price - other.price).select(show),
    );
    expect(ordered.records.map(out)).toEqual(['a b@1']);
  });

  test('a record without a timestamp fails the stream', async () => {
    const run = testJob([element(of('a'))], find);
    await expect(run).rejects.toMatchObject({ cause: { code: 'missing-timestamp' } });
  });

  test('a condition that fails says on which event, though the watermark has set it off', async () => {
    const failing = Pattern.begin<Letter>('a').where(({ kind }) => {
      if (kind === 'b') throw new Error('no b');
      return true;
    });
    const run = testJob([at('a@1'), at('b@2'), at('c@3'), watermark(9)], (input) =>
      CEP.pattern(keyed(input), failing).select(show),
    );
    await expect(run).rejects.toMatchObject({
      code: 'operator-failed',
      details: { kind: 'pattern', record: expect.stringContaining('b') },
    });
  });

  test('without keys all records are one sequence', async () => {
    const two = [letters('a', 1)[0]!, letters('x b@1', 2)[1]!];
    const steps = [...two.map((letter) => element(letter, letter.time)), watermark(9)];
    expect(
      (
        await testJob(steps, (input) => CEP.pattern(input, ab()).select(show), { parallelism: 3 })
      ).records.map(out),
    ).toEqual(['a b@1']);
    expect((await testJob(steps, find)).records).toEqual([]);
  });

  test('results of one watermark come in the order of their times, whatever their keys', async () => {
    const steps = [5, 3, 4].flatMap((key, i) =>
      letters(`a@${10 - i} b@${20 - i}`, key).map((letter) => element(letter, letter.time)),
    );
    const result = await testJob([...steps, watermark(30)], find);
    expect(result.records.map(({ timestamp }) => timestamp)).toEqual([18, 19, 20]);
  });
});

describe('processing time', () => {
  const at = (time: number, text: string) => [processingTime(time), element(letters(text)[0]!)];
  test.each(WAYS)('is the order of arrival, and results have no timestamp: %j', async (way) => {
    const steps = [
      ...at(5, 'b1'),
      ...at(6, 'a1'),
      ...at(7, 'b2'),
      ...at(8, 'a2'),
      processingTime(19),
      ...at(20, 'b3'),
    ];
    const result = await testJob(
      steps.flat(),
      (input: DataStream<Letter>) =>
        CEP.pattern(
          keyed(input),
          Pattern.begin<Letter>('a').where(is('a')).next('b').where(is('b')).within(10),
        )
          .inProcessingTime()
          .select(timedOut, (match, time) => `${show(match as Match<object>)} until ${time}`, show),
      way,
    );
    expect(result.records.map(out)).toEqual(['a1 b2@undefined']);
    expect(result.sideOutput(timedOut).map(out)).toEqual(['a2 until 18@undefined']);
  });

  test('with a comparator, what has come at one time is ordered when the clock goes on', async () => {
    const steps = [
      processingTime(5),
      ...letters('b:2 a:1').map((letter) => element(letter)),
      processingTime(6),
    ];
    const result = await testJob(steps, (input: DataStream<Letter>) =>
      CEP.pattern(
        keyed(input),
        Pattern.begin<Letter>('a').where(is('a')).next('b').where(is('b')),
        (one, other) => one.price - other.price,
      )
        .inProcessingTime()
        .select(({ a, b }) => [...a!, ...b].map(({ text }) => text).join(' ')),
    );
    expect(result.records.map(out)).toEqual(['a b@undefined']);
  });
});
