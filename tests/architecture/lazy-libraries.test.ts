import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Prints the packages that an import loads, and how many files it reads. */
const SCRIPT = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  let files = 0;
  registerHooks({
    load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      if (url.startsWith('file:')) files += 1;
      return next(url, context);
    },
  });
  await import('tidemark');
  console.log(JSON.stringify({ packages: [...packages], files }));
`;

test("the import of 'tidemark' is a few files, and loads no library that few sessions use", () => {
  const cwd = join(import.meta.dirname, '../../kernel');
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { cwd });
  const { packages, files } = JSON.parse(String(printed)) as { packages: string[]; files: number };
  expect(packages).toEqual([]);
  expect(files).toBeLessThan(20);
});
