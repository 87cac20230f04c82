import type { Expression, Node, SourceFile } from 'typescript7/unstable/ast';
import { typescript7 } from './typescript7.ts';

/** A query in a cell of TypeScript: the template of the tag `sql`, or the text of `env.sqlQuery`. Offsets are in the checked file. */
export interface SqlText {
  /** Where the tag stands; `undefined` of `env.sqlQuery`. */
  readonly tag: number | undefined;
  /** Its pieces of text, from the first character to behind the last. */
  readonly pieces: readonly { readonly start: number; readonly end: number }[];
  /** What stands between them. */
  readonly values: readonly Expression[];
}

/** Cells without one are not looked through. */
export function mayHoldSql(code: string): boolean {
  return /\bsql\s*`|\bsqlQuery\s*\(/.test(code);
}

/** The queries from an offset of a file on. */
export function sqlTextsIn(file: SourceFile, from: number): SqlText[] {
  const { ast } = typescript7();
  const found: SqlText[] = [];
  const visit = (node: Node): void => {
    if (node.end < from) return;
    if (ast.isTaggedTemplateExpression(node) && ast.isIdentifier(node.tag) && node.tag.text === 'sql') {
      if (node.typeArguments === undefined)
        found.push({ tag: node.tag.getStart(file), ...partsOf(node.template, file) });
    } else if (
      ast.isCallExpression(node) &&
      isSqlQuery(node.expression) &&
      node.typeArguments === undefined
    ) {
      const [text] = node.arguments;
      if (text !== undefined && (ast.isStringLiteral(text) || ast.isNoSubstitutionTemplateLiteral(text)))
        found.push({ tag: undefined, ...partsOf(text, file) });
    }
    node.forEachChild((child) => visit(child));
  };
  visit(file);
  return found;
}

function isSqlQuery(node: Node): boolean {
  const { ast } = typescript7();
  return (
    ast.isPropertyAccessExpression(node) &&
    node.name.text === 'sqlQuery' &&
    ast.isIdentifier(node.expression) &&
    node.expression.text === 'env'
  );
}

function partsOf(node: Node, file: SourceFile): Pick<SqlText, 'pieces' | 'values'> {
  const { ast } = typescript7();
  const inside = (part: Node, after: number) => ({ start: part.getStart(file) + 1, end: part.end - after });
  if (!ast.isTemplateExpression(node)) return { pieces: [inside(node, 1)], values: [] };
  const spans = [...node.templateSpans];
  const pieces = [
    inside(node.head, 2),
    ...spans.map(({ literal }, at) => inside(literal, at === spans.length - 1 ? 1 : 2)),
  ];
  return { pieces, values: spans.map(({ expression }) => expression) };
}
