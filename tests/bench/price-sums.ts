import { KeyedProcessFunction, ValueStateDescriptor, type ValueState } from 'tidemark';

export interface Price {
  readonly key: number;
  readonly price: number;
}

/** Keeps {sum, count} of the prices of a key in an object that it changes in place. */
export class Keep extends KeyedProcessFunction<number, Price, number> {
  #state!: ValueState<{ sum: number; count: number } | undefined>;

  override open() {
    this.#state = this.getRuntimeContext().getState(
      new ValueStateDescriptor<{ sum: number; count: number }>('prices'),
    );
  }

  processElement({ price }: Price) {
    let state = this.#state.value();
    if (state === undefined) this.#state.update((state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
  }
}
