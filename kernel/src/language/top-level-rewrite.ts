import {
  parse,
  type AnyNode,
  type Expression,
  type ImportDeclaration,
  type Program,
  type VariableDeclaration,
} from 'acorn';
import MagicString from 'magic-string';
import { ownName, ownReferences } from './own-globals.ts';
import type { PositionMap } from './position-map.ts';
import { childrenOf, isFunction, namesIn, nestedVars } from './syntax-walk.ts';

/** The object through which a cell's code reaches the session. */
const SESSION = '__tidemark';

export interface Rewritten {
  readonly js: string;
  /**
   * Names in the order in which they get their values. While the cell runs, `__tidemark.reached` counts them, so that of
   * a cell that failed it is known what it has declared.
   */
  readonly reached: readonly (readonly string[])[];
  readonly toSource: PositionMap;
}

/**
 * Makes a checked cell's JavaScript evaluable in the REPL mode of V8, which knows no imports and lets a name be declared
 * again only as the same kind: every top-level binding becomes a `let`, imports become calls of the session, and
 * top-level `await`s go through a guard that an interrupt rejects.
 *
 * `isTypeOnly` tells imports that name only types: they have nothing to load at run time. `renamed`
 * are variables of this cell or earlier ones that are called like a global.
 */
export function rewriteTopLevel(
  js: string,
  isTypeOnly: (specifier: string, imported: string) => boolean,
  renamed: ReadonlySet<string>,
): Rewritten {
  const program = parse(js, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: false,
    checkPrivateFields: false,
  });
  return new Rewriter(js, program, isTypeOnly, renamed).rewrite();
}

class Rewriter {
  readonly #js: string;
  readonly #program: Program;
  readonly #isTypeOnly: (specifier: string, imported: string) => boolean;
  readonly #renamed: ReadonlySet<string>;
  readonly #out: MagicString;
  /** Names declared at the front, before anything runs: `var`s, and names that the cell declares twice. */
  readonly #front = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #reached: string[][] = [];
  readonly #hoisted = new Set<AnyNode>();
  /** With a top-level `using`, the cell becomes a block, so that it is disposed of at the cell's end. */
  readonly #inBlock: boolean;

