import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBySource } from '../../../runtime/src/graph/fingerprint.ts';
import { openSession, openStore, SessionEnvironment } from '../../../runtime/src/session.ts';
import type { BranchNotice, CellOutcome, Session } from '../../../runtime/src/session.ts';
import type { RecordOrigin, ViewObserver, ViewStatus } from '../../../runtime/src/engine/view.ts';

/** Rows of a view: what its observer was told. */
export class SeenView implements ViewObserver {
  values: unknown[] = [];
  status: ViewStatus = 'waiting';
  error: Error | undefined;
  readonly #waiters = new Set<() => void>();
  readonly #origins = new WeakMap<object, RecordOrigin>();

  onRecord(value: unknown, _timestamp?: number, origin?: RecordOrigin): void {
    this.values.push(value);
    if (typeof value === 'object' && value !== null && origin !== undefined) this.#origins.set(value, origin);
    this.#look();
  }
  /** The rows that a table which changes has by now. */
  standing(): unknown[] {
    const rows: { readonly key: string; readonly value: unknown }[] = [];
    for (const value of this.values) {
      const { key, change } = this.#origins.get(value as object)!;
      const id = JSON.stringify(key);
      const at = rows.findIndex((row) => row.key === id);
      if (change === 'remove') rows.splice(at, 1);
      else if (change === 'replace' && at >= 0) rows[at] = { key: id, value };
      else rows.push({ key: id, value });
    }
    return rows.map(({ value }) => value);
  }
  onWatermark(): void {}
  onProgress(): void {}
  snapshot(): unknown {
    return [...this.values];
  }
  restore(state: unknown): void {
    this.values = [...(state as unknown[])];
  }
  onStatus(status: ViewStatus, error?: Error): void {
    this.status = status;
    this.error = error;
    this.#look();
  }
  /** Resolves when the view fulfils a condition, which is looked at after everything that it is told. */
  until(condition: (view: SeenView) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition(this)) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }
  #look(): void {
    for (const look of [...this.#waiters]) look();
  }
}

/** A notebook without Jupyter: cells are functions, views are lists. `crash` is what kill -9 leaves. */
export class Notebook {
  readonly views = new Map<string, SeenView>();
  readonly opened: string[] = [];
  readonly printed: string[] = [];
  readonly warnings: readonly string[];
  /** What is said of sinks now, by their places. */
  readonly notices = new Map<string, BranchNotice>();
  readonly #noticed = new Set<() => void>();
  /** Variables of the notebook, and which of them functions name: what a kernel finds out by itself. */
  readonly variables = new Map<string, unknown>();
  readonly #names = new WeakMap<object, readonly string[]>();
  readonly session: Session;
  readonly env: SessionEnvironment;
  readonly #store: Awaited<ReturnType<typeof openStore>>;
  #count = 0;

  private constructor(
    session: Session,
    store: Awaited<ReturnType<typeof openStore>>,
    warnings: readonly string[],
  ) {
    this.session = session;
    this.warnings = warnings;
    this.env = new SessionEnvironment(session);
    this.#store = store;
  }

  /** @param open a test's own has a disk that fails */
  static async open(path: string, resume = false, open = openStore): Promise<Notebook> {
    const warnings: string[] = [];
    const store = await open(path, (warning) => warnings.push(warning));
    const holder: { notebook?: Notebook } = {};
    const notebook = (): Notebook => {
      if (!holder.notebook) throw new Error('not open yet');
      return holder.notebook;
    };
    const session = await openSession(
      {
        announceView: ({ viewId }) => notebook().opened.push(viewId),
        openView: (viewId) => {
          const view = notebook().views.get(viewId) ?? new SeenView();
          view.values = [];
          notebook().views.set(viewId, view);
          return view;
        },
        refreshView: () => undefined,
        closeView: (viewId) => notebook().views.delete(viewId),
        print: (_cell, text) => notebook().printed.push(text),
        inCell: (_cell, work) => work(),
        describe: (fn) => `${describeBySource(fn)} ${[...(notebook().describedVariables(fn) ?? [])].join()}`,
        variablesOf: (fn) => notebook().describedVariables(fn),
        variable: (name) => String(notebook().variables.get(name)),
        warn: (message) => warnings.push(message),
        notice: (_cell, place, notice) => notebook().onNotice(place, notice),
      },
      store,
      resume,
    );
    const opened = new Notebook(session, store, warnings);
    holder.notebook = opened;
    return opened;
  }

  onNotice(place: string, notice: BranchNotice | undefined): void {
    if (notice) this.notices.set(place, notice);
    else this.notices.delete(place);
    for (const look of [...this.#noticed]) look();
  }

  /** Resolves when what is said of a sink fulfils a condition. */
  untilNotice(place: string, condition: (notice: BranchNotice | undefined) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition(this.notices.get(place))) return;
        this.#noticed.delete(look);
        resolve();
      };
      this.#noticed.add(look);
      look();
    });
  }

  /** A function that names variables of the notebook. */
  naming<F extends object>(names: readonly string[], fn: F): F {
    this.#names.set(fn, names);
    return fn;
  }

  describedVariables(fn: unknown): ReadonlyMap<string, string> | undefined {
    const names = typeof fn === 'function' ? this.#names.get(fn) : undefined;
    return names && new Map(names.map((name) => [name, String(this.variables.get(name))]));
  }

  /**
   * Runs a cell.
   * @param sets variables of the notebook that it sets
   */
  cell(
    id: string,
    code: (env: SessionEnvironment) => void,
    deleted: readonly string[] = [],
    sets: Readonly<Record<string, unknown>> = {},
  ): CellOutcome {
    this.#count += 1;
    const label = { text: `[${this.#count}]`, executionCount: this.#count };
    this.session.beginCell(id, deleted);
    let failed = true;
    const touched = new Set(Object.keys(sets));
    for (const [name, value] of Object.entries(sets)) this.variables.set(name, value);
    try {
      code(this.env);
      failed = false;
    } finally {
      if (failed) this.session.endCell(id, label, true, touched);
    }
    return this.session.endCell(id, label, false, touched);
  }

  view(id: string): SeenView {
    const view = this.views.get(id);
    if (!view) throw new Error(`no view ${id}; there are ${[...this.views.keys()].join(', ')}`);
    return view;
  }

  /** Stops without taking a cut; what was handed to the store is on disk. */
  async crash(): Promise<void> {
    this.session.close();
    await this.#store.close();
  }
}

/** A folder that is gone when the test is. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
