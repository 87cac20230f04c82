import { expect, test } from 'vitest';
import { StreamExecutionEnvironment } from '../../../runtime/src/index.ts';

test('two operators of a job that share a uid are refused, by their names', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const numbers = env.fromSequence(1, 4).keyBy((n) => n % 2);
  numbers.sum(0).name('sum').uid('totals').print();
  numbers.max(0).name('max').uid('totals').print();
  await expect(env.execute()).rejects.toMatchObject({
    code: 'duplicate-uid',
    message: expect.stringMatching(/'totals': sum and max/) as string,
  });
});

test('an operator that several sinks read has its uid once', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const sums = env
    .fromSequence(1, 4)
    .keyBy((n) => n % 2)
    .sum(0)
    .uid('totals');
  sums.show();
  sums.filter((n) => n > 2).show();
  const job = await env.execute();
  await expect(job.finished()).resolves.toMatchObject({ jobId: job.id });
});
