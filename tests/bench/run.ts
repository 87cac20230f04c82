// Measures the engine against hand-written loops: `npm run bench -- [query…] [--events=n] [--runs=n]`. Every query runs
// in a process of its own, loop and engine by turns; rows and checksums must be those that are known to be right.
import { fork } from 'node:child_process';
import type { Checksum } from './events.ts';
import { handLoops } from './hand-loops.ts';
import { runQuery } from './queries.ts';

/** Rows and checksum by number of events. */
const EXPECTED: Readonly<Record<string, Readonly<Record<number, readonly [rows: number, sum: number]>>>> = {
  q12: { 2_000_000: [29_754, 358195496], 10_000_000: [109_754, -543647841] },
  q5: { 2_000_000: [149_754, 1413640833], 10_000_000: [549_754, 818595466] },
  q1: { 2_000_000: [2_000_000, -1478885063], 10_000_000: [10_000_000, 1270749529] },
  q2: { 2_000_000: [17_055, 123202357], 10_000_000: [85_744, -1370919951] },
  q8: { 2_000_000: [185_470, -933704563], 10_000_000: [970_601, 837880331] },
  interval: {},
  anom: { 2_000_000: [95_854, 1102460240], 10_000_000: [488_562, -1845090326] },
};
const WARM_UP = 2_000_000;

interface Measured {
  /** Records a second: the median, and the slowest and fastest run. */
  readonly loop: readonly number[];
  readonly engine: readonly number[];
  readonly rows: number;
  readonly sum: number;
}

function argument(name: string, fallback: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return given === undefined ? fallback : Number(given.slice(name.length + 3));
}

const events = argument('events', 10_000_000);
const runs = argument('runs', 5);
const only = process.argv.find((argument) => argument.startsWith('--measure='))?.slice('--measure='.length);

if (only === undefined) await table();
else process.send!(await measure(only));

async function measure(query: string): Promise<Measured> {
  const loop: number[] = [];
  const engine: number[] = [];
  const timed = async (rates: number[], n: number, run: (n: number) => Checksum | Promise<Checksum>) => {
    const start = performance.now();
    const result = await run(n);
    rates.push((n / (performance.now() - start)) * 1000);
    check(query, n, result);
    return result;
  };
  await timed([], WARM_UP, handLoops[query]!);
  await timed([], WARM_UP, (n) => runQuery(query, n));
  let last: Checksum | undefined;
  for (let run = 0; run < runs; run++) {
    await timed(loop, events, handLoops[query]!);
    last = await timed(engine, events, (n) => runQuery(query, n));
  }
  return { loop, engine, rows: last!.rows, sum: last!.sum };
}

function check(query: string, n: number, { rows, sum }: Checksum): void {
  const expected = EXPECTED[query]?.[n];
  if (expected === undefined || (expected[0] === rows && expected[1] === sum)) return;
  throw new Error(
    `${query} of ${n} events gave ${rows} rows with checksum ${sum}, not ${expected.join(' with ')}`,
  );
}

async function table(): Promise<void> {
  const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const chosen = asked.length > 0 ? asked : Object.keys(EXPECTED);
  console.log(
    `${events.toLocaleString('en')} events, median of ${runs} runs (slowest–fastest), million records/s\n`,
  );
  console.log(row(['query', 'engine', 'hand-written loop', 'ratio', 'rows', 'checksum']));
  for (const query of chosen) {
    const { loop, engine, rows, sum } = await inOwnProcess(query);
    const ratio = (median(engine) / median(loop)).toFixed(2);
    console.log(row([query, rates(engine), rates(loop), ratio, String(rows), String(sum)]));
  }
}

function inOwnProcess(query: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [`--measure=${query}`, `--events=${events}`, `--runs=${runs}`], {
      execArgv: process.execArgv,
    });
    child.once('message', (measured) => resolve(measured as Measured));
    child.once('exit', (code) => reject(new Error(`measuring ${query} ended with code ${code}`)));
  });
}

function rates(values: readonly number[]): string {
  const millions = (value: number) => (value / 1e6).toFixed(2);
  return `${millions(median(values))} (${millions(Math.min(...values))}–${millions(Math.max(...values))})`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function row(cells: readonly string[]): string {
  const widths = [6, 20, 20, 6, 11, 12];
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
    .join('  ');
}
