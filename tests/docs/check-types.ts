import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../architecture/source-files.ts';
import { compilerOptions } from './compiler-options.ts';
import type { Example } from './docstrings.ts';
import { importsOf } from './example-code.ts';
import { entries, exportedNames } from './public-api.ts';

const folder = join(root, 'tests', 'docs');

/** What the type checker says of examples, each against the public entries and the names it finds declared. */
export function typeErrors(examples: readonly Example[]): Map<Example, string[]> {
  const texts = new Map(examples.map((example, i) => [join(folder, `example-${i}.ts`), moduleOf(example)]));
  const options = { ...compilerOptions(), noUnusedLocals: false };
  const host = ts.createCompilerHost(options, true);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists.call(host, file);
  host.readFile = (file) => texts.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, languageVersion, onError) => {
    const text = texts.get(file);
    if (text === undefined) return getSourceFile.call(host, file, languageVersion, onError);
    return ts.createSourceFile(file, text, languageVersion, true);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return new Map(
    [...texts.keys()].map((file, i) => {
      const source = program.getSourceFile(file)!;
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [examples[i]!, found.map((diagnostic) => described(source, diagnostic))];
    }),
  );
}

function moduleOf({ code, inNotebook }: Example): string {
  const { imports, body } = importsOf(code);
  const imported = new Set(imports.match(/\w+/g));
  const mentioned = new Set(body.match(/\b[A-Za-z]\w*/g));
  const needed = Object.entries(entries).map(([entry, file]) => {
    const names = exportedNames(file).filter(({ name }) => mentioned.has(name) && !imported.has(name));
    return `import { ${names.map(({ name, isType }) => (isType ? `type ${name}` : name)).join(', ')} } from '${entry}';`;
  });
  return [
    imports.trim(),
    ...needed,
    `import type { ExampleNames, NotebookNames } from './example-names.ts';`,
    ...['env', 'orders', 'payments', 'port'].map(
      (name) => `declare const ${name}: ${inNotebook ? 'NotebookNames' : 'ExampleNames'}['${name}'];`,
    ),
    `export async function example() {${body}\n}`,
  ].join('\n');
}

function described(source: ts.SourceFile, { messageText, start }: ts.Diagnostic): string {
  const { line } = source.getLineAndCharacterOfPosition(start ?? 0);
  const text = source.text.split('\n')[line]!.trim();
  return `${ts.flattenDiagnosticMessageText(messageText, '\n')}\n  in: ${text}`;
}
