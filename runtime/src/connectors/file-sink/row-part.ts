import type { RowEncoder, RowFormat } from '../../formats/format.ts';
import { PartOutput, type PartFile } from './part-file.ts';
import type { SinkFiles } from './sink-files.ts';

/** Text is handed to the file in pieces of about so many characters. */
const PIECE = 64 * 1024;

interface RowPartState {
  readonly length: number;
  readonly encoder: unknown;
}

/** A file of rows, which can be gone on with after a restore: what came behind the cut is cut off. */
export class RowPart<T> implements PartFile<T> {
  readonly name: string;
  readonly overflow: readonly T[] = [];
  readonly #output: PartOutput;
  readonly #encoder: RowEncoder<T>;
  readonly #bytes = new TextEncoder();
  #text = '';

  constructor(files: SinkFiles, folder: string, name: string, format: RowFormat<T>, state?: unknown) {
    const { length, encoder } = (state as RowPartState | undefined) ?? { length: 0, encoder: undefined };
    this.name = name;
    this.#output = new PartOutput(files, `${folder}/${name}`, length);
    this.#encoder = format.createEncoder(encoder);
  }

  get size(): number {
    return this.#output.length + this.#text.length;
  }

  write(value: T): void {
    this.#text += this.#encoder.encode(value);
    if (this.#text.length >= PIECE) this.#hand();
  }

  flush(): Promise<void> {
    this.#hand();
    return this.#output.sync();
  }

  state(): RowPartState {
    return { length: this.#output.length, encoder: this.#encoder.state };
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.#output.close();
  }

  abandon(): void {
    this.#output.close().catch(() => undefined);
  }

  #hand(): void {
    if (this.#text === '') return;
    const bytes = this.#bytes.encode(this.#text);
    this.#text = '';
    this.#output.write(bytes);
  }
}
