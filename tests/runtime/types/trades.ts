import { StreamExecutionEnvironment, TumblingEventTimeWindows } from 'tidemark';

export interface Trade {
  readonly symbol: string;
  readonly price: number;
}
export interface Quote {
  readonly symbol: string;
  readonly bid: number;
}

/** Streams whose types are looked at; nothing runs. */
export const env = StreamExecutionEnvironment.getExecutionEnvironment();
export const trades = env.fromData<Trade>({ symbol: 'A', price: 1 });
export const quotes = env.fromData<Quote>({ symbol: 'A', bid: 1 });
export const second = TumblingEventTimeWindows.of('1 s');
