import { beforeAll, describe, expect, test } from 'vitest';
import {
  json,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  StreamExecutionEnvironment,
  type DeliveryGuarantee,
} from '../../runtime/src/index.ts';
import { checkSink, checkSource, type SinkUnderTest } from '../../runtime/src/testing/index.ts';

interface Reading {
  readonly n: number;
  readonly text: string;
}

const records: readonly Reading[] = Array.from({ length: 50 }, (_, n) => ({ n, text: `record "${n}", ü` }));
const AT_LEAST_ONCE = [
  'has plain state',
  'writes all records',
  'commits what was prepared before a crash',
  'goes on after a restore',
  'drops what no cut holds',
  'flushes what was prepared though it closes',
  'takes part in jobs that fail',
];
const EXACTLY_ONCE = [...AT_LEAST_ONCE, 'shows nothing before its commit', 'commits twice as once'];

/** Source and sink keep the rules of `tidemark/testing`, whether behind them is a broker or the embedded log. */
export function kafkaConforms(brokersOf: () => string): void {
  let topics = 0;

  const sinkOf = async (deliveryGuarantee: DeliveryGuarantee): Promise<SinkUnderTest<Reading>> => {
    const topic = kafkaTopic<Reading>({
      brokers: brokersOf(),
      topic: `conforms-${++topics}`,
      format: json(),
    });
    await topic.create();
    return {
      sink: kafkaSink<Reading>({
        brokers: brokersOf(),
        topic: topic.name,
        format: json(),
        deliveryGuarantee,
        transactionalIdPrefix: topic.name,
      }),
      read: async () => (await topic.records()).map(({ value }) => value!),
    };
  };

  test('a sink that conforms: Kafka, exactly once and at least once', async () => {
    const once = await checkSink(() => sinkOf('exactly-once'), { records, crashCloses: true });
    expect(once.toSorted()).toEqual(EXACTLY_ONCE.toSorted());
    const guarantee = 'at-least-once';
    const least = await checkSink(() => sinkOf(guarantee), { records, guarantee });
    expect(least.toSorted()).toEqual(AT_LEAST_ONCE.toSorted());
  });

  describe('sources', () => {
    beforeAll(async () => {
      const { sink } = await sinkOf('exactly-once');
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      env.fromCollection(records).sinkTo(sink);
      await (await env.execute()).finished();
    });

    test.each(['latest', undefined] as const)('a source that conforms: Kafka, until %s', async (until) => {
      const topic = `conforms-${topics}`;
      const source = () => kafkaSource({ brokers: brokersOf(), topic, format: json<Reading>(), until });
      expect(await checkSource(source, { records })).toEqual(
        expect.arrayContaining(['goes on from any position', 'survives failures of its job']),
      );
    });
  });
}
