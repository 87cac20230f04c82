// npm run docs: makes the API reference from the docstrings, in docs/dist/reference.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { notebookEntry } from './docs/notebook-entry.mjs';
import { root } from './setup/paths.mjs';
import { runEntry } from './setup/run-entry.mjs';

await runEntry(async () => {
  const made = join(root, 'docs', 'dist');
  const notebook = join(made, 'notebook.ts');
  const reference = join(made, 'reference');
  mkdirSync(made, { recursive: true });
  writeFileSync(notebook, notebookEntry());

  const app = await Application.bootstrap({
    name: 'Tidemark',
    entryPoints: [
      join(root, 'runtime', 'src', 'index.ts'),
      join(root, 'runtime', 'src', 'testing', 'index.ts'),
      notebook,
    ],
    tsconfig: join(root, 'scripts', 'docs', 'tsconfig.json'),
    readme: join(root, 'docs', 'README.md'),
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    hideGenerator: true,
    // A docstring's text in the order of house style: the sentence, then errors and examples.
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    treatWarningsAsErrors: true,
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('The docstrings could not be read; what is wrong stands above.');
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('The reference is not complete; what it lacks stands above.');
  await app.generateDocs(project, reference);
  console.log(`The reference is in ${join(reference, 'index.html')}`);
});
