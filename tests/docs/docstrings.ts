import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { filesBelow, root } from '../architecture/source-files.ts';

/** Code in a docstring or a page of the documentation. */
export interface Example {
  /** Where it begins: `runtime/src/api/data-stream.ts:55 map`. */
  readonly title: string;
  readonly code: string;
  /** True if its `env` is a notebook's. */
  readonly inNotebook: boolean;
}

/** Files whose examples speak of a notebook's environment. */
const OF_NOTEBOOKS = ['runtime/src/api/session-environment.ts'];

/** Every `@example` of a folder's docstrings. */
export function docstringExamples(folder: string): Example[] {
  return filesBelow(folder, ['.ts']).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const found: Example[] = [];
    const visit = (node: ts.Node): void => {
      for (const tag of ts.getJSDocTags(node)) {
        if (tag.tagName.text !== 'example' || tag.parent.parent !== node) continue;
        const line = source.getLineAndCharacterOfPosition(tag.getStart()).line + 1;
        found.push({
          title: `${file}:${line} ${nameOf(node)}`,
          code: withoutMargin(text.slice(tag.tagName.end, tag.end)),
          inNotebook: OF_NOTEBOOKS.includes(file),
        });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    const written = text.match(/^\s*(?:\/\*)?\*\s*@example\b/gm)?.length ?? 0;
    if (written !== found.length) {
      throw new Error(
        `${file} has ${written} @example tags, of which ${found.length} belong to a declaration`,
      );
    }
    return found;
  });
}

/** The fenced TypeScript of a Markdown page; `ts notebook` has a notebook's `env`. */
export function pageExamples(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```ts(| notebook)\n([^]*?)^```$/gm)].map((match) => ({
    title: `${file}:${text.slice(0, match.index).split('\n').length}`,
    code: match[2]!,
    inNotebook: match[1] !== '',
  }));
}

function withoutMargin(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/^\s*\*(?!\/) ?/, ''))
    .join('\n')
    .replace(/\*\/\s*$/, '')
    .trim();
}

function nameOf(node: ts.Node): string {
  const name = (node as { name?: ts.Node }).name?.getText();
  if (name !== undefined) return name;
  return ts.isVariableStatement(node) ? (node.declarationList.declarations[0]?.name.getText() ?? '') : '';
}
