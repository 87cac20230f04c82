import type { Checker as TypeChecker, Symbol as TypeSymbol, Type } from 'typescript7/unstable/sync';
import type { Node } from 'typescript7/unstable/ast';
import { docBefore } from './cell-outline.ts';
import type { Checker } from './checker.ts';
import { SPACE_REFERENCE } from './live-scope.ts';
import { signaturesIn } from './printed-signature.ts';
import { typescript7 } from './typescript7.ts';

/** What is known of the name under the cursor. */
export interface Inspection {
  readonly found: boolean;
  readonly plain: string;
  readonly markdown?: string;
}

/** Explains the name at `position` of the checked file; with `detail` 1, its members too. */
export function inspectionAt(checker: Checker, name: string, position: number, detail: 0 | 1): Inspection {
  return checker.query((project, path) => {
    const { checker: types } = project;
    const { SymbolFlags } = typescript7().api;
    const at = types.getSymbolAtPosition(path, position);
    if (at === undefined) return { found: false, plain: '' };
    const symbol = at.flags & SymbolFlags.Alias ? types.getAliasedSymbol(at) : at;
    // A name that means nothing comes back as an alias that nobody declared.
    const undeclared = (symbol.flags & SymbolFlags.TypeAlias) !== 0 && symbol.declarations.length === 0;
    if (undeclared || types.isUnknownSymbol(symbol)) return { found: false, plain: '' };
    const signature = signatureOf(types, symbol, name, types.getTypeAtPosition(path, position), detail);
    const doc = types.getDocumentationCommentOfSymbol(symbol).trim() || docInSource(symbol);
    const tags = types.getJsDocTagsOfSymbol(symbol).map((tag) => `@${tag.name} ${tag.text ?? ''}`.trimEnd());
    const plain = [signature, doc, tags.join('\n')].filter((part) => part !== '').join('\n\n');
    const code = `\`\`\`typescript\n${signature}\n\`\`\``;
    const markdown = [code, doc, tags.map((tag) => `*${tag}*`).join('  \n')]
      .filter((part) => part !== '')
      .join('\n\n');
    return { found: true, plain, markdown };
  });
}

/** TypeScript 7 skips most comments of `.ts` files; this is the one in front of the declaration, without its tags. */
function docInSource(symbol: TypeSymbol): string {
  const { ast } = typescript7();
  let node: Node | undefined = symbol.declarations[0]?.resolve();
  while (node !== undefined && (ast.isVariableDeclaration(node) || ast.isVariableDeclarationList(node))) {
    node = node.parent;
  }
  if (node === undefined) return '';
  const file = node.getSourceFile();
  const comment = docBefore(file.text, node.pos, node.getStart(file));
  const lines = comment
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const tags = lines.findIndex((line) => /^\s*@\w/.test(line));
  return (tags < 0 ? lines : lines.slice(0, tags)).join('\n').trim();
}

function signatureOf(
  types: TypeChecker,
  symbol: TypeSymbol,
  name: string,
  typeHere: Type | undefined,
  detail: 0 | 1,
): string {
  const { SymbolFlags } = typescript7().api;
  const { flags } = symbol;
  const print = (type: Type | undefined): string =>
    type === undefined ? 'unknown' : readable(types.typeToString(type));
  const type = typeHere ?? types.getTypeOfSymbol(symbol);
  if (flags & (SymbolFlags.Function | SymbolFlags.Method)) {
    const word = flags & SymbolFlags.Function ? 'function ' : '(method) ';
    const printed = print(type);
    return (signaturesIn(printed) ?? [`: ${printed}`]).map((one) => `${word}${name}${one}`).join('\n');
  }
  if (flags & SymbolFlags.Class) return members(types, `class ${name}`, symbol, detail);
  if (flags & SymbolFlags.Enum) return members(types, `enum ${name}`, symbol, detail);
  if (flags & SymbolFlags.Property) return `(property) ${name}: ${print(type)}`;
  if (flags & SymbolFlags.Variable)
    return `${flags & SymbolFlags.BlockScopedVariable ? 'const' : 'var'} ${name}: ${print(type)}`;
  if (flags & SymbolFlags.Interface) return members(types, `interface ${name}`, symbol, detail);
  if (flags & SymbolFlags.TypeAlias) return `type ${name} = ${expanded(types, symbol)}`;
  if (flags & SymbolFlags.Module) return `module ${name}`;
  return `${name}: ${print(type)}`;
}

/** What an alias stands for, not its name again. */
function expanded(types: TypeChecker, symbol: TypeSymbol): string {
  const { NodeBuilderFlags } = typescript7().api;
  const type = types.getDeclaredTypeOfSymbol(symbol);
  return readable(
    types.typeToString(type, undefined, NodeBuilderFlags.InTypeAlias | NodeBuilderFlags.NoTruncation),
  );
}

function members(types: TypeChecker, head: string, symbol: TypeSymbol, detail: 0 | 1): string {
  if (detail === 0) return head;
  const properties = types.getPropertiesOfType(types.getDeclaredTypeOfSymbol(symbol));
  const lines = properties.slice(0, 200).map((property) => {
    const type = types.getTypeOfSymbol(property);
    return `  ${property.name}: ${type === undefined ? 'unknown' : readable(types.typeToString(type))};`;
  });
  return lines.length === 0 ? head : `${head} {\n${lines.join('\n')}\n}`;
}

function readable(type: string): string {
  return type.replace(SPACE_REFERENCE, '$2');
}
