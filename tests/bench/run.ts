// Measures the engine against hand-written loops: `npm run bench -- [query…] [--quick] [--events=n] [--runs=n]`. Every
// query runs in a process of its own, loop and engine by turns; rows and checksum must be those that are known to be
// right, or those of the loop where none are given. Then, in that process: ten other jobs, and the engine once more.
// `npm run bench -- memory` measures what a key takes, `npm run bench -- cuts` what cuts cost, `npm run bench -- kafka` a
// pipeline on a real Kafka broker, `npm run bench -- nexmark [query…]` the SQL of the Nexmark benchmark.
import { fork } from 'node:child_process';
import { ENGINE_FLAGS } from '../../kernel/src/session/engine-flags.ts';
import { measureCatchUp, type CatchUpMeasured } from './catch-up.ts';
import { measureCuts, type CutsMeasured } from './cuts.ts';
import { catchUpTable, cutsTable, jobCheckpointsTable, replyDelayTable } from './cuts-tables.ts';
import { median, rates, share } from './figures.ts';
import { measureJobCheckpoints, type JobCheckpointsMeasured } from './job-checkpoints.ts';
import type { KafkaMeasured } from './kafka.ts';
import { NEXMARK_LOOPS } from './nexmark/nexmark-loops.ts';
import { measureNexmark, type NexmarkMeasured } from './nexmark/nexmark-measure.ts';
import { EXPECTED } from './expected.ts';
import { measureQuery, type Measured } from './measure.ts';
import { measureMemory, type MemoryMeasured } from './memory.ts';
import type { ReplyDelayMeasured } from './reply-delay.ts';
import { FLEETS, measureSensors, type SensorsMeasured } from './sensors.ts';
import { measureStateChecks, STATE_CHECKS } from './state-checks.ts';

const quick = process.argv.includes('--quick');
const events = argument('events', quick ? 2_000_000 : 10_000_000);
const runs = argument('runs', quick ? 3 : 5);

/** What a process of its own measures, by the argument that asks for it. */
const TASKS: Readonly<Record<string, (what: string) => Promise<unknown>>> = {
  measure: (query) => measureQuery(query, events, runs),
  memory: measureMemory,
  sensors: measureSensors,
  cuts: (keys) => measureCuts(Number(keys)),
  checkpoints: (keys) => measureJobCheckpoints(Number(keys)),
  replies: async (keys) => (await import('./reply-delay.ts')).measureReplyDelay(Number(keys)),
  'state-checks': (what) => measureStateChecks(what, runs),
  'catch-up': (records) => measureCatchUp(Number(records), runs),
  kafka: async (records) => (await import('./kafka.ts')).measureKafka(Number(records), runs),
  nexmark: (query) => measureNexmark(query, events, runs),
};

const task = Object.keys(TASKS).find((name) => text(name) !== undefined);
if (task !== undefined) process.send!(await TASKS[task]!(text(task)!), () => process.exit());
else await table();

function argument(name: string, fallback: number): number {
  const given = text(name);
  return given === undefined ? fallback : Number(given);
}

function text(name: string): string | undefined {
  return process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
}

async function table(): Promise<void> {
  const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  if (asked.includes('memory')) return memoryTable();
  if (asked.includes('cuts')) return cutsTables();
  if (asked.includes('kafka')) return kafkaTable();
  if (asked.includes('sensors')) return sensorsTable();
  if (asked.includes('state-checks')) return stateChecksTable();
  if (asked.includes('sql-cells')) return sqlCellsTable();
  if (asked.includes('nexmark')) return nexmarkTable(asked.filter((name) => name !== 'nexmark'));
  const chosen = asked.length > 0 ? asked : Object.keys(EXPECTED);
  console.log(
    `${events.toLocaleString('en')} events; million records/s: median of ${runs} runs (slowest–fastest). ` +
      'ratio: engine to loop; later: engine after ten other jobs to engine before; late: a timer that falls due at ' +
      'any moment of the run, ms at the 99th percentile.\n',
  );
  console.log(row(['query', 'engine', 'hand-written loop', 'ratio', 'later', 'late', 'rows', 'checksum']));
  for (const query of chosen) {
    const measured = await inOwnProcess<Measured>(`--measure=${query}`);
    const { loop, engine, later, lateness, rows, sum } = measured;
    const ratio = (median(engine) / median(loop)).toFixed(2);
    const kept = (median(later) / median(engine)).toFixed(2);
    const late = lateness.toFixed(0);
    console.log(row([query, rates(engine), rates(loop), ratio, kept, late, String(rows), String(sum)]));
  }
  if (asked.length === 0) await memoryTable();
}

/** `npm run bench -- memory`. */
async function memoryTable(): Promise<void> {
  const [loop, engine] = [
    await inOwnProcess<MemoryMeasured>('--memory=loop'),
    await inOwnProcess<MemoryMeasured>('--memory=engine'),
  ];
  console.log(
    `\nMemory of {sum, count} a key at 1,000,000 keys: engine ${engine.bytesPerKey.toFixed(0)} bytes, ` +
      `loop's Map ${loop.bytesPerKey.toFixed(0)} bytes (peak of the process: ${engine.peakMiB.toFixed(0)} and ` +
      `${loop.peakMiB.toFixed(0)} MiB).`,
  );
}

