import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Prints the packages that an import loads. */
const SCRIPT = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return next(url, context);
    },
  });
  await import('tidemark');
  console.log(JSON.stringify([...packages]));
`;

test("the import of 'tidemark' does not load the Kafka client, which takes as long as all the rest", () => {
  const cwd = join(import.meta.dirname, '../../kernel');
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { cwd });
  const packages = JSON.parse(String(printed)) as string[];
  expect(packages).toContain('chevrotain');
  expect(packages).not.toContain('@platformatic/kafka');
});
