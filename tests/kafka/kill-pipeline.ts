import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { json, kafkaTopic } from '../../runtime/src/index.ts';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { anomaliesIn, readingsOf, type Reading } from './detection.ts';

const PROCESS = join(import.meta.dirname, 'pipeline-process.ts');
const READINGS_BETWEEN_KILLS = 400;
/** What a process does is told in so many messages before it may be killed, at most. */
const LATEST_MESSAGE = 12;

/**
 * Sends readings while the session process that detects anomalies in them is killed so many times (kill -9) at random
 * moments, its cells edited in between: whoever reads committed anomalies sees each once, none missing, per key in order.
 * @param betweenKills called before every other kill, as to kill a broker
 */
export async function killPipeline(
  brokers: string,
  name: string,
  kills: number,
  seed: number,
  betweenKills?: (kill: number) => Promise<void>,
): Promise<void> {
  console.log(`kill -9 of the session process (${name}): seed ${seed} (TIDEMARK_SEED replays it)`);
  const random = randomNumbers(seed);
  const folder = temporaryFolder();
  const store = folder.path('session.sqlite');
  const input = kafkaTopic<Reading>({ brokers, topic: `sensor-data-${name}`, format: json() });
  const output = kafkaTopic<Reading>({ brokers, topic: `anomalies-${name}`, format: json() });
  await input.create({ partitions: 3 });
  await output.create({ partitions: 2 });
  const readings = readingsOf(random, READINGS_BETWEEN_KILLS * (kills + 1));
  const send = (kill: number) =>
    input.send(
      readings
        .slice(READINGS_BETWEEN_KILLS * kill, READINGS_BETWEEN_KILLS * (kill + 1))
        .map((value) => ({ key: value.sensor, value })),
    );
  const start = (how: 'new' | 'resume' | 'edit') =>
    new PipelineProcess([brokers, store, input.name, output.name, how]);
  let child = start('new');
  try {
    for (let kill = 0; kill < kills; kill++) {
      const editAt = random() < 0.4 ? Math.floor(random() * 8) : -1;
      const killAt = 1 + Math.floor(random() * LATEST_MESSAGE);
      await child.message();
      await send(kill);
      for (let i = 0; i < killAt; i++) {
        if (i === editAt) child.send('edit');
        if (!(await child.message())) break;
      }
      if (betweenKills) await betweenKills(kill);
      await child.kill();
      child = start(random() < 0.3 ? 'edit' : 'resume');
    }
    await send(kills);
    await child.finished(readings.length);
    const expected = anomaliesIn(readings);
    const found = (await output.records()).map(({ value }) => value!);
    const bySensor = (all: readonly Reading[]) =>
      Object.fromEntries(Map.groupBy(all, ({ sensor }) => sensor));
    expect(expected.length).toBeGreaterThan(kills);
    expect(bySensor(found)).toEqual(bySensor(expected));
  } finally {
    await child.kill();
    folder.remove();
  }
}

class PipelineProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #waiting: ((more: boolean) => void)[] = [];
  #untaken = 0;
  #gone = false;
  #failure: string | undefined;
  readonly #finished = Promise.withResolvers<void>();
  #errors = '';

  constructor(args: readonly string[]) {
    this.#child = fork(PROCESS, args, {
      execArgv: ['--conditions=tidemark-source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#child.stderr!.on('data', (text) => (this.#errors = (this.#errors + String(text)).slice(-4_000)));
    this.#child.on('message', (message: unknown) => {
      if (message === 'finished') return this.#finished.resolve();
      if (typeof message === 'object') this.#failure = (message as { failed: string }).failed;
      const waiting = this.#waiting.shift();
      if (waiting) waiting(true);
      else this.#untaken += 1;
      return undefined;
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#gone = true;
        if (signal !== 'SIGKILL') this.#failure ??= `it ended by itself (${code ?? signal}): ${this.#errors}`;
        for (const waiting of this.#waiting.splice(0)) waiting(false);
        resolve();
      });
    });
  }

  /** Resolves with the next sign of progress; false if there will be none. */
  message(): Promise<boolean> {
    this.check();
    if (this.#untaken > 0) {
      this.#untaken -= 1;
      return Promise.resolve(true);
    }
    if (this.#gone) return Promise.resolve(false);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** @throws if something in it has failed */
  check(): void {
    if (this.#failure !== undefined) throw new Error(`The session process failed: ${this.#failure}`);
  }

  send(message: string): void {
    if (!this.#gone) this.#child.send(message);
  }

  /** Resolves when so many readings have been looked at, and what was found in them is committed. */
  async finished(readings: number): Promise<void> {
    this.send(`finish ${readings}`);
    await Promise.race([this.#finished.promise, this.#exited]);
    this.check();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** mulberry32: numbers in [0, 1) that a seed replays. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The seed that TIDEMARK_SEED names, or one of its own. */
export function seedOfRun(): number {
  const given = process.env['TIDEMARK_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
