import type { BindingKind, ImportedName } from './cell-outline.ts';
import { ModuleAliases } from './module-aliases.ts';

/** The namespace of a cell's declarations in the text that later cells are checked against. */
export function spaceName(space: number): string {
  return `__c${space}`;
}

/** Finds references to namespaces in a printed type. */
export const SPACE_REFERENCE = /\b__c(\d+)\.([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;

/** Stands in a carried declaration where `export` and `declare` go. */
export const DECLARATION_MARK = '\u0001';

/** One declaration as later cells see it: text, and what its free names meant where it was written. */
export interface CarriedDeclaration {
  text: string;
  needs: ReadonlyMap<string, LiveBinding>;
  /** True for a type printed by the checker, false for the cell's own words. */
  printed: boolean;
  /**
   * The same declaration in the cell's own words, for a printed type that turns out not to stand on its own (a class
   * that is local to a function, say).
   */
  verbatim?: { readonly text: string; readonly needs: ReadonlyMap<string, LiveBinding> };
}

/** A name that a cell has declared. Immutable once live, so that older declarations keep what they referred to. */
export interface LiveBinding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly space: number;
  /**
   * `import`: an import statement. `inline`: `text` stands on its own. `space`: declared in the cell's namespace,
   * together with what it needs.
   */
  form: 'import' | 'inline' | 'space';
  readonly imported?: ImportedName;
  readonly declarations: CarriedDeclaration[];
}

/** The live bindings of a session: what a name means to the next cell. */
export class LiveScope {
  /** Modules that live declarations refer to. */
  readonly modules = new ModuleAliases();
  readonly #bindings = new Map<string, LiveBinding>();

  readonly #ambient = new Map<string, string>();

  get(name: string): LiveBinding | undefined {
    return this.#bindings.get(name);
  }

  has(name: string): boolean {
    return this.#bindings.has(name);
  }

  /** A later declaration replaces an earlier one, of whatever kind either is. */
  declare(bindings: Iterable<LiveBinding>): void {
    for (const binding of bindings) this.#bindings.set(binding.name, binding);
  }

  /** Keeps what a cell says of the global scope and of modules, in the place of what it said when it last ran. */
  declareAmbient(cellId: string, texts: readonly string[]): void {
    if (texts.length === 0) this.#ambient.delete(cellId);
    else this.#ambient.set(cellId, texts.join('\n'));
  }

  ambient(): Iterable<string> {
    return this.#ambient.values();
  }

  bindings(): Iterable<LiveBinding> {
    return this.#bindings.values();
  }
}
