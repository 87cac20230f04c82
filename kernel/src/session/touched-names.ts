import { parse, type AnyNode } from 'acorn';

/**
 * Names of variables that a cell sets, or calls methods of, which may change them: what names them elsewhere may have been
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
    else if (found.type === 'CallExpression' && found.callee.type !== 'Identifier')
      addRoots(found.callee as AnyNode);
    for (const child of Object.values(found)) visit(child);
  };
  visit(parse(js, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true }));
  return names;
}
