import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parquetWriteBuffer } from 'hyparquet-writer';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as tidemark from 'tidemark';
import * as testing from 'tidemark/testing';
import { filesBelow } from '../architecture/source-files.ts';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { typeErrors } from './check-types.ts';
import { docstringExamples, pageExamples, type Example } from './docstrings.ts';
import { promising, type Promises } from './example-code.ts';
import { withExampleNames } from './example-names.ts';

const examples = [
  ...docstringExamples('runtime/src'),
  ...pageExamples('README.md'),
  ...filesBelow('docs', ['.md']).flatMap(pageExamples),
];

// Examples read files by the names of those beside this test.
const folder = temporaryFolder();
const workingDirectory = process.cwd();

beforeAll(() => {
  cpSync(join(import.meta.dirname, 'files'), folder.path('.'), { recursive: true });
  const flights = [
    { name: 'origin', data: ['SEA', 'JFK', 'SEA'] },
    { name: 'delay', data: [5, -2, 40], type: 'INT32' as const },
  ];
  writeFileSync(folder.path('flights.parquet'), new Uint8Array(parquetWriteBuffer({ columnData: flights })));
  const shop = new DatabaseSync(folder.path('shop.sqlite'));
  shop.exec(`CREATE TABLE totals ("user" TEXT PRIMARY KEY, amount REAL);
    CREATE TABLE users ("user" TEXT PRIMARY KEY, city TEXT);
    INSERT INTO users VALUES ('ann', 'Oslo'), ('bob', 'Rome')`);
  shop.close();
  process.chdir(folder.path('.'));
});

afterAll(() => {
  process.chdir(workingDirectory);
  folder.remove();
});

test('examples are checked by their types', () => {
  const errors = [...typeErrors(examples)].filter(([, found]) => found.length > 0);
  expect(errors.map(([{ title }, found]) => `${title}\n${found.join('\n')}`)).toEqual([]);
});

test.each(examples.map((example) => [example.title, example] as const))('%s', (_title, example) =>
  run(example),
);

async function run({ code, inNotebook }: Example): Promise<void> {
  const module = ts.transpileModule(promising(code), {
    compilerOptions: { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext },
  });
  const text = module.outputText.replace(/^export \{\};$/m, '');
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await withExampleNames(inNotebook, async (names) => {
      const scope = { ...tidemark, ...testing, ...names, promises: promisesOf(log) };
      // Within a block of its own an example may declare any of the names again.
      const example = new Function(...Object.keys(scope), `return (async () => {\n${text}\n})();`);
      await (example(...Object.values(scope)) as Promise<void>);
    });
  } finally {
    log.mockRestore();
  }
}

function promisesOf(log: { readonly mock: { readonly calls: unknown[][] } }): Promises {
  let read = 0;
  return {
    same: (actual, expected) => expect(actual).toEqual(expected),
    throws: (statement, code) => expect(statement()).rejects.toMatchObject({ code }),
    prints: (...lines) => {
      const printed = log.mock.calls.map((line) => line.join(' '));
      expect(printed.slice(read)).toEqual(lines);
      read = printed.length;
    },
  };
}
