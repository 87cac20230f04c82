import { expect, test } from 'vitest';
import {
  BroadcastProcessFunction,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  CountTrigger,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  MAX_TIMESTAMP,
  ProcessFunction,
  ReducingStateDescriptor,
  AggregatingStateDescriptor,
  savepoint,
  SavepointWriter,
  StateTtlConfig,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type AggregatingState,
  type BroadcastContext,
  type ReadOnlyContext,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type KeyedContext,
  type ListState,
  type MapState,
  type ReducingState,
  type Savepoint,
  type ValueState,
} from 'tidemark';
import { PushedJobs, type Build } from './pushed-jobs.ts';

const jobs = new PushedJobs();

async function run(build: Build, numbers: readonly number[], fromSavepoint?: string): Promise<Savepoint> {
  const job = await jobs.start(build, { fromSavepoint });
  await jobs.source.push(...numbers);
  return savepoint(await job.stopWithSavepoint(jobs.path(`sp-${numbers.join('-')}`)));
}

test('sessions are read with what they have merged to, of both ways in which they are kept', async () => {
  for (const trigger of [false, true]) {
    jobs.afresh();
    const saved = await run(
      (numbers) => {
        const sessions = numbers.keyBy((n) => n % 2).window(EventTimeSessionWindows.withGap(10));
        const summed = trigger ? sessions.trigger(EventTimeTrigger.create()) : sessions;
        summed
          .sum((n) => n)
          .uid('sessions')
          .sinkTo(jobs.sink);
      },
      [100, 104, 107, 109],
    );
    expect(saved.windows('sessions')).toEqual([
      { key: 0, start: 100, end: 114, value: 204 },
      { key: 1, start: 107, end: 119, value: 216 },
    ]);
  }
});

test('global and counted windows are read, and end at the end of time', async () => {
  const saved = await run(
    (numbers) => {
      numbers
        .keyBy((n) => n % 2)
        .window(GlobalWindows.create())
        .trigger(CountTrigger.of(5))
        .sum((n) => n)
        .uid('global')
        .sinkTo(jobs.sink);
      numbers
        .keyBy((n) => n % 2)
        .countWindow(5)
        .sum((n) => n)
        .uid('counted')
        .sinkTo(jobs.sink);
    },
    [1, 2, 3],
  );
  for (const uid of ['global', 'counted']) {
    expect(saved.windows(uid)).toMatchObject([
      { key: 1, end: MAX_TIMESTAMP, value: 4 },
      { key: 0, end: MAX_TIMESTAMP, value: 2 },
    ]);
  }
});

const mean = {
  createAccumulator: () => [0, 0] as [number, number],
  add: (n: number, [sum, count]: [number, number]): [number, number] => [sum + n, count + 1],
  getResult: ([sum, count]: [number, number]) => sum / count,
};

