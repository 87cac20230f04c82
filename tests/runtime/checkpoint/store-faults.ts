import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { CutToWrite, StoredCut } from '../../../runtime/src/checkpoint/cut-store.ts';
import { FallbackCutFile } from '../../../runtime/src/checkpoint/fallback-cut-file.ts';
import { holds } from '../property.ts';
import { FailingDatabase, type DiskError } from '../simulation/simulated-store.ts';
import { blocksOf, entriesOf, entry, seqsOf } from './stored-entries.ts';

/** What a session does to its file, and what the world does to it. */
type Step =
  | { readonly kind: 'cut'; readonly fresh: number; readonly size: number }
  | { readonly kind: 'base' }
  | { readonly kind: 'append'; readonly entries: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'die' };

/** What becomes of the files of a process that has died. */
type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'cut off'; readonly file: '' | '-wal'; readonly share: number }
  | { readonly kind: 'corrupt'; readonly file: '' | '-wal'; readonly places: readonly number[] };

interface Run {
  readonly steps: readonly Step[];
  readonly error: DiskError | undefined;
  readonly fault: Fault;
  /** The most that the disk takes, in pages of 4 KiB. */
  readonly pages: number | undefined;
}

const file = fc.constantFrom('' as const, '-wal' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      fresh: fc.nat({ max: 3 }),
      size: fc.nat({ max: 9_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'base' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('append' as const), entries: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'drop' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'die' as const }) },
);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({
    kind: fc.constant('cut off' as const),
    file,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('corrupt' as const),
    file,
    places: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
  }),
);
const diskError: fc.Arbitrary<DiskError> = fc.record({
  at: fc.integer({ min: 1, max: 20 }),
  what: fc.constantFrom('short write' as const, 'failed sync' as const, 'failed read' as const),
});
const run: fc.Arbitrary<Run> = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 15 }),
  error: fc.option(diskError, { nil: undefined, freq: 2 }),
  fault,
  pages: fc.option(fc.integer({ min: 12, max: 40 }), { nil: undefined, freq: 3 }),
});

/** A session's file with a list of what it must hold. */
class Simulated {
  readonly #path: string;
  readonly #pages: number | undefined;
  readonly written = new Map<number, CutToWrite & { bytes: readonly Uint8Array[] }>();
  readonly #everWritten = new Map<number, CutToWrite & { bytes: readonly Uint8Array[] }>();
  readonly warnings: Error[] = [];
  #store: FallbackCutFile;
  /** Of the cuts that share them: number, and what they hold. */
  #chain: { readonly ref: number | string; readonly bytes: Uint8Array }[] = [];
  #refs = 0;
  #ids = 0;
  #seq = 0;
  readonly #error: DiskError | undefined;
  #transactions = 0;
  /** Warnings when the file was opened: with more it is not written any more. */
  #warned = 0;
  /** What the file must hold, whatever the session has in memory beside it. */
  readonly #durable = new Set<number>();
  #durableSeq = 0;

  constructor(path: string, { pages, error }: Run) {
    this.#path = path;
    this.#pages = pages;
    this.#error = error;
    this.#store = this.#open();
  }

  carryOut(step: Step): void {
    if (step.kind === 'cut') this.#cut(step.fresh, step.size);
    else if (step.kind === 'base') this.#chain = [];
    else if (step.kind === 'append') this.#append(step.entries);
    else if (step.kind === 'drop') this.#drop();
    else this.#reopen();
  }

