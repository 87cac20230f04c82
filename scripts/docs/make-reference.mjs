import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { root } from '../setup/paths.mjs';
import { CATEGORY_ORDER, categorize } from './categories.mjs';
import { notebookEntry } from './notebook-entry.mjs';
import { unlinkedTypes } from './unlinked-types.mjs';

/**
 * Makes the API reference from the docstrings, as HTML in a folder.
 * @throws if a docstring links to what is not there, or a type that is named is not told about
 */
export async function makeReference(folder) {
  const made = join(root, 'docs', 'dist');
  const notebook = join(made, 'notebook.ts');
  mkdirSync(made, { recursive: true });
  writeFileSync(notebook, notebookEntry());
  const runtime = join(root, 'runtime', 'src');
  const app = await Application.bootstrap({
    name: 'Tidemark',
    entryPoints: [join(runtime, 'index.ts'), join(runtime, 'testing', 'index.ts'), notebook],
    tsconfig: join(root, 'scripts', 'docs', 'tsconfig.json'),
    readme: join(root, 'docs', 'README.md'),
    projectDocuments: [join(root, 'docs', 'coming-from-flink.md')],
    // Types are checked by TypeScript 7 (npm run typecheck); TypeDoc brings an older compiler.
    skipErrorChecking: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    highlightLanguages: ['typescript', 'java', 'bash'],
    disableSources: true,
    hideGenerator: true,
    categorizeByGroup: false,
    categoryOrder: CATEGORY_ORDER,
    defaultCategory: 'More',
    navigation: { includeCategories: true, includeFolders: false },
    validation: { invalidLink: true, notDocumented: false, notExported: false },
    logLevel: 'Warn',
  });
  categorize(app);
  const project = await app.convert();
  if (project === undefined) throw new Error('The docstrings could not be read; what is wrong stands above.');
  app.validate(project);
  const unlinked = unlinkedTypes(app.serializer.projectToObject(project, root));
  if (unlinked.length > 0) {
    throw new Error(
      `The reference names types that it does not tell about. Export them from the entry:\n${unlinked.join('\n')}`,
    );
  }
  await app.generateDocs(project, folder);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error('The reference is not whole; what it lacks stands above.');
  }
}
