import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { StreamExecutionEnvironment, WatermarkStrategy, collectionSource, type DataStream } from 'tidemark';
import type { SessionEnvironment } from 'tidemark/session';
import { Notebook } from '../runtime/engine/notebook.ts';

/** A record of the stream that examples find declared. */
export interface Order {
  readonly user: string;
  readonly amount: number;
  /** Its timestamp, in ms. */
  readonly time: number;
}

const ORDERS: readonly Order[] = [
  { user: 'ann', amount: 3, time: 1_000 },
  { user: 'bob', amount: 5, time: 4_000 },
  { user: 'ann', amount: 4, time: 8_000 },
  { user: 'bob', amount: 2, time: 12_000 },
];

/** A record of the other stream that examples find declared. */
export interface Payment {
  readonly user: string;
  readonly paid: number;
  /** Its timestamp, in ms. */
  readonly time: number;
}

const PAYMENTS: readonly Payment[] = [
  { user: 'ann', paid: 3, time: 2_000 },
  { user: 'bob', paid: 5, time: 9_000 },
];

/** What every example finds declared; `docs/README.md` says so to its readers. */
export interface ExampleNames {
  readonly env: StreamExecutionEnvironment;
  /** Four orders, at most a second out of order. */
  readonly orders: DataStream<Order>;
  /** Two payments, at most a second out of order. */
  readonly payments: DataStream<Payment>;
  /** Of a server that sends three lines of a log and closes. */
  readonly port: number;
}

/** The same in a notebook. */
export interface NotebookNames extends ExampleNames {
  readonly env: SessionEnvironment;
}

/** Makes the names anew, calls back, and closes what is behind them. */
export async function withExampleNames(
  inNotebook: boolean,
  work: (names: ExampleNames) => Promise<void>,
): Promise<void> {
  const server = createServer((socket) => {
    socket.end('INFO started\nWARN disk is full\nINFO stopped\n');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    if (!inNotebook) {
      return await work(namesOf(StreamExecutionEnvironment.getExecutionEnvironment(), port));
    }
    const notebook = await Notebook.open(':memory:');
    // A cell has run before, so there is a snapshot to speak of.
    notebook.cell('before', (env) => void env.fromData(1).print());
    notebook.session.beginCell('example', []);
    try {
      await work(namesOf(notebook.env, port));
    } finally {
      await notebook.crash();
    }
  } finally {
    server.close();
  }
}

function namesOf<E extends StreamExecutionEnvironment>(env: E, port: number): ExampleNames & { env: E } {
  const streamOf = <T extends { readonly time: number }>(
    name: string,
    records: readonly T[],
  ): DataStream<T> =>
    env.fromSource(
      collectionSource(records),
      WatermarkStrategy.forBoundedOutOfOrderness<T>('1 s').withTimestampAssigner(({ time }) => time),
      name,
    );
  return { env, orders: streamOf('orders', ORDERS), payments: streamOf('payments', PAYMENTS), port };
}