  /** Whatever was done to the files: what can be read is what was written, and nothing throws. */
  check(fault: Fault): void {
    this.#store.close();
    const intact = fault.kind === 'none';
    damage(this.#path, fault);
    const store = this.#open();
    const read = store.readCuts().flatMap(({ id }) => store.readCut(id) ?? []);
    for (const cut of read) this.#compare(cut);
    if (intact) expect(read.map(({ id }) => id)).toEqual([...this.#durable]);
    const entries = entriesOf(store.readTimeline(0));
    for (const { seq, values } of entries) expect(values).toEqual([seq % 251]);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
    if (intact) expect(entries).toHaveLength(this.#durableSeq);
    store.close();
  }

  #cut(fresh: number, size: number): void {
    const id = (this.#ids += 1);
    for (let at = 0; at < fresh; at++) {
      const bytes = new Uint8Array(size).fill((id * 7 + at) % 251);
      const ref = (this.#refs += 1);
      this.#store.writeBlob(ref, bytes);
      this.#chain = [...this.#chain, { ref, bytes }];
    }
    const beside = new Uint8Array(100).fill(id % 251);
    const cut: CutToWrite = {
      id,
      seq: this.#seq,
      label: `[${id}]`,
      time: id,
      graph: new Uint8Array(20).fill(id % 251),
      blobs: [{ key: '0', bytes: beside }, ...this.#chain.map(({ ref }) => ({ key: '0', ref }))],
    };
    this.#store.writeCut(cut);
    const written = { ...cut, bytes: [beside, ...this.#chain.map(({ bytes }) => bytes)] };
    this.written.set(id, written);
    this.#everWritten.set(id, written);
    if (this.#onDisk) this.#durable.add(id);
    for (const { id: known } of this.#store.readCuts()) this.#compare(this.#store.readCut(known)!);
  }

  #append(entries: number): void {
    const made = Array.from({ length: entries }, () => {
      const seq = (this.#seq += 1);
      return entry(seq, { values: [seq % 251] });
    });
    this.#store.appendTimeline(blocksOf(made));
    if (this.#onDisk) this.#durableSeq = this.#seq;
    expect(seqsOf(this.#store.readTimeline(0))).toEqual(Array.from({ length: this.#seq }, (_, at) => at + 1));
  }

  get #onDisk(): boolean {
    return this.warnings.length === this.#warned;
  }

  #drop(): void {
    const [oldest] = this.written.keys();
    if (oldest === undefined || this.written.size < 2) return;
    this.#store.dropCuts([oldest]);
    this.written.delete(oldest);
    if (this.#onDisk) this.#durable.delete(oldest);
  }

  /** As after kill -9: what is on disk is what there is. */
  #reopen(): void {
    this.#store.close();
    this.#store = this.#open();
    const onDisk = new Set(this.#store.readCuts().map(({ id }) => id));
    expect([...onDisk]).toEqual([...this.#durable]);
    for (const id of this.written.keys()) if (!onDisk.has(id)) this.written.delete(id);
    const [last] = [...onDisk].sort((a, b) => b - a);
    const blobs = last === undefined ? [] : this.#store.readCut(last)!.blobs.slice(1);
    this.#chain = blobs.map(({ ref, bytes }) => ({ ref, bytes }));
    this.#seq = Math.max(0, ...seqsOf(this.#store.readTimeline(0)));
    expect(this.#seq).toBe(this.#durableSeq);
  }

  #open(): FallbackCutFile {
    const maxBytes = this.#pages === undefined ? undefined : this.#pages * 4096;
    const warn = (error: Error): void => void this.warnings.push(error);
    const ends = (): DiskError | undefined => {
      this.#transactions += 1;
      return this.#transactions === this.#error?.at ? this.#error : undefined;
    };
    const store = new FallbackCutFile(
      this.#path,
      warn,
      maxBytes,
      (path) => new FailingDatabase(path, path === this.#path ? ends : () => undefined),
    );
    this.#warned = this.warnings.length;
    return store;
  }

  #compare(cut: StoredCut): void {
    // One that was dropped while the disk was full may be there still.
    const expected = this.#everWritten.get(cut.id)!;
    expect(cut).toMatchObject({ seq: expected.seq, label: expected.label, time: expected.time });
    const differing = cut.blobs.filter(({ bytes }, at) => Buffer.compare(bytes, expected.bytes[at]!) !== 0);
    expect([cut.blobs.length, differing]).toEqual([expected.bytes.length, []]);
  }
}

function damage(path: string, fault: Fault): void {
  if (fault.kind === 'none' || !existsSync(path + fault.file)) return;
  const at = path + fault.file;
  const bytes = readFileSync(at);
  if (fault.kind === 'cut off') return truncateSync(at, Math.floor(bytes.length * fault.share));
  for (const place of fault.places) {
    const byte = Math.min(bytes.length - 1, Math.floor(bytes.length * place));
    if (byte >= 0) bytes[byte]! ^= 0x5a;
  }
  writeFileSync(at, bytes);
}

/** However a disk fails and whatever becomes of the files: a cut is there as it was written, or not at all. */
export async function checkStoreFaults(runs: number): Promise<void> {
  // In memory where there is such a folder: here processes die, the power does not.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tidemark-faults-'));
  let sessions = 0;
  try {
    await holds(
      run,
      (simulation) => {
        const { steps, fault } = simulation;
        const path = join(folder, `s${(sessions += 1)}.sqlite`);
        const simulated = new Simulated(path, simulation);
        for (const step of steps) simulated.carryOut(step);
        simulated.check(fault);
        for (const suffix of ['', '-wal', '-shm', '.pid']) rmSync(path + suffix, { force: true });
        return Promise.resolve();
      },
      runs,
      runs,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
