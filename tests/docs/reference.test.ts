import { existsSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { scriptModule } from '../setup/script-module.ts';

const { makeReference } = await scriptModule<{ makeReference(folder: string): Promise<void> }>(
  'docs/make-reference.mjs',
);

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('the reference tells about the entries and about what cells find declared, and links to nothing that is missing', async () => {
  await makeReference(folder.path('reference'));
  for (const page of ['index', 'classes/tidemark.DataStream', 'functions/tidemark_testing.testJob']) {
    expect(existsSync(folder.path(`reference/${page}.html`)), page).toBe(true);
  }
  const notebook = readFileSync(folder.path('reference/modules/notebook.html'), 'utf8');
  for (const name of ['env', 'show', 'watermarks', 'display', 'clearOutput', 'prompt', 'comms']) {
    expect(notebook).toContain(`.${name}.html`);
  }
}, 180_000);
