import { collectionSource } from '../connectors/collection-source.ts';
import { readerNode } from '../engine/collect.ts';
import type { ExecutionBackend } from '../engine/backend.ts';
import { laneKeys, Fingerprints } from '../graph/fingerprint.ts';
import { Lane } from '../engine/lane.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import { nodesBehind } from '../engine/named-variables.ts';
import { NO_ROWS } from '../engine/view.ts';
import { badArgument, unsupported } from '../errors.ts';
import type { Operator } from '../operators/operator.ts';
import { hasWritableWindows, type WindowToWrite } from '../operators/writable-windows.ts';
import { RuntimeClock } from '../time/runtime-clock.ts';
import type { DataStream } from './data-stream.ts';
import type { BootstrapRecord } from './savepoint-writer.ts';
import { StreamExecutionEnvironment } from './stream-execution-environment.ts';

/** Nothing runs in it: it takes the description of one operator. */
const DESCRIBES: ExecutionBackend = {
  onNode: () => undefined,
  execute: () => Promise.reject(runsNothing()),
  show: () => {
    throw runsNothing();
  },
  collect: () => Promise.reject(runsNothing()),
};

/**
 * The state of an operator that was given records and no watermark: it runs, alone, and what it lets out is dropped.
 * @param build makes the operator of a stream of records, as the job does
 * @param fill what else it is given before
 */
export function bootstrapped<T>(
  uid: string,
  records: Iterable<BootstrapRecord<T>>,
  build: (records: DataStream<T>) => DataStream<unknown>,
  fill: (operator: Operator) => void = () => undefined,
): NodeSnapshot {
  const env = new StreamExecutionEnvironment(DESCRIBES);
  const { node } = build(env.fromSource(collectionSource<T>([])));
  for (const one of nodesBehind(node)) one.parallelism = 1;
  const lane = new Lane([readerNode(node, uid)], {
    startTime: new RuntimeClock().now(),
    keyOf: laneKeys(new Fingerprints()),
    views: () => NO_ROWS,
    muted: true,
  });
  lane.open();
  const [operator] = lane.operatorsOf(node);
  if (operator === undefined)
    throw badArgument(
      'build',
      uid,
      'It returns no operator.',
      'Return what keyBy(…).window(…) or process(…) makes.',
    );
  fill(operator);
  const [source] = lane.sources;
  const given = [...records];
  const timestamps = given.map(({ timestamp }) => timestamp);
  if (source && given.length > 0)
    lane.processBatch(
      source.id,
      given.map(({ value }) => value),
      timestamps,
    );
  const saved = lane.snapshot().nodes[lane.keyOf(node)!]!;
  void lane.close();
  // Its key groups are those of the job that takes it up.
  const { maxParallelism: _, ...written } = saved;
  return { ...written, recordsIn: 0 };
}

/** The same of one whose windows are given with what they hold. @throws {TidemarkError} `bad-argument`, `unsupported` */
export function withContents<T>(
  uid: string,
  windows: Iterable<WindowToWrite>,
  build: (records: DataStream<T>) => DataStream<unknown>,
): NodeSnapshot {
  return bootstrapped(uid, [], build, (operator) => {
    if (!hasWritableWindows(operator))
      throw badArgument(
        'build',
        uid,
        'It makes no windows.',
        'Return what keyBy(…).window(…) and its function make.',
      );
    for (const window of windows) operator.writeWindow(window);
  });
}

function runsNothing(): Error {
  return unsupported(
    'Running a stream in SavepointWriter',
    'it only takes down what an operator would hold.',
    'Return the stream from build.',
  );
}
