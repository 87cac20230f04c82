import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  generatorSource,
  KeyedProcessFunction,
  savepoint,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type ExecuteOptions,
  type JobClient,
  type KeyedContext,
  type ValueState,
} from 'tidemark';
import { temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const KEYS = 20_000;
const RECORDS = 400_000;

/** Counts the records of each key in an object that it changes in place. */
class Count extends KeyedProcessFunction<number, number, number> {
  #count!: ValueState<{ n: number }>;
  readonly #seen: Map<number, number>;
  readonly #onRecord: (n: number) => void;
  constructor(seen: Map<number, number>, onRecord: (n: number) => void) {
    super();
    this.#seen = seen;
    this.#onRecord = onRecord;
  }
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', { n: 0 }));
  }
  override processElement(record: number, context: KeyedContext<number>) {
    const count = this.#count.value();
    count.n++;
    this.#count.update(count);
    this.#seen.set(context.getCurrentKey(), count.n);
    this.#onRecord(record);
  }
}

function start(
  seen: Map<number, number>,
  onRecord: (n: number) => void,
  options: ExecuteOptions = {},
): Promise<JobClient> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSource(generatorSource((n) => n, { count: RECORDS }))
    .uid('numbers')
    .keyBy((n) => n % KEYS)
    .process(() => new Count(seen, onRecord))
    .uid('count')
    .print();
  return env.execute(options);
}

/** Resolves when so many records have been counted. */
function counted(records: number): {
  readonly reached: Promise<void>;
  readonly onRecord: (n: number) => void;
} {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { reached: promise, onRecord: (n) => void (n === records && resolve()) };
}

const all = new Map(Array.from({ length: KEYS }, (_, key) => [key, RECORDS / KEYS]));

test('what is written while the stream goes on is the state when it began, and what is read again follows it', async () => {
  const seen = new Map<number, number>();
  const { reached, onRecord } = counted(KEYS * 3);
  const job = await start(seen, onRecord);
  await reached;
  // Two at once: the second begins while the first is being written.
  const [first, checkpoint, second] = await Promise.all([
    job.triggerSavepoint(folder.path('one')),
    job.triggerCheckpoint(),
    job.triggerSavepoint(folder.path('two')),
  ]);
  expect(checkpoint.bytes).toBeGreaterThan(KEYS);
  await job.finished();
  expect(seen).toEqual(all);
  for (const path of [first, second]) {
    const saved = savepoint(path).readKeyedState<number, { n: number }>('count', 'count');
    const total = saved.reduce((sum, { value }) => sum + value.n, 0);
    // It began in the middle: every key had as many records as came before one place of the source.
    for (const { key, value } of saved) {
      const before = Math.floor(total / KEYS) + (key < total % KEYS ? 1 : 0);
      if (value.n !== before) expect({ key, n: value.n }).toEqual({ key, n: before });
    }
    expect(total).toBeGreaterThanOrEqual(KEYS * 3);
    const again = new Map<number, number>();
    await (await start(again, () => undefined, { fromSavepoint: path })).finished();
    for (const [key, n] of again)
      if (n !== RECORDS / KEYS) expect({ key, n }).toEqual({ key, n: RECORDS / KEYS });
  }
});

test('a job that is canceled gives up what is being written', async () => {
  const { reached, onRecord } = counted(KEYS * 3);
  const job = await start(new Map(), onRecord);
  await reached;
  const writing = job.triggerSavepoint(folder.path('sp'));
  const refused = expect(writing).rejects.toMatchObject({ code: 'checkpoint-aborted' });
  await job.cancel();
  await refused;
});
