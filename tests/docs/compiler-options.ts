import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../architecture/source-files.ts';

/** How the tests themselves are checked. */
export function compilerOptions(): ts.CompilerOptions {
  const folder = join(root, 'tests');
  const read = ts.readConfigFile(join(folder, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  return ts.parseJsonConfigFileContent(read.config, ts.sys, folder).options;
}
