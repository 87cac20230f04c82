import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root } from './source-files.ts';

const FOLDERS = ['runtime/src', 'kernel/src', 'labextension/src', 'tests', 'scripts'];
const files = FOLDERS.flatMap((folder) => filesBelow(folder, ['.ts', '.tsx', '.mjs', '.css']));

test('files are named in kebab-case', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|soak\.test|d))?\.(ts|tsx|mjs|css)$/;
  expect(files.filter((file) => !kebab.test(basename(file)))).toEqual([]);
});

test('no file is named for what it lacks, a purpose', () => {
  expect(files.filter((file) => /^(utils?|helpers?|misc|common|shared)\./.test(basename(file)))).toEqual([]);
});

test('no file is longer than 600 lines', () => {
  const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
  expect(
    files.map((file) => `${file}: ${lines(file)}`).filter((line) => Number(line.split(': ')[1]) > 600),
  ).toEqual([]);
});

test('barrels stand only at the entries of a package', () => {
  const allowed = [
    'runtime/src/index.ts',
    'runtime/src/testing/index.ts',
    'kernel/src/protocol/index.ts',
    'labextension/src/index.ts',
  ];
  expect(files.filter((file) => basename(file) === 'index.ts' && !allowed.includes(file))).toEqual([]);
});

test('the lock file names no place to download from', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  expect(lock.match(/"resolved": "https?:[^"]*"/g) ?? []).toEqual([]);
});

test('every package in the lock file is pinned by its content', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { link?: boolean; integrity?: string; inBundle?: boolean }>;
  };
  const unpinned = Object.entries(lock.packages).filter(
    ([path, entry]) =>
      path.startsWith('node_modules/') &&
      entry.link !== true &&
      entry.inBundle !== true &&
      entry.integrity === undefined,
  );
  expect(unpinned.map(([path]) => path)).toEqual([]);
});

test('version control leaves out what is built, installed or kept at run time', () => {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
  expect(ignored).toEqual(
    expect.arrayContaining(['node_modules/', 'lib/', 'dist/', '.venv/', '.tidemark/', '*.tsbuildinfo']),
  );
});

test('every package that a room or the checks depend on has its reason in docs/decisions', () => {
  const decisions = filesBelow('docs/decisions', ['.md']).map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
  const text = decisions.join('\n');
  const direct = ['.', 'runtime', 'kernel', 'labextension'].flatMap((room) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, room, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string> | undefined>;
    return [...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})];
  });
  const ours = /^(tidemark|@tidemark\/.*|@types\/.*)$/;
  expect([...new Set(direct)].filter((name) => !ours.test(name) && !text.includes(name))).toEqual([]);
});
