import type { SinkFiles } from '../../../runtime/src/connectors/file-sink/sink-files.ts';

interface MemoryFile {
  bytes: Uint8Array;
  /** How much of it would outlive a power cut. */
  synced: number;
}

/**
 * What happens at an operation: it fails, perhaps half done; or the process dies there; or the power goes, and what was not
 * synced is lost.
 */
export type Fault = 'failure' | 'crash' | 'power cut';

/** A disk in memory that fails when it is told to, and whose answers take their time. */
export class UnreliableFiles implements SinkFiles {
  readonly files = new Map<string, MemoryFile>();
  readonly #open = new Map<number, MemoryFile>();
  readonly #faults: Map<number, Fault>;
  readonly #random: () => number;
  readonly #onDeath: (fault: Fault) => void;
  #handles = 0;
  #operations = 0;
  /** After a power cut, or the death of the process, nothing works until `restart`. */
  #dead = false;
  #lives = 0;

  /**
   * @param faults by the number of the operation that they happen at
   * @param onDeath called when the process dies of one
   */
  constructor(
    faults: ReadonlyMap<number, Fault>,
    random: () => number,
    onDeath: (fault: Fault) => void = () => undefined,
  ) {
    this.#faults = new Map(faults);
    this.#random = random;
    this.#onDeath = onDeath;
  }

  /** The disk is back. */
  restart(): void {
    this.#dead = false;
  }

  /** Another process begins: what the one before had under way does not go on. */
  begin(): void {
    this.#dead = false;
    this.#lives += 1;
  }

  /** The process dies between two operations; what it has begun does not go on. */
  kill(fault: 'crash' | 'power cut'): void {
    this.#dead = true;
    if (fault === 'power cut') this.#cutPower();
  }

  open(path: string, keep: number): number {
    this.#operation();
    const found = this.files.get(path);
    if (keep > 0 && (found === undefined || found.bytes.length < keep)) throw diskError(`no ${path}`);
    const file = keep > 0 ? found! : { bytes: new Uint8Array(0), synced: 0 };
    file.bytes = file.bytes.slice(0, keep);
    file.synced = Math.min(file.synced, keep);
    this.files.set(path, file);
    this.#open.set((this.#handles += 1), file);
    return this.#handles;
  }

  write(handle: number, bytes: Uint8Array): void {
    const file = this.#fileOf(handle);
    this.#operation(() => append(file, bytes.subarray(0, Math.floor(bytes.length / 2))));
    append(file, bytes);
  }

  async sync(handle: number): Promise<void> {
    const file = this.#fileOf(handle);
    const length = file.bytes.length;
    await this.#turns();
    this.#operation();
    file.synced = Math.max(file.synced, Math.min(length, file.bytes.length));
  }

  async close(handle: number): Promise<void> {
    await this.#turns();
    this.#open.delete(handle);
  }

  async publish(from: string, to: string): Promise<void> {
    const rename = (): void => {
      const file = this.files.get(from);
      if (file === undefined) throw diskError(`no ${from}`);
      this.files.delete(from);
      this.files.set(to, file);
    };
    await this.#turns();
    this.#operation(this.#random() < 0.5 ? rename : undefined);
    rename();
    await this.#turns();
  }

  size(path: string): number | undefined {
    return this.files.get(path)?.bytes.length;
  }

  list(folder: string): readonly string[] {
    const begin = `${folder}/`;
    return [...this.files.keys()].flatMap((path) => (path.startsWith(begin) ? path.slice(begin.length) : []));
  }

  remove(path: string): void {
    if (!this.#dead) this.files.delete(path);
  }

  /** @param half what is done of the operation if it fails */
  #operation(half?: () => void): void {
    if (this.#dead) throw diskError('the power is off');
    const fault = this.#faults.get((this.#operations += 1));
    if (fault === undefined) return;
    half?.();
    if (fault === 'failure') throw diskError(fault);
    this.kill(fault);
    this.#onDeath(fault);
    throw diskError(fault);
  }

  #cutPower(): void {
    for (const file of this.files.values()) {
      const unsynced = file.bytes.length - file.synced;
      file.bytes = file.bytes.slice(0, file.synced + Math.floor(this.#random() * (unsynced + 1)));
    }
  }

  #fileOf(handle: number): MemoryFile {
    const file = this.#open.get(handle);
    if (file === undefined) throw new Error('the file is not open');
    return file;
  }

  /** Lets some turns of the event loop pass; never resolves if another process goes on meanwhile. */
  async #turns(): Promise<void> {
    const life = this.#lives;
    for (let turn = Math.floor(this.#random() * 3); turn > 0; turn--) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (life !== this.#lives) await new Promise<void>(() => undefined);
  }
}

function append(file: MemoryFile, bytes: Uint8Array): void {
  const longer = new Uint8Array(file.bytes.length + bytes.length);
  longer.set(file.bytes);
  longer.set(bytes, file.bytes.length);
  file.bytes = longer;
}

function diskError(message: string): Error {
  return Object.assign(new Error(message), { code: 'EIO', syscall: 'test' });
}
