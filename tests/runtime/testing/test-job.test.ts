import { describe, expect, test } from 'vitest';
import { KeyedProcessFunction, OutputTag, TumblingEventTimeWindows, type KeyedContext } from 'tidemark';
import { element, on, operatorHarness, processingTime, snapshot, testJob, watermark } from 'tidemark/testing';
import { KeyedProcessOperator } from '../../../runtime/src/operators/keyed-process-operator.ts';
import { FunctionSource } from '../../../runtime/src/operators/function-source.ts';
import { KeySelector } from '../../../runtime/src/operators/key-selector.ts';

class Echo extends KeyedProcessFunction<string, string, string> {
  processElement(value: string, context: KeyedContext<string>) {
    context.timerService().registerEventTimeTimer(10);
    return [value];
  }
  override onTimer(timestamp: number) {
    return [`at ${timestamp}`];
  }
}

describe('testJob', () => {
  test('has one entry a step, with records, watermark and side outputs', async () => {
    const late = new OutputTag<{ key: string; value: number }>('late');
    const result = await testJob(
      [
        element({ key: 'k', value: 1 }, 3999),
        watermark(2999),
        snapshot(),
        watermark(3999),
        element({ key: 'k', value: 2 }, 3000),
      ],
      (input) =>
        input.keyBy('key').window(TumblingEventTimeWindows.of('2 s')).sideOutputLateData(late).sum('value'),
    );
    expect(result.steps.map(({ records, watermark: after }) => [records, after])).toEqual([
      [[], Number.MIN_SAFE_INTEGER],
      [[], 2999],
      [[], 2999],
      [[{ value: { key: 'k', value: 1 }, timestamp: 3999 }], 3999],
      [[], 3999],
    ]);
    expect(result.records).toHaveLength(1);
    expect(result.sideOutput(late)).toEqual([{ value: { key: 'k', value: 2 }, timestamp: 3000 }]);
    expect(result.steps[4]!.sideOutputs).toEqual({
      late: [{ value: { key: 'k', value: 2 }, timestamp: 3000 }],
    });
    expect(result.leaks).toBeUndefined();
  });

  test('calls build anew after a snapshot, and refuses an instance that was opened before', async () => {
    const shared = new Echo();
    const run = testJob([element('a'), snapshot(), element('b')], (input) =>
      input.keyBy((s) => s).process(shared),
    );
    await expect(run).rejects.toMatchObject({ cause: { code: 'instance-reused' } });
    let built = 0;
    const result = await testJob([element('a'), snapshot(), element('b')], (input) => {
      built++;
      return input.keyBy((s) => s).process(new Echo());
    });
    expect([built, result.records.map(({ value }) => value)]).toEqual([2, ['a', 'b']]);
  });

  test('feeds several inputs by name', async () => {
    const result = await testJob(
      [
        on('left', element('a', 1)),
        on('right', element('b', 2)),
        on('left', watermark(5)),
        on('right', watermark(3)),
      ],
      ({ left, right }) => left!.union(right!),
      { inputs: ['left', 'right'] },
    );
    expect(result.records.map(({ value }) => value)).toEqual(['a', 'b']);
    expect(result.steps.map((step) => step.watermark).slice(2)).toEqual([Number.MIN_SAFE_INTEGER, 3]);
  });

  test('says what is wrong with a step that names no input, or one that is not there', async () => {
    const both = { inputs: ['left', 'right'] };
    await expect(testJob([element(1)], ({ left }) => left!, both)).rejects.toMatchObject({
      code: 'bad-argument',
    });
    await expect(testJob([on('up', element(1))], ({ left }) => left!, both)).rejects.toMatchObject({
      code: 'bad-argument',
    });
  });

  test('rejects with what a function throws', async () => {
    const run = testJob([element(1)], (input) =>
      input.map(() => {
        throw new RangeError('no');
      }),
    );
    await expect(run).rejects.toMatchObject({ code: 'operator-failed', cause: { message: 'no' } });
  });

  test('counts what is left at the end', async () => {
    class Hoard extends KeyedProcessFunction<string, string, string> {
      processElement(value: string, context: KeyedContext<string>) {
        context.timerService().registerProcessingTimeTimer(1000);
        return [value];
      }
    }
    const { leaks } = await testJob(
      [element('a'), element('b'), processingTime(10)],
      (input) => input.keyBy((s) => s).process(new Hoard()),
      {
        end: true,
      },
    );
    expect(leaks).toEqual({ timers: 2, stateEntries: 0 });
  });
});

test('an operator harness drives one operator and counts its timers', () => {
  const make = () =>
    new KeyedProcessOperator(
      new KeySelector((value) => value),
      new FunctionSource(() => new Echo()) as never,
    );
  const first = operatorHarness(make());
  first.processElement('a', 1);
  first.processElement('b', 2);
  expect([first.timerCount, first.stateEntryCount]).toEqual([2, 0]);
  const second = operatorHarness(make(), first.snapshot());
  first.close();
  second.processWatermark(10);
  expect(second.records.map(({ value, timestamp }) => [value, timestamp])).toEqual([
    ['at 10', 10],
    ['at 10', 10],
  ]);
  expect([second.timerCount, second.watermarks]).toEqual([0, [10]]);
});
