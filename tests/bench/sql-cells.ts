// How long %%sql cells take to answer, as a client of Jupyter's protocol sees it: the first of a fresh kernel, and later ones that ask a
// table whose stream runs; and completion in them.
import { WireKernel } from '../wire/wire-kernel.ts';

/** All in ms. */
export interface SqlCellsMeasured {
  /** The first %%sql cell, right after a kernel has started; one a kernel. */
  readonly first: readonly number[];
  /** Cells after it. */
  readonly later: readonly number[];
  readonly firstCompletion: readonly number[];
  readonly laterCompletion: readonly number[];
}

const TABLE = `CREATE TABLE bids (auction INT, price INT, ts AS LOCALTIMESTAMP) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');`;
const LATER = [
  'SELECT auction, price FROM bids WHERE price > 10',
  'SELECT auction, COUNT(*) AS n FROM bids GROUP BY auction',
  'SELECT auction, MAX(price) AS best, AVG(price) AS mean FROM bids WHERE auction > 0 GROUP BY auction',
  'SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS place FROM bids) WHERE place <= 3',
  'SELECT a.auction, b.price FROM bids AS a JOIN bids AS b ON a.auction = b.price',
];
const COMPLETED = ['SELECT price FROM bi', 'SELECT price FROM bids WHERE pri', 'SELECT COUN', 'SELECT MA'];

/** @param kernels how many are started, one after the other */
export async function measureSqlCells(kernels: number): Promise<SqlCellsMeasured> {
  const measured = { first: [], later: [], firstCompletion: [], laterCompletion: [] } as Record<
    keyof SqlCellsMeasured,
    number[]
  >;
  for (let run = 0; run < kernels; run++) {
    const kernel = await WireKernel.start();
    const cell = async (into: number[], query: string, cellId: string) => {
      const start = performance.now();
      const { status, error } = await kernel.execute(`%%sql\n${query}`, { cellId });
      into.push(performance.now() - start);
      if (status !== 'ok') throw new Error(`${query}: ${error.evalue}`);
    };
    await cell(measured.first, `${TABLE}\n${LATER[0]}`, 'first');
    for (const [at, query] of LATER.entries()) await cell(measured.later, query, `later-${at}`);
    for (const [at, text] of COMPLETED.entries()) {
      const code = `%%sql\n${text}`;
      const start = performance.now();
      const { content } = await kernel.ask('shell', 'complete_request', { code, cursor_pos: code.length });
      measured[at === 0 ? 'firstCompletion' : 'laterCompletion'].push(performance.now() - start);
      if ((content['matches'] as readonly string[]).length === 0)
        throw new Error(`nothing completes ${text}`);
    }
    await kernel.stop();
  }
  return measured;
}
