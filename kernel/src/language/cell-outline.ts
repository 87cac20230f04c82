import type {
  BindingName,
  ImportDeclaration,
  Node,
  NodeArray,
  SourceFile,
  Statement,
} from 'typescript7/unstable/ast';
import { typescript7 } from './typescript7.ts';

export type BindingKind =
  'const' | 'let' | 'var' | 'function' | 'class' | 'enum' | 'namespace' | 'interface' | 'type' | 'import';

/** A name that a cell declares at its top level. Offsets are in the checked file. */
export interface DeclaredName {
  readonly name: string;
  readonly kind: BindingKind;
  readonly nameStart: number;
  /** The text of its type annotation, when there is one. */
  readonly annotation?: string;
  /** The initializer of an undestructured variable. */
  readonly initializer?: string;
  readonly imported?: ImportedName;
}

export interface ImportedName {
  readonly specifier: string;
  /** Name in the module, `default`, or `*` for the whole of it. */
  readonly name: string;
  readonly typeOnly: boolean;
  /** The text of `with { … }`, or ''. */
  readonly attributes: string;
}

/** One top-level statement that declares something. */
export interface DeclaringStatement {
  readonly start: number;
  readonly end: number;
  /** Its JSDoc comment, or ''. */
  readonly doc: string;
  readonly kind: BindingKind;
  readonly names: readonly DeclaredName[];
  /** Its top-level `await`s, from the keyword to the operand's start and end. */
  readonly awaits: readonly { readonly start: number; readonly operand: number; readonly end: number }[];
  /** True for `var` inside a block: the statement around it declares it without being its declaration. */
  readonly nested: boolean;
}

export interface CellOutline {
  readonly statements: readonly DeclaringStatement[];
  readonly names: ReadonlySet<string>;
  /** `declare global { … }` and `declare module '…' { … }`, which hold for all later cells. */
  readonly ambient: readonly string[];
  readonly endsInExpression: boolean;
  readonly hasDecorators: boolean;
}

/** Reads a cell's top level from the tree of its file; what lies before `from` is not the cell's. */
export function outlineOf(file: SourceFile, from: number): CellOutline {
  const { SyntaxKind } = typescript7().ast;
  const statements: DeclaringStatement[] = [];
  const ambient: string[] = [];
  let last: Statement | undefined;
  for (const statement of file.statements) {
    if (statement.getStart(file) < from) continue;
    if (statement.kind !== SyntaxKind.EmptyStatement) last = statement;
    if (isAmbient(statement)) ambient.push(textOf(statement, file));
    else statements.push(...declarationsOf(statement, file));
  }
  const names = new Set(statements.flatMap((statement) => statement.names.map(({ name }) => name)));
  const endsInExpression =
    last?.kind === SyntaxKind.ExpressionStatement || last?.kind === SyntaxKind.ExportAssignment;
  const text = file.text.slice(from);
  return {
    statements,
    names,
    ambient,
    endsInExpression,
    hasDecorators: text.includes('@') && containsDecorator(file, from),
  };
}

function awaitsIn(statement: Statement, file: SourceFile): DeclaringStatement['awaits'] {
  const { ast } = typescript7();
  const awaits: { start: number; operand: number; end: number }[] = [];
  if (!file.text.slice(statement.pos, statement.end).includes('await')) return awaits;
  const visit = (node: Node): void => {
    if (hasOwnAwaits(node)) return;
    if (ast.isAwaitExpression(node)) {
      awaits.push({ start: node.getStart(file), operand: node.expression.getStart(file), end: node.end });
    }
    node.forEachChild((child) => void visit(child));
  };
  visit(statement);
  return awaits;
}

function hasOwnAwaits(node: Node): boolean {
  const { ast } = typescript7();
  return (
    ast.isFunctionDeclaration(node) ||
    ast.isFunctionExpression(node) ||
    ast.isArrowFunction(node) ||
    ast.isMethodDeclaration(node) ||
    ast.isConstructorDeclaration(node) ||
    ast.isGetAccessorDeclaration(node) ||
    ast.isSetAccessorDeclaration(node)
  );
}

function isAmbient(statement: Statement): boolean {
  const { ast } = typescript7();
  return ast.isModuleDeclaration(statement) && statement.keyword !== ast.SyntaxKind.NamespaceKeyword;
}

function declarationsOf(statement: Statement, file: SourceFile): DeclaringStatement[] {
  const { ast } = typescript7();
  const declare = (kind: BindingKind, names: readonly DeclaredName[], nested = false): DeclaringStatement => {
    const start = statement.getStart(file);
    return {
      start,
      end: statement.end,
      doc: nested ? '' : docBefore(file.text, statement.pos, start),
      kind,
      names,
      awaits: awaitsIn(statement, file),
      nested,
    };
  };
  const named = (kind: BindingKind, name: Node | undefined): DeclaringStatement[] =>
    name !== undefined && ast.isIdentifier(name)
      ? [declare(kind, [{ name: name.text, kind, nameStart: name.getStart(file) }])]
      : [];
  if (ast.isVariableStatement(statement)) {
    const { kind, names } = variablesOf(statement.declarationList, file);
    return kind === undefined ? [] : [declare(kind, names)];
  }
  if (ast.isFunctionDeclaration(statement)) return named('function', statement.name);
  if (ast.isClassDeclaration(statement)) return named('class', statement.name);
  if (ast.isEnumDeclaration(statement)) return named('enum', statement.name);
  if (ast.isInterfaceDeclaration(statement)) return named('interface', statement.name);
  if (ast.isTypeAliasDeclaration(statement)) return named('type', statement.name);
  if (ast.isModuleDeclaration(statement)) return named('namespace', statement.name);
  if (ast.isImportEqualsDeclaration(statement)) return named('import', statement.name);
  if (ast.isImportDeclaration(statement)) return [declare('import', importsOf(statement, file))];
  const hoisted: DeclaredName[] = [];
  collectNestedVars(statement, file, hoisted);
  return hoisted.length === 0 ? [] : [declare('var', hoisted, true)];
}

