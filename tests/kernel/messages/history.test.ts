import { mkdtempSync, rmSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { History } from '../../../kernel/src/messages/history.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-history-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(): History {
  return new History(join(folder, 'deeper', 'notebook.jsonl'));
}

test('inputs are answered by tail, range and search', async () => {
  const history = open();
  for (const [line, input] of ['let a = 1', 'a + 1', 'let a = 1'].entries()) history.add(line + 1, input);
  expect(await history.answer({ hist_access_type: 'tail', n: 2 })).toEqual({
    status: 'ok',
    history: [
      [1, 2, 'a + 1'],
      [1, 3, 'let a = 1'],
    ],
  });
  expect(
    (await history.answer({ hist_access_type: 'range', session: 0, start: 1, stop: 2 }))['history'],
  ).toEqual([[1, 1, 'let a = 1']]);
  expect(
    (await history.answer({ hist_access_type: 'search', pattern: 'let?a*', unique: true }))['history'],
  ).toEqual([[1, 3, 'let a = 1']]);
  expect((await history.answer({ hist_access_type: 'tail', n: 1, output: true }))['history']).toEqual([
    [1, 3, ['let a = 1', null]],
  ]);
});

test('a later session knows the inputs of earlier ones, whatever else is in the file', async () => {
  const first = open();
  first.add(1, 'from before');
  await first.flush();
  appendFileSync(join(folder, 'deeper', 'notebook.jsonl'), '{"session": 1, "li');
  const second = open();
  expect((await second.answer({ hist_access_type: 'tail', n: 5 }))['history']).toEqual([
    [1, 1, 'from before'],
  ]);
  expect((await second.answer({ hist_access_type: 'range', session: -1, start: 0 }))['history']).toEqual([
    [1, 1, 'from before'],
  ]);
});
