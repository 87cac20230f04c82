import { expect, test } from 'vitest';
import { discardingSink, printSink, StreamExecutionEnvironment } from '../../../runtime/src/index.ts';

test('printSink prints as print() does: the same end of a stream', () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const [one, other] = [env.fromData(1).print('n'), env.fromData(1).sinkTo(printSink('n'))];
  expect(other.node).toMatchObject({ kind: 'print', parameters: one.node.parameters });
  expect(env.fromData(1).sinkTo(printSink()).node.parameters).toEqual({});
});

test('discardingSink makes a stream run, and takes all there is', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const seen: number[] = [];
  env
    .fromData(1, 2, 3)
    .map((n) => void seen.push(n))
    .sinkTo(discardingSink());
  const job = await env.execute();
  await job.finished();
  expect(seen).toEqual([1, 2, 3]);
});
