import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { decode, encode, encodePlain } from '../../../runtime/src/checkpoint/codec.ts';
import { FallbackCutFile } from '../../../runtime/src/checkpoint/fallback-cut-file.ts';
import { savepointFiles } from '../../../runtime/src/checkpoint/savepoint-file.ts';
import { SessionStore } from '../../../runtime/src/engine/session-store.ts';
import { UnreliableFiles, type Fault } from '../connectors/unreliable-files.ts';
import type { ReadBy } from './simulated-input.ts';
import { FailingDatabase, SimulatedStore, type DiskError } from './simulated-store.ts';

/** A death of the process: at which of all occasions of a kind. */
export type Death =
  | { readonly by: 'read'; readonly at: number; readonly power: boolean }
  | { readonly by: 'store'; readonly at: number; readonly carriedOut: boolean; readonly power: boolean };

/** What becomes of the session's files when a process has died. */
export type Damage =
  | { readonly kind: 'cut off'; readonly file: '' | '-wal'; readonly share: number }
  | { readonly kind: 'corrupt'; readonly file: '' | '-wal'; readonly places: readonly number[] };

/** What happens in the world while a job runs in it. */
export interface Fate {
  readonly deaths: readonly Death[];
  /** Of the files of sinks, by the number of the operation. */
  readonly faults: readonly (readonly [operation: number, fault: Fault])[];
  /** Of the disk under the session's file. */
  readonly diskErrors: readonly DiskError[];
  /** The most that the session's file takes, in pages of 4 KiB. */
  readonly pages: number | undefined;
  /** Done to the session's file at a death, the first at the first. */
  readonly damages: readonly (Damage | undefined)[];
  /** Numbers of reads at which a cut is taken. */
  readonly cuts: readonly number[];
}

/** Disks and what is on them, which outlive processes; and when processes die. */
export class SimulatedWorld implements ReadBy {
  readonly files: UnreliableFiles;
  readonly #fate: Fate;
  readonly #random: () => number;
  readonly #path: string;
  #processes = 0;
  #reads = 0;
  #requests = 0;
  #transactions = 0;
  #file: FallbackCutFile | undefined;
  #durableBytes = 0;
  #power = false;
  #death = Promise.withResolvers<void>();
  dead = false;
  /** Takes a cut, between two slices. */
  onCutDue: () => void = () => undefined;
  /** True once something is lost that was on disk, or was said to be: then sinks may be given records again. */
  degraded = false;
  readonly warnings: string[] = [];

  constructor(path: string, fate: Fate, random: () => number) {
    this.#path = path;
    this.#fate = fate;
    this.#random = random;
    this.files = new UnreliableFiles(new Map(fate.faults), random, (fault) =>
      this.#die(fault === 'power cut'),
    );
  }

  /** A process begins. */
  open(): SessionStore {
    const { path } = this;
    this.files.begin();
    this.dead = false;
    this.#death = Promise.withResolvers();
    const warn = (error: Error): void => void this.warnings.push(error.message);
    const { pages } = this.#fate;
    const file = new FallbackCutFile(
      path,
      warn,
      pages === undefined ? undefined : pages * 4096,
      (opened) => new FailingDatabase(opened, opened === path ? this.#onCommit : () => undefined),
    );
    this.#file = file;
    this.#durableBytes = 0;
    this.#onDurable();
    const death = this.#death;
    const isDead = (): boolean => this.dead || this.#death !== death;
    const store = new SimulatedStore(file, {
      get dead() {
        return isDead();
      },
      onRequest: (carriedOut) => this.#onRequest(carriedOut),
      onDurable: () => this.#onDurable(),
      turns: () => Math.floor(this.#random() * 3),
    });
    return new SessionStore(store, { encode, encodePlain, decode }, savepointFiles);
  }

  get path(): string {
    return `${this.#path}-${this.#processes}.sqlite`;
  }

  /** Resolves with nothing if the process dies meanwhile. */
  unlessDead<R>(work: Promise<R>): Promise<R | undefined> {
    return Promise.race([work, this.#death.promise.then(() => undefined)]);
  }

  mayRead(goOn: () => void): boolean {
    if (this.dead) return false;
    this.#reads += 1;
    const death = this.#fate.deaths.find(({ by, at }) => by === 'read' && at === this.#reads);
    if (death) this.#die(death.power);
    if (this.dead) return false;
    const cut = this.#fate.cuts.includes(this.#reads);
    if (!cut && this.#random() < 0.6) return true;
    // Other slices, and what is written in the background, come in between.
    setImmediate(() => {
      if (cut && !this.dead) this.onCutDue();
      goOn();
    });
    return false;
  }

  #onRequest(carriedOut: boolean): void {
    if (!carriedOut) this.#requests += 1;
    const death = this.#fate.deaths.find(
      (one) => one.by === 'store' && one.at === this.#requests && one.carriedOut === carriedOut,
    );
    if (death) this.#die(death.power);
  }

  #onDurable(): void {
    this.#durableBytes = sizeOf(`${this.path}-wal`);
  }

  /** The files of a process that has died, as the next one finds them. */
  bury(): void {
    const before = this.path;
    if (this.warnings.length > 0) this.degraded = true;
    this.#processes += 1;
    const after = this.path;
    // Closing the database would tidy up.
    for (const suffix of ['', '-wal']) {
      if (existsSync(before + suffix)) copyFileSync(before + suffix, after + suffix);
    }
    if (this.#power && existsSync(`${after}-wal`)) {
      const written = sizeOf(`${after}-wal`);
      const kept = this.#durableBytes + Math.floor(this.#random() * (written - this.#durableBytes + 1));
      truncateSync(`${after}-wal`, Math.min(written, kept));
    }
    this.#power = false;
    const damage = this.#fate.damages[this.#processes - 1];
    if (damage !== undefined) {
      this.degraded = true;
      inflict(after, damage);
    }
    this.end(before);
  }

  /** Lets go of the file of the last process. */
  end(path = this.path): void {
    this.#file?.close();
    this.#file = undefined;
    for (const suffix of ['', '-wal', '-shm', '.pid']) rmSync(path + suffix, { force: true });
  }

  readonly #onCommit = (): DiskError | undefined => {
    this.#transactions += 1;
    return this.#fate.diskErrors.find(({ at }) => at === this.#transactions);
  };

  #die(power: boolean): void {
    if (this.dead) return;
    this.dead = true;
    this.#power = power;
    this.files.kill(power ? 'power cut' : 'crash');
    this.#death.resolve();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function inflict(path: string, damage: Damage): void {
  const at = path + damage.file;
  if (!existsSync(at)) return;
  const bytes = readFileSync(at);
  if (damage.kind === 'cut off') return truncateSync(at, Math.floor(bytes.length * damage.share));
  for (const place of damage.places) {
    const byte = Math.min(bytes.length - 1, Math.floor(bytes.length * place));
    if (byte >= 0) bytes[byte]! ^= 0x5a;
  }
  writeFileSync(at, bytes);
}
