import type { Node, SourceFile } from 'typescript7/unstable/ast';
import { typescript7 } from './typescript7.ts';

/** Names that a cell declares around an offset of its file, inner ones first, with Jupyter's word for their kind. */
export function namesInScope(file: SourceFile, from: number, offset: number): Map<string, string> {
  const names = new Map<string, string>();
  const scopes: Node[] = [file];
  for (let inner: Node | undefined = file; inner !== undefined;) {
    let next: Node | undefined;
    inner.forEachChild((child) => {
      if (child.pos <= offset && offset <= child.end && child.kind !== undefined) next = child;
    });
    if (next !== undefined) scopes.push(next);
    inner = next;
  }
  for (const scope of scopes.reverse()) collect(scope, from, names);
  return names;
}

/** Names declared right in a node: parameters, type parameters, variables, functions, classes, types, imports. */
function collect(scope: Node, from: number, names: Map<string, string>): void {
  const { ast } = typescript7();
  const add = (name: Node | undefined, kind: string): void => {
    if (name === undefined || name.pos < from) return;
    if (ast.isIdentifier(name)) {
      if (name.text !== '' && !names.has(name.text)) names.set(name.text, kind);
    } else name.forEachChild((element) => void (ast.isBindingElement(element) && add(element.name, kind)));
  };
  const visit = (node: Node): void => {
    if (ast.isVariableStatement(node))
      return node.declarationList.declarations.forEach((one) => add(one.name, 'variable'));
    if (ast.isVariableDeclarationList(node))
      return node.declarations.forEach((one) => add(one.name, 'variable'));
    if (ast.isParameterDeclaration(node) || ast.isVariableDeclaration(node))
      return add(node.name, 'variable');
    if (ast.isTypeParameterDeclaration(node)) return add(node.name, 'typeparameter');
    if (ast.isFunctionDeclaration(node)) return add(node.name, 'function');
    if (ast.isClassDeclaration(node)) return add(node.name, 'class');
    if (ast.isEnumDeclaration(node)) return add(node.name, 'enum');
    if (ast.isInterfaceDeclaration(node) || ast.isTypeAliasDeclaration(node))
      return add(node.name, 'interface');
    if (ast.isModuleDeclaration(node)) return add(node.name, 'module');
    if (ast.isImportDeclaration(node)) {
      const clause = node.importClause;
      add(clause?.name, 'variable');
      const bindings = clause?.namedBindings;
      if (bindings && ast.isNamespaceImport(bindings)) add(bindings.name, 'module');
      if (bindings && ast.isNamedImports(bindings))
        bindings.elements.forEach((one) => add(one.name, 'variable'));
    }
  };
  scope.forEachChild((child) => void visit(child));
}

/** Words of the language, and types that no value is named after. */
export const LANGUAGE_WORDS: ReadonlyMap<string, string> = new Map([
  ...(
    'abstract any as asserts async await bigint boolean break case catch class const continue debugger declare default ' +
    'delete do else enum export extends false finally for from function get if implements import in infer instanceof ' +
    'interface is keyof let namespace never new null number object of private protected public readonly return ' +
    'satisfies set static string super switch symbol this throw true try type typeof undefined unique unknown using ' +
    'var void while with yield'
  )
    .split(' ')
    .map((word) => [word, 'keyword'] as const),
  ...(
    'ArrayLike AsyncGenerator AsyncIterable AsyncIterator Awaited Capitalize ConstructorParameters Disposable Exclude ' +
    'Extract Generator InstanceType Iterable IterableIterator Lowercase NonNullable Omit Parameters Partial Pick ' +
    'PromiseLike PropertyKey Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Required ReturnType ThisType ' +
    'Uncapitalize Uppercase'
  )
    .split(' ')
    .map((word) => [word, 'interface'] as const),
]);
