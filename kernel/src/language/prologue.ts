import { identifiersIn } from './identifiers.ts';
import {
  DECLARATION_MARK,
  spaceName,
  type CarriedDeclaration,
  type LiveBinding,
  type LiveScope,
} from './live-scope.ts';

/** Stands for a top-level `await` in a namespace. */
export const AWAITED = '__awaited';

/** A printed declaration and where it stands in the prologue, so that an error in it can be traced back. */
export interface PrologueRange {
  readonly start: number;
  readonly end: number;
  readonly binding: LiveBinding;
  readonly declaration: CarriedDeclaration;
}

export interface Prologue {
  readonly text: string;
  readonly ranges: readonly PrologueRange[];
  /** Where modules are imported. */
  readonly modules: readonly { readonly start: number; readonly end: number; readonly alias: string }[];
  /** Bindings in namespaces, by `__c3.name`: what a printed type may refer to. */
  readonly spaces: ReadonlyMap<string, LiveBinding>;
}

/**
 * The declarations that go in front of a cell: those of the live names that it mentions and does not declare itself,
 * and what these need. So the checked text does not grow with the session.
 *
 * Older versions of a name live on in the namespaces of the cells that referred to them.
 */
export function prologueFor(
  scope: LiveScope,
  mentioned: Iterable<string>,
  declared: ReadonlySet<string>,
): Prologue {
  return new PrologueBuilder(scope, declared).build(mentioned);
}

class PrologueBuilder {
  readonly #scope: LiveScope;
  readonly #declared: ReadonlySet<string>;
  readonly #top = new Map<string, LiveBinding>();
  readonly #needed = new Set<LiveBinding>();
  #text = '';
  readonly #ranges: PrologueRange[] = [];
  /** Default imports by the names that cells gave them. */
  readonly #plain = new Map<string, string>();

  constructor(scope: LiveScope, declared: ReadonlySet<string>) {
    this.#scope = scope;
    this.#declared = declared;
  }

  build(mentioned: Iterable<string>): Prologue {
    const ambient = [...this.#scope.ambient()].join('\n');
    for (const name of [...mentioned, ...identifiersIn(ambient)]) {
      const binding = this.#declared.has(name) ? undefined : this.#scope.get(name);
      if (binding !== undefined) this.#top.set(name, binding);
    }
    for (const binding of this.#top.values()) this.#need(binding);
    for (const binding of this.#top.values()) this.#writeTop(binding);
    this.#writeSpaces();
    if (this.#text.includes(AWAITED)) this.#text += `declare function ${AWAITED}<T>(value: T): Awaited<T>;\n`;
    if (ambient !== '') this.#text += `${ambient}\n`;
    const spaces = new Map<string, LiveBinding>();
    for (const binding of this.#needed) {
      if (binding.form === 'space') spaces.set(`${spaceName(binding.space)}.${binding.name}`, binding);
    }
    const modules: { start: number; end: number; alias: string }[] = [];
    let header = 'export {};\n';
    for (const { alias, text } of this.#scope.modules.statements(this.#plain)) {
      modules.push({ start: header.length, end: header.length + text.length, alias });
      header += text;
    }
    const ranges = this.#ranges.map((range) => ({
      ...range,
      start: range.start + header.length,
      end: range.end + header.length,
    }));
    return { text: header + this.#text, ranges, modules, spaces };
  }

  #need(binding: LiveBinding): void {
    if (this.#needed.has(binding)) return;
    this.#needed.add(binding);
    for (const { needs } of binding.declarations) {
      for (const needed of needs.values()) this.#need(needed);
    }
  }

  #writeTop(binding: LiveBinding): void {
    const { name, kind, form } = binding;
    if (form === 'import') this.#writeImport(binding, name, true);
    else if (form === 'inline') this.#writeDeclarations(binding, false);
    else if (kind === 'const' || kind === 'let' || kind === 'var') {
      // Not an alias: a variable that a cell imports could not be assigned to.
      this.#text += `declare ${kind} ${name}: typeof ${spaceName(binding.space)}.${name};\n`;
    } else this.#text += `import ${name} = ${spaceName(binding.space)}.${name};\n`;
  }

  #writeSpaces(): void {
    const spaces = new Map<number, LiveBinding[]>();
    for (const binding of this.#needed) {
      if (binding.form !== 'space') continue;
      const members = spaces.get(binding.space);
      if (members) members.push(binding);
      else spaces.set(binding.space, [binding]);
    }
    for (const [space, members] of [...spaces].sort(([a], [b]) => a - b)) {
      const outer = this.#outerNames(space, members);
      this.#text += `namespace ${spaceName(space)} {\n`;
      for (const [name, binding] of outer) this.#writeAlias(name, binding);
      const written = new Set<string>();
      for (const binding of members) this.#writeDeclarations(binding, true, written);
      this.#text += '}\n';
    }
  }

  #outerNames(space: number, members: readonly LiveBinding[]): Map<string, LiveBinding> {
    const outer = new Map<string, LiveBinding>();
    for (const member of members) {
      for (const { needs } of member.declarations) {
        for (const [name, binding] of needs) {
          if (binding.form === 'space' && binding.space === space) continue;
          if (!name.startsWith('__c')) outer.set(name, binding);
        }
      }
    }
    return outer;
  }

  #writeAlias(name: string, binding: LiveBinding): void {
    if (binding.form === 'inline') return this.#writeDeclarations(binding, false);
    if (binding.form === 'space') {
      this.#text += `import ${name} = ${spaceName(binding.space)}.${binding.name};\n`;
      return;
    }
    if (this.#top.get(name) !== binding) this.#writeImport(binding, name, false);
  }

  #writeImport(binding: LiveBinding, name: string, atTop: boolean): void {
    const { imported } = binding;
    if (imported === undefined) return;
    const { modules } = this.#scope;
    if (imported.name === 'default') {
      const alias = modules.defaultOf(imported, binding.name);
      if (atTop) this.#plain.set(alias, name);
      else {
        const at = this.#top.get(binding.name);
        const plain = at && sameImport(at, binding) ? binding.name : alias;
        this.#text += `const ${name} = ${plain}; type ${name} = ${plain};\n`;
      }
      return;
    }
    const alias = modules.whole(imported.specifier, imported.attributes, imported.typeOnly);
    if (imported.name === '*') this.#text += `import ${name} = ${alias};\n`;
    else if (/^[\p{ID_Start}$_]/u.test(imported.name))
      this.#text += `import ${name} = ${alias}.${imported.name};\n`;
    else this.#text += `const ${name} = ${alias}[${JSON.stringify(imported.name)}];\n`;
  }

  #writeDeclarations(binding: LiveBinding, exported: boolean, written?: Set<string>): void {
    for (const declaration of binding.declarations) {
      // A destructuring statement in its own words declares several names.
      if (written?.has(declaration.text)) continue;
      written?.add(declaration.text);
      const prefix = `${exported ? 'export ' : ''}${declaration.printed ? 'declare ' : ''}`;
      const start = this.#text.length;
      this.#text += `${declaration.text.replaceAll(DECLARATION_MARK, prefix)}\n`;
      this.#ranges.push({ start, end: this.#text.length, binding, declaration });
    }
  }
}

function sameImport({ imported: a }: LiveBinding, { imported: b }: LiveBinding): boolean {
  return (
    a?.specifier === b?.specifier &&
    a?.name === b?.name &&
    a?.attributes === b?.attributes &&
    a?.typeOnly === b?.typeOnly
  );
}