/** `npm run bench -- sensors`. */
async function sensorsTable(): Promise<void> {
  for (const name of Object.keys(FLEETS)) {
    const { sensors: count, bytesPerSensor, rate } = await inOwnProcess<SensorsMeasured>(`--sensors=${name}`);
    console.log(
      `${name}, ${count.toLocaleString('en')} sensors: ${bytesPerSensor.toFixed(0)} bytes a sensor, ` +
        `${Math.round(rate).toLocaleString('en')} readings/s`,
    );
  }
}

/** `npm run bench -- cuts`. */
async function cutsTables(): Promise<void> {
  const keys = 1_000_000;
  for (const count of quick ? [keys] : [keys, 5 * keys])
    console.log(cutsTable(await inOwnProcess<CutsMeasured>(`--cuts=${count}`)));
  console.log(jobCheckpointsTable(await inOwnProcess<JobCheckpointsMeasured>(`--checkpoints=${keys}`)));
  console.log(replyDelayTable(await inOwnProcess<ReplyDelayMeasured>(`--replies=${keys}`)));
  console.log(catchUpTable(await inOwnProcess<CatchUpMeasured>(`--catch-up=${events}`)));
}

/** `npm run bench -- state-checks`: five processes with the checks and five without, by turns. */
async function stateChecksTable(): Promise<void> {
  console.log('Values put into state; million records/s');
  for (const name of Object.keys(STATE_CHECKS)) {
    const looked: number[] = [];
    const unchecked: number[] = [];
    for (let i = 0; i < 5; i++) {
      looked.push(...(await inOwnProcess<number[]>(`--state-checks=${name}`)));
      unchecked.push(...(await inOwnProcess<number[]>(`--state-checks=${name} unchecked`)));
    }
    console.log(
      `  ${name.padEnd(16)}looked at ${rates(looked)}, not looked at ${rates(unchecked)}: ` +
        share(median(looked), median(unchecked)),
    );
  }
}

/** `npm run bench -- nexmark`. */
async function nexmarkTable(asked: readonly string[]): Promise<void> {
  const count = argument('events', quick ? 200_000 : 1_000_000);
  console.log(
    `Nexmark, ${count.toLocaleString('en')} events; million events/s: median of ${runs} runs (slowest–fastest).\n`,
  );
  console.log(row(['query', 'engine', 'hand-written loop', 'ratio', 'cuts', '', 'rows', 'checksum']));
  const byNumber = (a: string, b: string) => Number(a.slice(1)) - Number(b.slice(1));
  for (const query of asked.length > 0 ? asked : Object.keys(NEXMARK_LOOPS).sort(byNumber)) {
    const measured = await inOwnProcess<NexmarkMeasured>(`--nexmark=${query}`, count);
    const { loop, engine, withCuts, rows, sum } = measured;
    const ratio = (median(engine) / median(loop)).toFixed(2);
    const kept = (median(withCuts) / median(engine)).toFixed(2);
    console.log(row([query, rates(engine), rates(loop), ratio, kept, '', String(rows), String(sum)]));
  }
}

/** `npm run bench -- sql-cells`. */
async function sqlCellsTable(): Promise<void> {
  const { measureSqlCells } = await import('./sql-cells.ts');
  const { first, later, firstCompletion, laterCompletion } = await measureSqlCells(runs);
  const shown = (values: readonly number[]) =>
    `${median(values).toFixed(0)} ms (median), ${Math.max(...values).toFixed(0)} ms (highest of ${values.length})`;
  console.log(`%%sql cells of ${runs} fresh kernels, until their reply and 'idle'
  the first           ${shown(first)}
  later ones          ${shown(later)}
  first completion    ${shown(firstCompletion)}
  later ones          ${shown(laterCompletion)}`);
}

/** `npm run bench -- kafka`. */
async function kafkaTable(): Promise<void> {
  const { records, loop, engine, lag } = await inOwnProcess<KafkaMeasured>(
    `--kafka=${quick ? 100_000 : 400_000}`,
  );
  console.log(`Kafka: ${records.toLocaleString('en')} JSON readings → keyed sum → Kafka; million records/s`);
  console.log(`  by hand, same client  ${rates(loop)}`);
  for (const [guarantee, measured] of Object.entries(engine)) {
    console.log(
      `  engine, ${guarantee.padEnd(14)}${rates(measured)}  ratio ${(median(measured) / median(loop)).toFixed(2)}`,
    );
  }
  console.log(
    `  from reading to anomaly at 10,000 readings/s, at-least-once: ${lag.median.toFixed(0)} ms (median), ${lag.p99.toFixed(0)} ms (99th percentile), of ${lag.count}`,
  );
}

function inOwnProcess<M>(task: string, count = events): Promise<M> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [task, `--events=${count}`, `--runs=${runs}`], {
      execArgv: [
        ...process.execArgv,
        ...ENGINE_FLAGS,
        ...(/^--(memory|sensors)/.test(task) ? ['--expose-gc'] : []),
      ],
    });
    child.once('message', (measured) => resolve(measured as M));
    child.once('exit', (code) => reject(new Error(`${task} ended with code ${code}`)));
  });
}

function row(cells: readonly string[]): string {
  const widths = [11, 20, 20, 6, 6, 5, 11, 12];
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
    .join('  ');
}
