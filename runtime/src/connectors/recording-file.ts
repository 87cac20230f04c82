import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { findFiles } from './file-paths.ts';
import { checkStorable } from '../state/storable.ts';
import { putBack, takeOut, type TakenOut } from '../state/taken-out.ts';
import { recordingDamaged } from './connector-errors.ts';

// A recording as a file: a line that says so, a head, batches, a tail. Each after its length and checksum. What lies in
// them is plain data in the form of the structured clone algorithm; reading it executes nothing but what the program has
// registered for the classes whose instances its records hold.

const MAGIC = 'tidemark recording 2\n';
/** Without instances. */
const EARLIER = 'tidemark recording 1\n';
const FRAME_HEAD = 8;

/** What a file says first. */
export interface RecordingHead {
  readonly sources: readonly { readonly name: string; readonly kind: string }[];
}

/** Records that a source handed over at once. */
export interface RecordingFrame {
  /** Place of the source in the head. */
  readonly source: number;
  /** The clock of the streams then, epoch ms. */
  readonly stamp: number;
  readonly values: readonly unknown[];
  readonly timestamps?: readonly (number | undefined)[] | undefined;
}

/** A batch as it is written: with what stands in the place of instances of classes. */
interface WrittenFrame extends RecordingFrame {
  readonly instances?: TakenOut['instances'];
}

interface RecordingTail {
  readonly frames: number;
}

/** Writes a recording beside its name and puts it there when it is whole. */
export class RecordingWriter {
  readonly path: string;
  readonly #file: number;
  bytes = 0;
  #frames = 0;

  constructor(path: string, head: RecordingHead) {
    this.path = resolve(path);
    this.#file = openSync(this.#unfinished, 'w');
    this.#write(Buffer.from(MAGIC));
    this.#frame(head);
  }

  /** @throws {TidemarkError} `not-storable` for what is neither plain data nor an instance of a registered class */
  add(frame: RecordingFrame): void {
    this.#frame(checkStorable(frame.values, 'records') ? withoutInstances(frame) : frame);
    this.#frames += 1;
  }

  finish(): void {
    const tail: RecordingTail = { frames: this.#frames };
    this.#frame(tail);
    fsyncSync(this.#file);
    closeSync(this.#file);
    renameSync(this.#unfinished, this.path);
  }

  /** Leaves nothing. */
  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#unfinished, { force: true });
  }

  get #unfinished(): string {
    return `${this.path}.new`;
  }

  #frame(value: unknown): void {
    const body = serialize(value);
    const head = Buffer.allocUnsafe(FRAME_HEAD);
    head.writeUInt32LE(body.length, 0);
    head.writeUInt32LE(crc32(body), 4);
    this.#write(head);
    this.#write(body);
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.bytes += bytes.length;
  }
}

/** Reads a recording frame by frame, from any place it has told before. */
export class RecordingFile {
  readonly path: string;
  readonly head: RecordingHead;
  /** Where the next frame begins, in bytes. */
  at: number;
  readonly #file: number;

  /** @throws {TidemarkError} `file-not-found`, `recording-damaged` */
  constructor(path: string) {
    this.path = findFiles(path)[0]!;
    this.#file = openSync(this.path, 'r');
    const magic = this.#bytes(0, MAGIC.length);
    if (magic?.toString() !== MAGIC && magic?.toString() !== EARLIER) {
      this.close();
      throw recordingDamaged(this.path, 'it is no recording of Tidemark');
    }
    this.at = MAGIC.length;
    this.head = this.#next() as RecordingHead;
  }

  /** The next batch; `undefined` behind the last. @throws {TidemarkError} `recording-damaged`, `type-not-registered` */
  next(): RecordingFrame | undefined {
    const frame = this.#next() as WrittenFrame | RecordingTail;
    if ('frames' in frame) return undefined;
    const { instances, ...batch } = frame;
    if (instances === undefined) return batch;
    return { ...batch, values: putBack({ value: batch.values, instances }) as readonly unknown[] };
  }

  close(): void {
    closeSync(this.#file);
  }

  #next(): unknown {
    const head = this.#bytes(this.at, FRAME_HEAD);
    const body = head && this.#bytes(this.at + FRAME_HEAD, head.readUInt32LE(0));
    if (!body) throw recordingDamaged(this.path, 'its end is missing');
    if (crc32(body) !== head.readUInt32LE(4)) throw recordingDamaged(this.path, 'a checksum is wrong');
    this.at += FRAME_HEAD + body.length;
    return deserialize(body);
  }

  #bytes(at: number, count: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(count);
    let read = 0;
    while (read < count) {
      const more = readSync(this.#file, bytes, read, count - read, at + read);
      if (more === 0) return undefined;
      read += more;
    }
    return bytes;
  }
}

function withoutInstances(frame: RecordingFrame): WrittenFrame {
  const { value, instances } = takeOut(frame.values, 'records');
  return { ...frame, values: value as readonly unknown[], instances };
}
