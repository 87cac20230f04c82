import type { AnyNode, Program } from 'acorn';
import { childrenOf, isFunction, namesIn, nestedVars } from './syntax-walk.ts';

/** A place where a cell names one of its own variables that is called like a global. */
export interface OwnReference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `{ name }`, which stands for `{ name: name }`. */
  readonly shorthand: boolean;
}

const GLOBALS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

/**
 * A cell's top-level variables are seen by every script and module of the process. One called `setTimeout` or `URL`
 * would take the place of Node's own for the session, the runtime and every package; so those get another name.
 */
export function isGlobalName(name: string): boolean {
  return GLOBALS.has(name);
}

/** What a cell's variable of a global's name is called at run time. */
export function ownName(name: string): string {
  return `__own_${name}`;
}

/** Where `names` mean the cells' top-level variables. */
export function ownReferences(program: Program, names: ReadonlySet<string>): OwnReference[] {
  const found: OwnReference[] = [];
  if (names.size === 0) return found;
  const visit = (node: AnyNode, hidden: ReadonlySet<string>, parent: AnyNode): void => {
    if (node.type === 'Identifier') {
      if (names.has(node.name) && !hidden.has(node.name) && isReference(node, parent)) {
        const shorthand = parent.type === 'Property' && parent.shorthand;
        found.push({ name: node.name, start: node.start, end: node.end, shorthand });
      }
      return;
    }
    const local = node === program ? [] : declaredIn(node).filter((name) => names.has(name));
    const inside = local.length > 0 ? new Set([...hidden, ...local]) : hidden;
    for (const child of childrenOf(node)) {
      // Both halves of a shorthand property are one identifier in the text.
      if (node.type === 'Property' && node.shorthand && child === node.key) continue;
      visit(child, inside, node);
    }
  };
  visit(program, new Set(), program);
  return found;
}

/** Names that hold inside a node. */
function declaredIn(node: AnyNode): string[] {
  if (isFunction(node)) {
    const own = node.type === 'FunctionExpression' && node.id ? [node.id.name] : [];
    return [...own, ...node.params.flatMap(namesIn), ...nestedVars(node.body)];
  }
  if (node.type === 'ClassExpression' || node.type === 'ClassDeclaration')
    return node.id ? [node.id.name] : [];
  if (node.type === 'CatchClause') return node.param ? namesIn(node.param) : [];
  if (node.type === 'ForStatement') return node.init ? declarations([node.init]) : [];
  if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') return declarations([node.left]);
  if (node.type === 'BlockStatement' || node.type === 'StaticBlock') return declarations(node.body);
  if (node.type === 'SwitchStatement')
    return declarations(node.cases.flatMap(({ consequent }) => consequent));
  return [];
}

function declarations(nodes: readonly AnyNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.type === 'VariableDeclaration' && node.kind !== 'var')
      return node.declarations.flatMap(({ id }) => namesIn(id));
    const named = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
    return named && node.id ? [node.id.name] : [];
  });
}

/** False for names of properties, labels, and for what the rewriting of declarations replaces itself. */
function isReference(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return parent.computed || parent.object === node;
    case 'Property':
      return parent.computed || parent.value === node;
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.computed || parent.value === node;
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return parent.id !== node;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
    case 'ImportAttribute':
    case 'ExportSpecifier':
      return false;
    default:
      return true;
  }
}