  constructor(
    js: string,
    program: Program,
    isTypeOnly: (specifier: string, imported: string) => boolean,
    renamed: ReadonlySet<string>,
  ) {
    this.#js = js;
    this.#program = program;
    this.#isTypeOnly = isTypeOnly;
    this.#renamed = renamed;
    this.#out = new MagicString(js);
    this.#inBlock = program.body.some(
      (node) => node.type === 'VariableDeclaration' && (node.kind === 'using' || node.kind === 'await using'),
    );
  }

  rewrite(): Rewritten {
    this.#collectFront();
    this.#walk(this.#program, true);
    for (const node of this.#program.body) {
      this.#statement(node);
      this.#mark(node);
    }
    for (const { name, start, end, shorthand } of ownReferences(this.#program, this.#renamed)) {
      this.#out.update(start, end, shorthand ? `${name}: ${ownName(name)}` : ownName(name));
    }
    const names = [...this.#front].map((name) => this.#own(name));
    const declarations = names.length > 0 ? `let ${names.join(', ')};` : '';
    this.#out.prepend(`'use strict';${declarations}${this.#inBlock ? '{' : ''}`);
    if (this.#inBlock) this.#out.append('\n}');
    return { js: this.#out.toString(), reached: this.#reached, toSource: this.#map() };
  }

  #collectFront(): void {
    const counts = new Map<string, number>();
    const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const node of this.#program.body) {
      const declared = node.type === 'ExportNamedDeclaration' && node.declaration ? node.declaration : node;
      if (declared.type === 'VariableDeclaration') {
        if (declared.kind === 'using' || declared.kind === 'await using') continue;
        for (const name of declared.declarations.flatMap(({ id }) => namesIn(id))) {
          count(name);
          if (declared.kind === 'var') this.#front.add(name);
        }
      } else if (declared.type === 'FunctionDeclaration' || declared.type === 'ClassDeclaration') {
        if (declared.id) count(declared.id.name);
      } else if (declared.type === 'ImportDeclaration') {
        for (const { local } of declared.specifiers) count(local.name);
      }
    }
    for (const [name, times] of counts) if (times > 1 || this.#inBlock) this.#front.add(name);
    for (const name of nestedVars(this.#program)) this.#front.add(name);
  }

  #mark(node: Program['body'][number]): void {
    const declared = 'declaration' in node && node.declaration ? node.declaration : node;
    const names = namesOf(declared);
    if (names.length === 0 || this.#hoisted.has(declared)) return;
    this.#reached.push(names);
    this.#out.appendLeft(node.end, `;${SESSION}.reached=${this.#reached.length};`);
  }

  #statement(node: Program['body'][number]): void {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.#import(node);
      case 'ExportNamedDeclaration':
        if (node.declaration) {
          this.#out.remove(node.start, node.declaration.start);
          this.#statement(node.declaration);
        } else if (node.source) this.#replace(node, `${this.#load(node.source.value, node.attributes)};`);
        else this.#replace(node, ';');
        return;
      case 'ExportAllDeclaration':
        return this.#replace(node, `${this.#load(node.source.value, node.attributes)};`);
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        const named =
          (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
          declaration.id;
        this.#out.update(node.start, declaration.start, named ? '' : '(');
        if (named) this.#statement(declaration as Program['body'][number]);
        else this.#out.appendLeft(declaration.end, ')');
        return;
      }
      case 'VariableDeclaration':
        return this.#variables(node, 'statement');
      case 'FunctionDeclaration':
        return this.#function(node);
      case 'ClassDeclaration': {
        const { name } = node.id;
        this.#out.appendRight(node.start, this.#assign(name));
        this.#out.appendLeft(node.end, ';');
        return;
      }
      default:
        return;
    }
  }

  /** `let name = `, or `;name = ` where it is declared at the front. */
  #assign(name: string): string {
    const variable = this.#own(name);
    return this.#front.has(name) ? `;${variable} = ` : `let ${variable} = `;
  }

  #own(name: string): string {
    return this.#renamed.has(name) ? ownName(name) : name;
  }

  #function(node: Extract<AnyNode, { type: 'FunctionDeclaration' }>): void {
    if (node.id === null) return;
    const { name } = node.id;
    // An anonymous function takes the variable's name, and its own calls of it see what the name means later.
    this.#out.remove(node.id.start, node.id.end);
    this.#out.appendRight(node.start, this.#assign(name));
    this.#out.appendLeft(node.end, ';');
    const usedBefore = this.#js.slice(0, node.start).includes(name);
    if (usedBefore) this.#hoisted.add(node);
    if (usedBefore && !this.#inBlock) this.#out.move(node.start, node.end, 0);
    else if (usedBefore) this.#out.move(node.start, node.end, this.#program.body[0]?.start ?? 0);
  }

  #variables(node: VariableDeclaration, place: 'statement' | 'for' | 'body'): void {
    if (node.kind === 'using' || node.kind === 'await using') return;
    const names = node.declarations.flatMap(({ id }) => namesIn(id));
    if (!names.some((name) => this.#front.has(name))) {
      if (node.kind !== 'let') this.#out.update(node.start, node.start + node.kind.length, 'let');
      return;
    }
    // A repeated declaration is an assignment; the parentheses are for patterns.
    for (const name of names) this.#front.add(name);
    const afterKeyword = node.start + node.kind.length;
    const open = place === 'statement' ? ';(' : place === 'body' ? '(' : '';
    const kept = node.declarations.filter(({ init }) => init !== null || place === 'for');
    if (kept.length === 0) {
      for (const { start, end } of node.declarations) this.#blank(start, end);
      this.#out.update(node.start, afterKeyword, '');
      this.#blankCommas(node);
      return;
    }
    this.#out.update(node.start, afterKeyword, open);
    if (open !== '') {
      const lastEnd = node.declarations.at(-1)?.end ?? node.end;
      // A declaration ends with its line; an expression might go on in the next.
      this.#out.appendLeft(lastEnd, this.#js[node.end - 1] === ';' ? ')' : ');');
    }
  }

  #import(node: ImportDeclaration): void {
    const specifier = String(node.source.value);
    const values = node.specifiers.filter((one) => !this.#isTypeOnly(specifier, importedName(one)));
    if (node.specifiers.length > 0 && values.length === 0) return this.#replace(node, ';');
    const load = this.#load(specifier, node.attributes);
    if (values.length === 0) return this.#hoist(node, `${load};`);
    const whole = values.find((one) => one.type === 'ImportNamespaceSpecifier');
    const properties = values
      .filter((one) => one !== whole)
      .map((one) => `${propertyName(importedName(one))}: ${this.#own(one.local.name)}`)
      .join(', ');
    const names = values.map(({ local }) => local.name);
    const front = names.some((name) => this.#front.has(name));
    const start = front ? ';(' : 'let ';
    const end = front ? ');' : ';';
    const parts = whole ? [`${this.#own(whole.local.name)} = ${load}`] : [];
    if (properties !== '') parts.push(`{ ${properties} } = ${whole ? this.#own(whole.local.name) : load}`);
    if (front) for (const name of names) this.#front.add(name);
    this.#hoist(node, `${start}${parts.join(', ')}${end}`);
  }

  /** Imports come first in a module, wherever they are written. */
  #hoist(node: AnyNode, text: string): void {
    this.#replace(node, text);
    const first = this.#program.body.find((one) => one.type !== 'ImportDeclaration');
    if (first !== undefined && first.start < node.start)
      this.#out.move(node.start, node.end, this.#program.body[0]?.start ?? 0);
  }

  #load(specifier: unknown, attributes: ImportDeclaration['attributes'] | undefined): string {
    const pairs = (attributes ?? []).map(({ key, value }) => {
      const name = key.type === 'Identifier' ? key.name : String(key.value);
      return `${JSON.stringify(name)}: ${JSON.stringify(value.value)}`;
    });
    const second = pairs.length > 0 ? `, { ${pairs.join(', ')} }` : '';
    return `await ${SESSION}.guard(${SESSION}.import(${JSON.stringify(specifier)}${second}))`;
  }

  /** Replaces a node by text of one line, keeping the line breaks it had. */
  #replace(node: { start: number; end: number }, text: string): void {
    const breaks = this.#js.slice(node.start, node.end).replace(/[^\n]/g, '');
    this.#out.update(node.start, node.end, `${text}${breaks}`);
  }

  #blank(start: number, end: number): void {
    this.#out.update(start, end, this.#js.slice(start, end).replace(/[^\n]/g, ' '));
  }

  #blankCommas(node: VariableDeclaration): void {
    let from = node.start + node.kind.length;
    for (const { start, end } of node.declarations) {
      const comma = this.#js.indexOf(',', from);
      if (comma >= 0 && comma < start) this.#out.update(comma, comma + 1, ' ');
      from = end;
    }
  }

  /** Rewrites what may stand anywhere: `import()`, `import.meta`, and at the top level `await`s and nested `var`s. */
  #walk(node: AnyNode, top: boolean, parent?: AnyNode): void {
    if (node.type === 'ImportExpression') {
      this.#out.update(node.start, node.source.start, `${SESSION}.import(`);
      if (node.options) {
        this.#out.appendRight(node.options.start, '(');
        this.#out.appendLeft(node.options.end, ')?.with');
      }
    } else if (node.type === 'MetaProperty' && node.meta.name === 'import') {
      this.#out.update(node.start, node.end, `${SESSION}.meta`);
    } else if (top && node.type === 'AwaitExpression') this.#guard(node.argument, 'guard');
    else if (top && node.type === 'ForOfStatement' && node.await) this.#guard(node.right, 'guardIterable');
    else if (
      top &&
      node.type === 'VariableDeclaration' &&
      node.kind === 'var' &&
      parent?.type !== 'Program'
    ) {
      this.#nestedVar(node, parent);
    }
    const inside =
      top && !isFunction(node) && node.type !== 'StaticBlock' && node.type !== 'PropertyDefinition';
    for (const child of childrenOf(node))
      this.#walk(child, inside || (top && isComputedKey(node, child)), node);
  }

  #nestedVar(node: VariableDeclaration, parent: AnyNode | undefined): void {
    if (parent?.type === 'ExportNamedDeclaration') return;
    if (
      parent?.type === 'ForStatement' ||
      parent?.type === 'ForInStatement' ||
      parent?.type === 'ForOfStatement'
    ) {
      const isHead = parent.type === 'ForStatement' ? parent.init === node : parent.left === node;
      if (isHead) return this.#variables(node, 'for');
    }
    const inList = parent?.type === 'BlockStatement' || parent?.type === 'SwitchCase';
    this.#variables(node, inList ? 'statement' : 'body');
  }

  #guard(argument: Expression, by: string): void {
    this.#out.appendRight(argument.start, `${SESSION}.${by}(`);
    this.#out.appendLeft(argument.end, ')');
  }

  /** From a place in the output to a place in `js`; worked out only when a stack trace asks. */
  #map(): PositionMap {
    const { mappings } = this.#out.generateDecodedMap({ hires: 'boundary' });
    return [mappings as unknown as PositionMap[number]];
  }
}

/** Names that a top-level statement gives a value. */
function namesOf(node: AnyNode): string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      if (node.kind === 'using' || node.kind === 'await using') return [];
      return node.declarations.flatMap(({ id }) => namesIn(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id ? [node.id.name] : [];
    case 'ImportDeclaration':
      return node.specifiers.map(({ local }) => local.name);
    default:
      return [];
  }
}

function importedName(node: ImportDeclaration['specifiers'][number]): string {
  if (node.type === 'ImportDefaultSpecifier') return 'default';
  if (node.type === 'ImportNamespaceSpecifier') return '*';
  return node.imported.type === 'Identifier' ? node.imported.name : String(node.imported.value);
}

function propertyName(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** Computed keys of a class member are evaluated outside of it. */
function isComputedKey(node: AnyNode, child: AnyNode): boolean {
  return node.type === 'PropertyDefinition' && node.computed && node.key === child;
}
