// npm run docs: makes the API reference from the docstrings, in docs/dist/reference.
import { join } from 'node:path';
import { makeReference } from './docs/make-reference.mjs';
import { root } from './setup/paths.mjs';
import { runEntry } from './setup/run-entry.mjs';

await runEntry(async () => {
  const folder = join(root, 'docs', 'dist', 'reference');
  await makeReference(folder);
  console.log(`The reference is in ${join(folder, 'index.html')}`);
});
