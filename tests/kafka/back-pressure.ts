import { afterEach, expect, test, vi } from 'vitest';
import { BrokerCluster } from '../../runtime/src/connectors/kafka/broker-cluster.ts';
import { EmbeddedCluster } from '../../runtime/src/connectors/kafka/embedded-cluster.ts';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import { kafkaSource, kafkaTopic, raw } from '../../runtime/src/index.ts';

const RECORDS = 30_000;
/** So that one answer holds a part of them. */
const BYTES = 200;
const AT_ONCE = 10_000;
/** Requests in which a reader that does not pause would fetch on. */
const OTHERS = 30;

/** A source that nobody takes from stops fetching, and goes on where it stopped. */
export function backPressure(brokersOf: () => string): void {
  afterEach(() => vi.restoreAllMocks());

  test('a partition is paused while its records are not taken, others are read on, and nothing is lost', async () => {
    const brokers = brokersOf();
    const topic = kafkaTopic<string>({ brokers, topic: 'paused', format: raw() });
    await topic.create({ partitions: 2 });
    for (let from = 0; from < RECORDS; from += AT_ONCE) {
      await topic.send(
        Array.from({ length: AT_ONCE }, (_, i) => ({
          value: String(from + i).padEnd(BYTES),
          partition: 0,
        })),
      );
    }
    const cluster = openCluster(brokers);
    const fetched: number[] = [];
    const fetches = [EmbeddedCluster, BrokerCluster].map((kind) => {
      const fetch = kind.prototype.fetch;
      return vi.spyOn(kind.prototype, 'fetch').mockImplementation(async function (this: never, ...args) {
        const answers = await fetch.apply(this, args);
        if ((this as unknown) !== cluster) {
          for (const { partition, records } of answers) if (partition === 0) fetched.push(records.length);
        }
        return answers;
      });
    });
    expect(fetches.length).toBe(2);
    const total = () => fetched.reduce((sum, count) => sum + count, 0);

    let wake = Promise.withResolvers<void>();
    const reader = kafkaSource({ brokers, topic: topic.name, format: raw() }).createReader({
      position: undefined,
      paced: false,
      now: 0,
      onReady: () => wake.resolve(),
    });
    while (total() < 8_192) {
      await wake.promise;
      wake = Promise.withResolvers();
    }
    const options = { isolationLevel: 'read_committed', maxWait: 1, maxBytes: 1_000_000 } as const;
    for (let i = 0; i < OTHERS; i++)
      await cluster.fetch([{ topic: topic.name, partition: 0, offset: 0 }], options);
    expect(total()).toBeLessThanOrEqual(8_192 + Math.max(...fetched));
    expect(total()).toBeLessThan(RECORDS);

    // The other partition is not held up by the one that is paused.
    await topic.send([{ value: '-1', partition: 1 }]);
    const taken: number[] = [];
    while (taken.length < RECORDS + 1) {
      const batch = reader.poll(500, 0);
      if (batch === 'wait') {
        await wake.promise;
        wake = Promise.withResolvers();
      } else if (batch !== 'end') taken.push(...batch.values.map(Number));
    }
    expect(taken.filter((value) => value >= 0)).toEqual(Array.from({ length: RECORDS }, (_, i) => i));
    expect(taken.indexOf(-1)).toBeLessThan(RECORDS);
    reader.close();
    await cluster.close();
  });
}
