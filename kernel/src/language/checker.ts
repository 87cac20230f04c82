import { existsSync, statSync } from 'node:fs';
import type { API, Project, Snapshot, Diagnostic } from 'typescript7/unstable/sync';
import type { SourceFile } from 'typescript7/unstable/ast';
import { projectConfig, type NotebookConfig } from './compiler-options.ts';
import { predeclaredTypes } from './predeclared.ts';
import { typescript7 } from './typescript7.ts';

/**
 * One TypeScript 7 program of constant size: the predeclared names and one virtual file, the current cell with the
 * declarations it needs in front. The virtual files lie in the notebook's folder, so that imports resolve as they
 * would in a module there; nothing is written to disk.
 */
export class Checker {
  readonly #cwd: string;
  readonly #files = new Map<string, string>();
  readonly #cellPath: string;
  readonly #configPath: string;
  readonly #predeclaredPath: string;
  readonly #tidemarkTypes: string | undefined;
  /** Modification times of the notebook's own modules, which may be edited between two cells. */
  readonly #localFiles = new Map<string, number>();
  #api: API | undefined;
  #snapshot: Snapshot | undefined;

  constructor(cwd: string, tidemarkTypes?: string) {
    this.#cwd = cwd.replaceAll('\\', '/');
    this.#cellPath = `${this.#cwd}/__tidemark_cell__.ts`;
    this.#configPath = `${this.#cwd}/__tidemark_tsconfig__.json`;
    this.#predeclaredPath = `${this.#cwd}/__tidemark_predeclared__.ts`;
    this.#tidemarkTypes = tidemarkTypes;
    this.#files.set(this.#cellPath, 'export {};\n');
    this.#files.set(this.#predeclaredPath, predeclaredTypes);
  }

  /** Makes `text` the cell's file. Positions in later calls are offsets in this text. */
  open(text: string): void {
    const changed = [this.#cellPath, ...this.#changedLocalFiles()];
    this.#files.set(this.#cellPath, text);
    this.#run(() => {
      if (this.#snapshot === undefined) this.#start();
      else this.#update({ fileChanges: { changed } });
    });
  }

  /** Forgets what is known of the disk, as after an `npm install` in the notebook's folder. */
  refresh(): void {
    this.#localFiles.clear();
    this.#run(() => this.#update({ fileChanges: { invalidateAll: true } }));
  }

  get text(): string {
    return this.#files.get(this.#cellPath) ?? '';
  }

  sourceFile(): SourceFile {
    const file = this.#run(() => this.#project().program.getSourceFile(this.#cellPath));
    if (file === undefined) throw new Error('TypeScript does not know the cell that it was given');
    return file;
  }

  syntacticDiagnostics(): readonly Diagnostic[] {
    return this.#run(() => this.#project().program.getSyntacticDiagnostics(this.#cellPath));
  }

  semanticDiagnostics(): readonly Diagnostic[] {
    return this.#run(() => this.#project().program.getSemanticDiagnostics(this.#cellPath));
  }

  /** The types at these offsets, printed in full, with names that can be resolved from another cell. */
  printTypes(offsets: readonly number[]): (string | undefined)[] {
    if (offsets.length === 0) return [];
    const { NodeBuilderFlags } = typescript7().api;
    const flags =
      NodeBuilderFlags.NoTruncation |
      NodeBuilderFlags.UseFullyQualifiedType |
      NodeBuilderFlags.AllowUniqueESSymbolType;
    return this.#run(() => {
      const { checker } = this.#project();
      return checker
        .getTypeAtPosition(this.#cellPath, offsets)
        .map((type) => (type === undefined ? undefined : checker.typeToString(type, undefined, flags)));
    });
  }

  /** The type at an offset, as text. */
  typeAt(offset: number): string | undefined {
    return this.printTypes([offset])[0];
  }

  /** Runs a query on the program and the path of the cell's file in it. */
  query<T>(ask: (project: Project, cellPath: string) => T): T {
    return this.#run(() => ask(this.#project(), this.#cellPath));
  }

  /** Notes the notebook's own modules that the cell's program reads, so that edits of them are seen. */
  watchLocalFiles(): void {
    const names = this.#run(() => this.#project().program.getSourceFileNames());
    for (const name of names) {
      if (!name.startsWith(this.#cwd) || name.includes('/node_modules/') || this.#files.has(name)) continue;
      if (!this.#localFiles.has(name)) this.#localFiles.set(name, modified(name));
    }
  }

  close(): void {
    const api = this.#api;
    this.#api = undefined;
    this.#snapshot = undefined;
    try {
      api?.close();
    } catch {
      // Its process is gone already.
    }
  }

  #changedLocalFiles(): string[] {
    const changed: string[] = [];
    for (const [path, time] of this.#localFiles) {
      const now = modified(path);
      if (now === time) continue;
      this.#localFiles.set(path, now);
      changed.push(path);
    }
    return changed;
  }

  /** Starts TypeScript's process, which comes up while the caller goes on. */
  spawn(): void {
    if (this.#api) return;
    const { api } = typescript7();
    // Only `readFile` is answered from here: each further callback is asked hundreds of times when a program is built.
    this.#api = new api.API({ cwd: this.#cwd, fs: { readFile: (path) => this.#files.get(path) } });
  }

  #start(): void {
    this.spawn();
    const client = this.#api;
    if (client === undefined) return;
    const files = [this.#predeclaredPath, this.#cellPath];
    this.#files.set(
      this.#configPath,
      JSON.stringify(projectConfig(this.#notebookConfig(client), files, this.#tidemarkTypes)),
    );
    this.#update({ openProjects: [this.#configPath] });
  }

  #notebookConfig(client: API): NotebookConfig {
    const path = `${this.#cwd}/tsconfig.json`;
    if (!existsSync(path)) return {};
    const paths = client.parseConfigFile(path).options['paths'];
    return { path, paths: isPaths(paths) ? paths : {} };
  }

  #update(params: Parameters<API['updateSnapshot']>[0]): void {
    const before = this.#snapshot;
    this.#snapshot = this.#api?.updateSnapshot(params);
    if (before) setImmediate(() => this.#dispose(before));
  }

  /** Later, so that nobody waits for it. */
  #dispose(snapshot: Snapshot): void {
    try {
      snapshot.dispose();
    } catch {
      // Its process has died since; the next request starts another.
    }
  }

  #project(): Project {
    if (this.#snapshot === undefined) this.#start();
    const project = this.#snapshot?.getProject(this.#configPath) ?? this.#snapshot?.getProjects()[0];
    if (project === undefined) throw new Error('TypeScript did not open the project of the notebook');
    return project;
  }

  #isAlive(): boolean {
    if (this.#api === undefined) return false;
    try {
      this.#update({});
      return true;
    } catch {
      return false;
    }
  }

  /** Runs a request; if TypeScript's process has died, once more in a new one. */
  #run<T>(request: () => T): T {
    try {
      return request();
    } catch (error) {
      if (this.#isAlive()) throw error;
      this.close();
      this.#start();
      return request();
    }
  }
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isPaths(value: unknown): value is Record<string, string[]> {
  return typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray);
}