function variablesOf(
  list: Node,
  file: SourceFile,
): { kind?: 'const' | 'let' | 'var'; names: DeclaredName[] } {
  const { ast } = typescript7();
  const names: DeclaredName[] = [];
  if (!ast.isVariableDeclarationList(list)) return { names };
  const { NodeFlags } = ast;
  const block = list.flags & NodeFlags.BlockScoped;
  // A `using` variable lives and ends in its cell.
  if (block === NodeFlags.Using || block === NodeFlags.AwaitUsing) return { names };
  const kind = block & NodeFlags.Const ? 'const' : block & NodeFlags.Let ? 'let' : 'var';
  for (const declaration of list.declarations) {
    const simple = ast.isIdentifier(declaration.name);
    const annotation = declaration.type && simple ? textOf(declaration.type, file) : undefined;
    const initializer = declaration.initializer && simple ? textOf(declaration.initializer, file) : undefined;
    for (const name of namesOf(declaration.name)) {
      names.push({
        name: name.text,
        kind,
        nameStart: name.start(file),
        ...(annotation === undefined ? {} : { annotation }),
        ...(initializer === undefined ? {} : { initializer }),
      });
    }
  }
  return { kind, names };
}

function namesOf(name: BindingName): { text: string; start: (file: SourceFile) => number }[] {
  const { ast } = typescript7();
  if (ast.isIdentifier(name)) return [{ text: name.text, start: (file) => name.getStart(file) }];
  const elements = name.elements as NodeArray<Node>;
  return elements.flatMap((element) =>
    ast.isBindingElement(element) && element.name ? namesOf(element.name) : [],
  );
}

function importsOf(statement: ImportDeclaration, file: SourceFile): DeclaredName[] {
  const { ast } = typescript7();
  const clause = statement.importClause;
  const specifier = statement.moduleSpecifier;
  if (clause === undefined || !ast.isStringLiteral(specifier)) return [];
  const typeOnlyClause = clause.phaseModifier === ast.SyntaxKind.TypeKeyword;
  const attributes = statement.attributes ? textOf(statement.attributes, file) : '';
  const made: DeclaredName[] = [];
  const add = (local: Node & { readonly text: string }, name: string, typeOnly: boolean): void => {
    made.push({
      name: local.text,
      kind: 'import',
      nameStart: local.getStart(file),
      imported: { specifier: specifier.text, name, typeOnly: typeOnly || typeOnlyClause, attributes },
    });
  };
  if (clause.name) add(clause.name, 'default', false);
  const bindings = clause.namedBindings;
  if (bindings && ast.isNamespaceImport(bindings)) add(bindings.name, '*', false);
  if (bindings && ast.isNamedImports(bindings)) {
    for (const element of bindings.elements) {
      add(element.name, (element.propertyName ?? element.name).text, element.isTypeOnly);
    }
  }
  return made;
}

/** `var` in nested blocks belongs to the top level; functions and classes keep theirs. */
function collectNestedVars(node: Node, file: SourceFile, into: DeclaredName[]): void {
  const { ast } = typescript7();
  node.forEachChild((child) => {
    if (ast.isVariableDeclarationList(child)) {
      const { kind, names } = variablesOf(child, file);
      if (kind === 'var') into.push(...names);
    }
    if (ast.isFunctionDeclaration(child) || ast.isClassDeclaration(child)) return;
    if (
      ast.isBlock(child) ||
      ast.isStatement(child) ||
      ast.isCaseBlock(child) ||
      ast.isCaseClause(child) ||
      ast.isDefaultClause(child) ||
      ast.isCatchClause(child)
    ) {
      collectNestedVars(child, file, into);
    }
  });
}

function containsDecorator(node: Node, from: number): boolean {
  const { ast } = typescript7();
  let found = false;
  node.forEachChild((child) => {
    if (found || child.end < from) return;
    found = ast.isDecorator(child) || containsDecorator(child, from);
  });
  return found;
}

function textOf(node: Node, file: SourceFile): string {
  return file.text.slice(node.getStart(file), node.end);
}

/** The JSDoc comment that ends the trivia between two offsets, or ''. */
export function docBefore(text: string, from: number, start: number): string {
  const trivia = text.slice(from, start);
  const open = trivia.lastIndexOf('/**');
  const close = trivia.indexOf('*/', open);
  return open < 0 || close < 0 || trivia.slice(close + 2).trim() !== '' ? '' : trivia.slice(open, close + 2);
}
