import {
  collectionSource,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type DataStream,
  type RuntimeMode,
} from '../../../runtime/src/index.ts';

export interface Event {
  readonly key: string;
  readonly time: number;
  readonly n: number;
}

export const inMode = (mode: RuntimeMode) =>
  StreamExecutionEnvironment.getExecutionEnvironment().setRuntimeMode(mode);

const strategy = (bound: number) =>
  WatermarkStrategy.forBoundedOutOfOrderness<Event>(bound).withTimestampAssigner(({ time }) => time);

export const stream = (mode: RuntimeMode, events: readonly Event[], bound = 0): DataStream<Event> =>
  inMode(mode).fromSource(collectionSource(events), strategy(bound), 'events');

export const sum = {
  createAccumulator: () => 0,
  add: (event: Event, total: number) => total + event.n,
  getResult: (total: number) => total,
  merge: (a: number, b: number) => a + b,
};

export const sorted = (values: readonly unknown[]): string[] =>
  values.map((value) => JSON.stringify(value)).sort();
