import { Writable } from 'node:stream';
import type { OutputChunk } from './ipc.ts';
import { hostSection, userCall } from './host-section.ts';
import { currentCell } from './cell-context.ts';
import { postToKernel } from './outbox.ts';

type StreamName = OutputChunk['name'];

/** Text is sent on when this much has gathered, … */
const FULL = 64 * 1024;
/** … or at once, as long as prints are few: so many in a burst, and one more every so many ms. */
const BURST = 40;
const REFILL_MS = 5;

/** What cells print, gathered into few messages and kept in order with everything else a cell says. */
class Output {
  #chunks: { run: number; name: StreamName; text: string }[] = [];
  #size = 0;
  #tokens = BURST;
  #looked = 0;
  #timer: NodeJS.Immediate | undefined;

  write(run: number, name: StreamName, text: string): void {
    if (text === '') return;
    const last = this.#chunks.at(-1);
    if (last && last.run === run && last.name === name) last.text += text;
    else this.#chunks.push({ run, name, text });
    this.#size += text.length;
    // At once, so that a line printed before an endless loop is seen; the kernel process joins what belongs together.
    if (this.#size >= FULL || this.#mayFlush()) return this.flush();
    this.#timer ??= setImmediate(() => hostSection(() => this.flush()));
  }

  flush(): void {
    if (this.#timer !== undefined) clearImmediate(this.#timer);
    this.#timer = undefined;
    if (this.#chunks.length === 0) return;
    postToKernel({ type: 'output', chunks: this.#chunks });
    this.#chunks = [];
    this.#size = 0;
  }

  #mayFlush(): boolean {
    const now = performance.now();
    this.#tokens = Math.min(BURST, this.#tokens + (now - this.#looked) / REFILL_MS);
    this.#looked = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

const output = new Output();

/** Writes to a stream of the given execution. */
export function writeOutput(run: number, name: StreamName, text: string): void {
  hostSection(() => output.write(run, name, text));
}

/** Sends what has gathered; called before anything else that a cell says. */
export function flushOutput(): void {
  hostSection(() => output.flush());
}

/** A stream like `process.stdout`, whose text goes under the cell that writes it. */
export class CellStream extends Writable {
  readonly #name: StreamName;
  readonly isTTY = false;

  constructor(name: StreamName) {
    super({ decodeStrings: false });
    this.#name = name;
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean {
    const done = typeof encoding === 'function' ? encoding : callback;
    const text =
      typeof chunk === 'string'
        ? chunk
        : chunk instanceof Uint8Array
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8')
          : String(chunk);
    userCall(() => output.write(currentCell().run, this.#name, text));
    if (done) process.nextTick(done);
    return true;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.write(chunk);
    callback();
  }

  // Standard output is never closed by the code that writes to it.
  override end(): this {
    return this;
  }

  override destroy(): this {
    return this;
  }
}
