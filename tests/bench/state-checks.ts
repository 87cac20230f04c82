// What it costs that values are looked at as they are put into state, so that one that no snapshot can hold is an error right then.
import {
  generatorSource,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  WatermarkStrategy,
  type ListState,
  type MapState,
  type ValueState,
} from 'tidemark';
import { StateCheck } from '../../runtime/src/state/state-check.ts';
import type { Price } from './price-sums.ts';

const NEW_KEYS = 2_000_000;
const RECORDS = 10_000_000;
/** Few, so that nothing but the work on state takes long. */
const FEW_KEYS = 10_000;
const LONGEST_LIST = 10;
const WARM_UPS = 3;

interface Seen {
  price: number;
  times: number;
}

/** Every record is the first of its key, whose value is looked at. */
class FirstValues extends KeyedProcessFunction<number, Price, number> {
  #state!: ValueState<Seen | undefined>;

  override open() {
    this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor<Seen>('seen'));
  }

  processElement({ price }: Price) {
    this.#state.update({ price, times: 1 });
  }
}

/** Every entry that is put is looked at, and its key. */
class Entries extends KeyedProcessFunction<number, Price, number> {
  #state!: MapState<number, Seen>;

  override open() {
    this.#state = this.getRuntimeContext().getMapState(new MapStateDescriptor<number, Seen>('seen'));
  }

  processElement({ price }: Price) {
    this.#state.put(price % 10, { price, times: 1 });
  }
}

/** Every item that is added is looked at. */
class Items extends KeyedProcessFunction<number, Price, number> {
  #state!: ListState<Seen>;
  #added = 0;

  override open() {
    this.#state = this.getRuntimeContext().getListState(new ListStateDescriptor<Seen>('seen'));
  }

  processElement({ price }: Price) {
    if (Math.floor(this.#added++ / FEW_KEYS) % LONGEST_LIST === 0) this.#state.clear();
    this.#state.add({ price, times: 1 });
  }
}

/** What is done with state, by its name: with how many records, of how many keys, and by what. */
export const STATE_CHECKS = {
  'first values': { records: NEW_KEYS, keys: NEW_KEYS, make: () => new FirstValues() },
  'entries of maps': { records: RECORDS, keys: FEW_KEYS, make: () => new Entries() },
  'items of lists': { records: RECORDS, keys: FEW_KEYS, make: () => new Items() },
} as const;

/**
 * @param what one of `STATE_CHECKS`; with ` unchecked` behind it without the look at values
 * @returns records a second of each run
 */
export async function measureStateChecks(what: string, runs: number): Promise<number[]> {
  const [, name = what, unchecked] = /^(.*?)( unchecked)?$/.exec(what)!;
  if (unchecked !== undefined) StateCheck.prototype.look = () => undefined;
  const { records, keys, make } = STATE_CHECKS[name as keyof typeof STATE_CHECKS];
  const rates: number[] = [];
  for (let run = 0; run < WARM_UPS + runs; run++) {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env
      .fromSource(
        generatorSource((i): Price => ({ key: i % keys, price: i % 1000 }), { count: records }),
        WatermarkStrategy.noWatermarks(),
        'prices',
      )
      .keyBy('key')
      .process(make as () => KeyedProcessFunction<number, Price, number>)
      .sinkTo({ kind: 'nowhere', createWriter: () => ({ write: () => undefined }) });
    const start = performance.now();
    const job = await env.execute();
    await job.finished();
    if (run >= WARM_UPS) rates.push((records / (performance.now() - start)) * 1000);
  }
  return rates;
}
