import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `import.meta` of cells: that of a module beside the notebook. */
export function cellMeta(directory: string): Pick<ImportMeta, 'dirname' | 'filename' | 'url' | 'resolve'> {
  const filename = join(directory, 'notebook.ts');
  const url = pathToFileURL(filename).href;
  const { resolve } = createRequire(url);
  return {
    dirname: directory,
    filename,
    url,
    resolve: (specifier) => {
      const found = resolve(specifier);
      return found.startsWith('/') || /^[A-Za-z]:/.test(found) ? pathToFileURL(found).href : found;
    },
  };
}