/** State of every kind, and a timer a record. */
class Kinds extends KeyedProcessFunction<number, number, string> {
  #list!: ListState<number>;
  #map!: MapState<number, string>;
  #sum!: ReducingState<number>;
  #mean!: AggregatingState<number, number>;
  #late!: ValueState<number | undefined>;
  override open() {
    const context = this.getRuntimeContext();
    this.#list = context.getListState(new ListStateDescriptor<number>('list'));
    this.#map = context.getMapState(new MapStateDescriptor<number, string>('map'));
    this.#sum = context.getReducingState(new ReducingStateDescriptor<number>('sum', (a, b) => a + b));
    this.#mean = context.getAggregatingState(new AggregatingStateDescriptor('mean', mean));
    const expiring = new ValueStateDescriptor<number>('late').enableTimeToLive(new StateTtlConfig('1 h'));
    this.#late = context.getState(expiring);
  }
  override *processElement(n: number, context: KeyedContext<number>) {
    if (n < 100) {
      this.#list.add(n);
      this.#map.put(n, `#${n}`);
      this.#sum.add(n);
      this.#mean.add(n);
      this.#late.update(n);
      context.timerService().registerEventTimeTimer(n + 1_000);
    }
    const [list, map] = [this.#list.get(), [...this.#map.entries()]];
    yield JSON.stringify([list, map, this.#sum.get(), this.#mean.get()]);
  }
  override *onTimer(time: number, context: KeyedContext<number>) {
    yield `${context.getCurrentKey()} at ${time}`;
  }
}
const kinds: Build = (numbers) =>
  void numbers
    .keyBy((n) => n % 2)
    .process(() => new Kinds())
    .uid('kinds')
    .sinkTo(jobs.sink);

test('state of every kind and timers are read, and written anew for a job that goes on with them', async () => {
  const saved = await run(kinds, [1, 2, 3]);
  expect(saved.stateNames('kinds')).toEqual(['list', 'map', 'sum', 'mean', 'late']);
  const odd = (name: string) => saved.readKeyedState('kinds', name).find(({ key }) => key === 1)?.value;
  expect(['list', 'map', 'sum', 'mean', 'late'].map(odd)).toEqual([
    [1, 3],
    new Map([
      [1, '#1'],
      [3, '#3'],
    ]),
    4,
    [4, 2],
    3,
  ]);
  const writer = new SavepointWriter().withTimers('kinds', saved.timers('kinds'));
  for (const name of ['list', 'map', 'sum', 'mean'])
    writer.withKeyedState('kinds', name, saved.readKeyedState('kinds', name));
  const path = writer.write(jobs.path('written'));
  jobs.afresh();
  await run(kinds, [101, 2_000], path);
  expect(jobs.written).toEqual([
    '[[1,3],[[1,"#1"],[3,"#3"]],4,2]',
    '[[2],[[2,"#2"]],2,2]',
    '1 at 1001',
    '0 at 1002',
    '1 at 1003',
  ]);
});

test('a state that is written says what it is', async () => {
  const path = new SavepointWriter()
    .withKeyedState('kinds', 'list', [{ key: 1, value: 7 }], { kind: 'value' })
    .write(jobs.path('written'));
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  kinds(env.fromSource(jobs.source).uid('numbers'), env);
  const job = await env.execute({ fromSavepoint: path });
  await expect(job.finished()).rejects.toMatchObject({ cause: { code: 'state-kind-differs' } });
});

class Buffer extends ProcessFunction<number, string> implements CheckpointedFunction {
  #list!: ListState<number>;
  #union!: ListState<string>;
  initializeState(context: FunctionInitializationContext) {
    const store = context.getOperatorStateStore();
    this.#list = store.getListState(new ListStateDescriptor<number>('list'));
    this.#union = store.getUnionListState(new ListStateDescriptor<string>('union'));
  }
  snapshotState() {}
  override *processElement(n: number) {
    this.#list.add(n);
    this.#union.add(`#${n}`);
    yield JSON.stringify([this.#list.get(), this.#union.get()]);
  }
}
const rules = new MapStateDescriptor<number, number>('rules');
class Ruled extends BroadcastProcessFunction<number, number, string> {
  override *processElement(n: number, context: ReadOnlyContext) {
    yield `${n} by ${JSON.stringify([...context.getBroadcastState(rules).entries()])}`;
  }
  override *processBroadcastElement(n: number, context: BroadcastContext) {
    context.getBroadcastState(rules).put(n, n * 10);
  }
}
const beside: Build = (numbers) => {
  numbers
    .process(() => new Buffer())
    .uid('buffer')
    .sinkTo(jobs.sink);
  const broadcast = numbers.filter((n) => n < 10).broadcast(rules);
  numbers
    .filter((n) => n >= 10)
    .connect(broadcast)
    .process(() => new Ruled())
    .uid('ruled')
    .sinkTo(jobs.sink);
};

test('operator and broadcast state are read, and written anew', async () => {
  const saved = await run(beside, [1, 2]);
  expect(saved.readListState('buffer', 'list')).toEqual([1, 2]);
  expect(saved.readListState('buffer', 'union')).toEqual(['#1', '#2']);
  expect(saved.readBroadcastState('ruled', 'rules')).toEqual(
    new Map([
      [1, 10],
      [2, 20],
    ]),
  );
  expect(() => saved.readListState('buffer', 'none')).toThrow(/There is 'list', 'union'/);
  const path = new SavepointWriter()
    .withListState('buffer', 'list', [7])
    .withListState('buffer', 'union', ['#7'], { union: true })
    .withBroadcastState('ruled', 'rules', [[7, 70]])
    .write(jobs.path('written'));
  jobs.afresh();
  await run(beside, [12], path);
  expect(jobs.written).toEqual(['[[7,12],["#7","#12"]]', '12 by [[7,70]]']);
});
