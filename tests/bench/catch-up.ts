// How fast an edited branch reads the recording again, beside how fast the first one read it as it came.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generatorSource, WatermarkStrategy } from 'tidemark';
import { openSession, openStore, SessionEnvironment } from '../../runtime/src/session.ts';
import type { Price } from './price-sums.ts';
import { QUIET_HOST } from './quiet-host.ts';

const KEYS = 100_000;

interface Read {
  records: number;
}

/** Records a second, one a run. */
export interface CatchUpMeasured {
  readonly records: number;
  readonly live: readonly number[];
  readonly catchUp: readonly number[];
}

/** @throws when a lane has read a record twice */
export async function measureCatchUp(records: number, runs: number): Promise<CatchUpMeasured> {
  const live: number[] = [];
  const catchUp: number[] = [];
  // The first is to warm up.
  for (let run = 0; run <= runs; run++) {
    const [first, again] = await once(records);
    if (run === 0) continue;
    live.push(first);
    catchUp.push(again);
  }
  return { records, live, catchUp };
}

async function once(records: number): Promise<[live: number, catchUp: number]> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const store = await openStore(join(folder, 'session.sqlite'), (warning) => console.error(warning));
  const session = await openSession(QUIET_HOST, store, false);
  try {
    const env = new SessionEnvironment(session);
    session.beginCell('source');
    const prices = env
      .fromSource(
        generatorSource((i) => ({ key: i % KEYS, price: (i % 1000) + 1 }), { count: records }),
        WatermarkStrategy.noWatermarks(),
        'prices',
      )
      .keyBy('key');
    session.endCell('source', { text: '[1]' }, false);
    /** Runs the cell with this text in its function; its records a second. */
    const rate = async (
      run: number,
      reduce: (read: Read) => (a: Price, b: Price) => Price,
    ): Promise<number> => {
      const read: Read = { records: 0 };
      const start = performance.now();
      session.beginCell('sum');
      prices
        .reduce(reduce(read))
        .sinkTo({ kind: 'nowhere', createWriter: () => ({ write: () => undefined }) });
      const { rebuilt } = session.endCell('sum', { text: `[${run}]` }, false);
      if (run === 2 && rebuilt.length !== 1) throw new Error('the edited branch was not rebuilt');
      // A key's first record is not reduced.
      while (read.records < records - KEYS) await sleep(1);
      if (read.records > records - KEYS) throw new Error(`${read.records} records were reduced`);
      return (records / (performance.now() - start)) * 1000;
    };
    const rates: [number, number] = [
      await rate(1, (read) => (a, b) => {
        read.records++;
        return { key: a.key, price: a.price + b.price };
      }),
      await rate(2, (read) => (a, b) => {
        read.records++;
        return { key: a.key, price: b.price + a.price };
      }),
    ];
    await session.beginCut({ label: 'the end' })?.durable;
    return rates;
  } finally {
    session.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
