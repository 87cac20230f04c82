import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LanguageClient } from '../../../kernel/src/language/language-client.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-language-thread-')));
const log: string[] = [];
const client = new LanguageClient(folder, (line) => log.push(line));
afterAll(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (executionCount: number, code: string) => ({
  cellId: `cell-${executionCount}`,
  name: '',
  code,
  executionCount,
});

test('answers come in the order of the questions, each seeing what came before', async () => {
  const first = client.compile(cell(1, "const word = 'one'"));
  client.commit('cell-1', 1);
  const second = client.compile(cell(2, 'word.length'));
  const completions = client.complete('wor', 3);
  expect((await first).ok).toBe(true);
  expect((await second).ok).toBe(true);
  expect((await completions).matches).toContain('word');
});

test('this thread goes on while the other checks', async () => {
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const slow = Array.from({ length: 400 }, (_, n) => `const v${n} = [${n}].map((x) => ({ x, y: [x] }));`);
  await client.compile(cell(3, slow.join('\n')));
  clearInterval(turning);
  expect(turns).toBeGreaterThan(0);
});

test('a stack trace speaks of the cell, by a map that came from the other thread', async () => {
  const compiled = await client.compile(cell(4, 'const a: number = 1;\n  throw new Error("x")'));
  if (!compiled.ok) throw new Error('the cell was refused');
  const line = compiled.js.split('\n')[1] ?? '';
  const stack = `Error: x\n    at ${compiled.scriptName}:2:${line.indexOf('new Error') + 1}`;
  expect(client.mapStack(stack)).toBe('Error: x\n    at Cell [4] line 2:9');
});

test('of a cell that failed half way, later cells know what had its value', async () => {
  await client.compile(cell(5, 'const done = 1\nfunction f() {}\nconst missed = 2'));
  client.rollback('cell-5', 5, 2);
  expect((await client.compile(cell(6, 'done; f()'))).ok).toBe(true);
  expect((await client.compile(cell(7, 'missed'))).ok).toBe(false);
});

test('nothing is known after the variables are gone', async () => {
  client.forget();
  expect((await client.compile(cell(8, 'word'))).ok).toBe(false);
  expect(log).toEqual([]);
});
