import { DatabaseSync } from 'node:sqlite';
import type { CutStore } from '../../../runtime/src/checkpoint/cut-store.ts';
import type { FallbackCutFile } from '../../../runtime/src/checkpoint/fallback-cut-file.ts';

/** What SQLite says when the system writes less than it was asked to, or cannot flush what it has. */
export const IO_ERRORS = { 'short write': 778, 'failed sync': 1034, 'failed read': 266 };

/** The disk fails the `at`th transaction, as it is written or as it is committed. */
export interface DiskError {
  readonly at: number;
  readonly what: keyof typeof IO_ERRORS;
}

/** A database on a disk that fails transactions; SQLite has taken them back when it says so. */
export class FailingDatabase extends DatabaseSync {
  readonly #ends: () => DiskError | undefined;

  constructor(path: string, ends: () => DiskError | undefined) {
    super(path);
    this.#ends = ends;
  }

  override exec(sql: string): void {
    const error = sql === 'COMMIT' ? this.#ends() : undefined;
    if (error === undefined) return super.exec(sql);
    super.exec('ROLLBACK');
    throw Object.assign(new Error(`disk I/O error: ${error.what}`), { errcode: IO_ERRORS[error.what] });
  }
}

/** What the world does around a request to the store. */
export interface StoreWorld {
  /** True once the process is dead: nothing is carried out or answered any more. */
  readonly dead: boolean;
  /** Called before a request is carried out, and before it is answered. */
  onRequest(carriedOut: boolean): void;
  /** Called when what was written so far would outlive a power cut. */
  onDurable(): void;
  /** Turns of the event loop until a request is carried out. */
  turns(): number;
}

/** The store's thread, in the thread of the test: requests are carried out one after the other, some turns later. */
export class SimulatedStore implements CutStore {
  readonly #file: FallbackCutFile;
  readonly #world: StoreWorld;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: FallbackCutFile, world: StoreWorld) {
    this.#file = file;
    this.#world = world;
  }

  appendTimeline: CutStore['appendTimeline'] = (blocks) =>
    void this.#request(() => this.#file.appendTimeline(blocks));
  writeBlob: CutStore['writeBlob'] = (ref, bytes) => this.#request(() => this.#file.writeBlob(ref, bytes));
  writeCut: CutStore['writeCut'] = (cut) =>
    this.#request(() => {
      this.#file.writeCut(cut);
      this.#world.onDurable();
    });
  readCuts: CutStore['readCuts'] = () => this.#request(() => this.#file.readCuts());
  readCut: CutStore['readCut'] = (id) => this.#request(() => this.#file.readCut(id));
  readTimeline: CutStore['readTimeline'] = (from, to) =>
    this.#request(() => this.#file.readTimeline(from, to));
  truncateTimeline: CutStore['truncateTimeline'] = (after) =>
    this.#request(() => this.#file.truncateTimeline(after));
  storedRecording: CutStore['storedRecording'] = () => this.#request(() => this.#file.storedRecording());
  cutBytes: CutStore['cutBytes'] = () => this.#request(() => this.#file.cutBytes());
  trimTimeline: CutStore['trimTimeline'] = (trim) => void this.#request(() => this.#file.trimTimeline(trim));
  dropCuts: CutStore['dropCuts'] = (ids) => this.#request(() => this.#file.dropCuts(ids));
  writeNote: CutStore['writeNote'] = (key, bytes) => this.#request(() => this.#file.writeNote(key, bytes));
  readNotes: CutStore['readNotes'] = () => this.#request(() => this.#file.readNotes());
  close: CutStore['close'] = () => this.#request(() => undefined);

  #request<R>(carryOut: () => R): Promise<R> {
    const world = this.#world;
    const answer = this.#last.then(async () => {
      for (let turn = world.turns(); turn > 0; turn--) await new Promise<void>(setImmediate);
      if (!world.dead) world.onRequest(false);
      if (world.dead) return never<R>();
      const value = carryOut();
      world.onRequest(true);
      return world.dead ? never<R>() : value;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

/** What somebody waits for who is dead. */
export function never<R>(): Promise<R> {
  return new Promise<R>(() => undefined);
}
