import { parse, type AnyNode, type CallExpression } from 'acorn';

/** Methods that change what holds them; to call another is to look. What is no plain data counts by its class anyway. */
const CHANGING = new Set([
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['set', 'add', 'delete', 'clear'],
]);

/** What a call changes, as far as can be seen: the object of `list.push(x)`, the first argument of `Object.assign(x)`. */
function changedBy({ callee, arguments: given }: CallExpression): AnyNode | null {
  const member = callee.type === 'ChainExpression' ? callee.expression : callee;
  if (member.type !== 'MemberExpression' || member.property.type !== 'Identifier') return null;
  const { name } = member.property;
  if (member.object.type === 'Identifier' && member.object.name === 'Object')
    return name === 'assign' ? (given[0] ?? null) : null;
  return CHANGING.has(name) || /^set[A-Z]/.test(name) ? (member.object as AnyNode) : null;
}

/**
 * Names of variables that a cell sets, or calls methods of that change them: what names them elsewhere may have been
 * edited by it (law 4). Names of locals are among them; they are not found among the notebook's.
 */
export function touchedNames(js: string): ReadonlySet<string> {
  const names = new Set<string>();
  const addRoots = (node: AnyNode | null): void => {
    switch (node?.type) {
      case 'Identifier':
        names.add(node.name);
        return;
      case 'MemberExpression':
        return addRoots(node.object as AnyNode);
      case 'ChainExpression':
        return addRoots(node.expression as AnyNode);
      case 'ObjectPattern':
        for (const property of node.properties)
          addRoots(property.type === 'RestElement' ? property.argument : property.value);
        return;
      case 'ArrayPattern':
        for (const element of node.elements) addRoots(element);
        return;
      case 'AssignmentPattern':
        return addRoots(node.left);
      case 'RestElement':
        return addRoots(node.argument);
    }
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const found = node as AnyNode;
    if (found.type === 'VariableDeclarator') addRoots(found.id);
    else if (found.type === 'FunctionDeclaration' || found.type === 'ClassDeclaration') addRoots(found.id);
    else if (found.type === 'AssignmentExpression') addRoots(found.left);
    else if (found.type === 'UpdateExpression') addRoots(found.argument);
    else if (found.type === 'UnaryExpression' && found.operator === 'delete') addRoots(found.argument);
    else if (found.type === 'CallExpression') addRoots(changedBy(found));
    for (const child of Object.values(found)) visit(child);
  };
  visit(parse(js, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true }));
  return names;
}
