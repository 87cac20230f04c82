import { deserialize } from 'node:v8';

/** Cuts a byte stream into the messages that the session process wrote: a length, then a serialized value. */
export class FrameReader {
  readonly #onMessage: (message: unknown) => void;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(onMessage: (message: unknown) => void) {
    this.#onMessage = onMessage;
  }

  push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    let need = this.#need();
    if (this.#size < need) return;
    let buffer = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts);
    while (buffer.length >= 4) {
      need = 4 + buffer.readUInt32LE(0);
      if (buffer.length < need) break;
      this.#onMessage(deserialize(buffer.subarray(4, need)));
      buffer = buffer.subarray(need);
    }
    this.#parts = buffer.length > 0 ? [buffer] : [];
    this.#size = buffer.length;
  }

  /** Bytes that the first message needs. */
  #need(): number {
    const [first] = this.#parts;
    if (first && first.length >= 4) return 4 + first.readUInt32LE(0);
    return 4;
  }
}
