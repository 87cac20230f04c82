// A session that writes a generated stream to files, and says how far it has come, until it has finished or is killed.
import {
  fileSink,
  generatorSource,
  KeyedProcessFunction,
  ValueStateDescriptor,
  type KeyedContext,
  type ValueState,
} from '../../../runtime/src/index.ts';
import { Notebook } from '../engine/notebook.ts';

const [path = '', out = '', count = '0'] = process.argv.slice(2);

class Running extends KeyedProcessFunction<number, number, string> {
  #sum!: ValueState<number>;
  override open() {
    this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0));
  }
  *processElement(n: number, context: KeyedContext<number>) {
    this.#sum.update(this.#sum.value() + n);
    if (n % 20 === 0) process.stdout.write(`${n}\n`);
    yield `${n} ${context.getCurrentKey()} ${this.#sum.value()}`;
  }
}

const notebook = await Notebook.open(path, true);
notebook.env.enableCheckpointing(10);
notebook.cell('a', (env) => {
  env
    .fromSource(generatorSource((n) => n, { count: Number(count), rate: 4_000 }))
    .keyBy((n) => n % 7)
    .process(() => new Running())
    .sinkTo(fileSink(out, { rolling: { size: 700 } }));
});
await (await notebook.env.execute()).finished();
await notebook.crash();
process.stdout.write('finished\n');
