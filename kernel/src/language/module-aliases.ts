import type { ImportedName } from './cell-outline.ts';

interface ModuleAlias {
  readonly alias: string;
  readonly statement: (local: string) => string;
  /** For a default import: what cells call it. */
  readonly local?: string;
}

/**
 * The modules that live declarations refer to, each imported once under a name of its own, in an order that does not
 * change: TypeScript looks all modules of a program up again whenever the list of a file's imports differs.
 */
export class ModuleAliases {
  readonly #modules = new Map<string, ModuleAlias>();
  #count = 0;

  /** A name for the whole module. */
  whole(specifier: string, attributes = '', typeOnly = false): string {
    const keyword = typeOnly ? 'import type' : 'import';
    const statement = (local: string): string =>
      `${keyword} * as ${local} from ${JSON.stringify(specifier)} ${attributes};`;
    return this.#add(`${keyword} ${specifier} ${attributes}`, { alias: this.#next(), statement }).alias;
  }

  /** A name for the module's default export, which TypeScript cannot take off the whole of it. */
  defaultOf({ specifier, attributes, typeOnly }: ImportedName, local: string): string {
    const keyword = typeOnly ? 'import type' : 'import';
    const statement = (name: string): string =>
      `${keyword} { default as ${name} } from ${JSON.stringify(specifier)} ${attributes};`;
    return this.#add(`${keyword} default ${local} ${specifier} ${attributes}`, {
      alias: this.#next(),
      statement,
      local,
    }).alias;
  }

  /** Import statements, one a line; default exports go by the names in `plain`, where these are given. */
  *statements(
    plain: ReadonlyMap<string, string>,
  ): Iterable<{ readonly alias: string; readonly text: string }> {
    for (const { alias, statement } of this.#modules.values()) {
      yield { alias, text: `${statement(plain.get(alias) ?? alias)}\n` };
    }
  }

  /** Forgets a module that cannot be imported. */
  drop(alias: string): void {
    for (const [key, module] of this.#modules) if (module.alias === alias) this.#modules.delete(key);
  }

  #next(): string {
    return `__m${this.#count}`;
  }

  #add(key: string, made: ModuleAlias): ModuleAlias {
    const known = this.#modules.get(key);
    if (known !== undefined) return known;
    this.#modules.set(key, made);
    this.#count += 1;
    return made;
  }
}
