import { afterEach, beforeEach } from 'vitest';
import {
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type DataStream,
  type ExecuteOptions,
  type JobClient,
  type Sink,
} from 'tidemark';
import { temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

/** Makes a job of numbers, each of which is its time as well. */
export type Build = (numbers: DataStream<number>, env: StreamExecutionEnvironment) => void;

/** What a test's jobs read, write and leave on disk: other ones for each test of the file that makes it. */
export class PushedJobs {
  source = new PushedSource();
  written: unknown[] = [];
  #folder: ReturnType<typeof temporaryFolder> | undefined;
  /** Lists what it is given in `written`. */
  readonly sink: Sink<unknown> = {
    kind: 'list',
    createWriter: () => ({
      write: (value) => {
        this.written.push(value);
        for (const look of [...this.#waiting]) look();
      },
    }),
  };
  readonly #waiting = new Set<() => void>();

  constructor() {
    beforeEach(() => {
      this.#folder = temporaryFolder();
      this.afresh();
    });
    afterEach(() => this.#folder?.remove());
  }

  /** Jobs from now on read another source, and what was written is forgotten. */
  afresh(): void {
    this.source = new PushedSource();
    this.written = [];
  }

  /** Resolves when so much has been written. */
  untilWritten(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.written.length < count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Of a file that is gone when the test is. */
  path(name: string): string {
    if (this.#folder === undefined) throw new Error('there is a folder only while a test runs');
    return this.#folder.path(name);
  }

  start(build: Build, options: ExecuteOptions = {}): Promise<JobClient> {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const times = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n);
    build(env.fromSource(this.source, times, 'numbers').uid('numbers'), env);
    return env.execute(options);
  }
}
