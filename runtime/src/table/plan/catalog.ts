import { unknownTable } from '../sql-errors.ts';
import type { NamePath, QueryNode } from '../parse/ast.ts';
import type { Relation, TableSource } from './relation.ts';

/** What a name stands for in FROM. */
export type CatalogEntry =
  | { readonly kind: 'table'; readonly table: TableSource }
  /** A view: its query is bound anew where it is read. */
  | { readonly kind: 'view'; readonly query: QueryNode; readonly columns: readonly string[] }
  /** A `Table` of the API. */
  | { readonly kind: 'relation'; readonly relation: Relation };

/** Who gives names: a cell, in one of its runs. */
export interface CatalogAuthor {
  readonly cell: string;
  readonly run: object;
}

/** Tables and views by name. */
export class Catalog {
  readonly #entries = new Map<string, CatalogEntry>();
  readonly #authors = new Map<string, CatalogAuthor>();
  /** In a notebook: who gives names now. */
  author: (() => CatalogAuthor | undefined) | undefined;
  /** Finds what is not in the catalog while a query is bound: variables of a notebook, tables of a method. */
  fallback: ((name: string) => CatalogEntry | undefined) | undefined;

  get names(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }

  entries(): readonly (readonly [string, CatalogEntry])[] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** True if a new table cannot have the name. A cell that runs again gives its own names anew (law 4). */
  isTaken(name: string): boolean {
    if (!this.#entries.has(name)) return false;
    const before = this.#authors.get(name);
    const now = this.author?.();
    return before === undefined || before.cell !== now?.cell || before.run === now.run;
  }

  set(name: string, entry: CatalogEntry): void {
    this.#entries.set(name, entry);
    const author = this.author?.();
    if (author === undefined) this.#authors.delete(name);
    else this.#authors.set(name, author);
  }

  delete(name: string): boolean {
    return this.#entries.delete(name);
  }

  find(name: string): CatalogEntry | undefined {
    return this.#entries.get(name) ?? this.fallback?.(name);
  }

  /** @throws {TidemarkError} `unknown-table` */
  resolve(path: NamePath): CatalogEntry {
    // `default_catalog.default_database.t` names t: there is one catalog and one database.
    const last = path.at(-1)!;
    const entry = this.find(last.name);
    if (entry === undefined) throw unknownTable(path.map(({ name }) => name).join('.'), this.names, last.at);
    return entry;
  }
}
