import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  collectionSource,
  OperatorError,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type DataStream,
} from 'tidemark';

const HERE = fileURLToPath(import.meta.url);
const numbers = () => StreamExecutionEnvironment.getExecutionEnvironment().fromData(1, 2, 3);

async function failureOf<T>(stream: DataStream<T>): Promise<OperatorError> {
  const failure: unknown = await stream.executeAndCollect().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OperatorError);
  return failure as OperatorError;
}

describe('a failing function is told of with', () => {
  const odd = (n: number) => {
    if (n === 2) throw new RangeError('two is even');
    return n;
  };

  test('operator, record and the line of the file that threw', async () => {
    const { message, details } = await failureOf(numbers().map(odd).name('only odd ones'));
    expect(details).toMatchObject({ operator: 'only odd ones', kind: 'map', record: '2' });
    expect(details['location']).toMatch(new RegExp(`^${HERE}:\\d+:\\d+$`));
    expect(message).toBe(
      `only odd ones failed on the record 2 (${String(details['location'])}). RangeError: two is even`,
    );
  });

  test('the line where the operator was made, if no function of the user’s was running', async () => {
    const asText = (n: number) => String(n) as unknown as number;
    const strategy = WatermarkStrategy.noWatermarks<number>().withTimestampAssigner(asText);
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const { details, cause } = await failureOf(env.fromSource(collectionSource([7]), strategy, 'sevens'));
    expect(cause).toMatchObject({ code: 'bad-timestamp' });
    expect(details).toMatchObject({ operator: 'sevens', record: '7' });
    expect(details['location']).toContain(HERE);
  });

  test('the record that came before the watermark did it, none', async () => {
    const late = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n);
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const windows = env
      .fromSource(collectionSource([1, 20]), late)
      .windowAll(TumblingEventTimeWindows.of(10))
      .process((): string[] => {
        throw new TypeError('no sum today');
      });
    const { details, message } = await failureOf(windows);
    expect(details).toMatchObject({ kind: 'window' });
    expect(details['record']).toBeUndefined();
    expect(message).toContain('no sum today');
  });
});
