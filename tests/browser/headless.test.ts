import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainText } from './harness/cell-output.ts';
import { withHeadlessNotebook } from './harness/headless-notebook.ts';
import { JupyterServer } from './harness/jupyter-server.ts';
import { kernelProcess, killSessionProcess } from './harness/kernel-processes.ts';
import { notebookJson } from './harness/notebook-file.ts';
import { until } from './harness/until.ts';

let server: JupyterServer;
beforeAll(async () => {
  server = await JupyterServer.start({
    files: {
      'late.ipynb': notebookJson(["setTimeout(() => console.log('late'), 300);\n'now'", '2 + 3']),
      'wrong.ipynb': notebookJson(['1 + 1', "const n: number = 'x'", "'never reached'"]),
      'killed.ipynb': notebookJson([
        'const kept = 1',
        "console.log('runs');\nawait new Promise(setImmediate);\nwhile (true) {}",
        '6 * 7',
      ]),
    },
  });
});
afterAll(() => server?.stop());

test('output that comes after a later cell has run is put under the cell that caused it', async () => {
  await withHeadlessNotebook(server, 'late.ipynb', async (notebook) => {
    const [first, second] = await notebook.runAll();
    expect(plainText(second?.outputs ?? [])).toBe('5\n');
    await notebook.untilOutputs(() => plainText(notebook.outputsOf('cell-0')).includes('late'));
    expect(plainText(first?.outputs ?? [])).toBe("'now'\nlate\n");
    expect(plainText(second?.outputs ?? [])).toBe('5\n');
  });
});

test('a notebook stops at the first cell that fails, which says why', async () => {
  await withHeadlessNotebook(server, 'wrong.ipynb', async (notebook) => {
    const cells = await notebook.runAll();
    expect(cells.map(({ status }) => status)).toEqual(['ok', 'error']);
    expect(plainText(cells[1]?.outputs ?? [])).toContain("not assignable to type 'number'");
  });
});

test('the kernel outlives a kill -9 of the process that runs the cells, and leaves no process behind', async () => {
  const pid = await withHeadlessNotebook(server, 'killed.ipynb', async (notebook) => {
    await notebook.run(0);
    const kernelPid = kernelProcess(notebook.kernel.id).pid;
    const busy = notebook.run(1);
    // A kernel is busy before the cell runs: it is checked first.
    await notebook.untilOutputs(() => plainText(notebook.outputsOf('cell-1')).includes('runs'));
    killSessionProcess(notebook.kernel.id);
    expect((await busy).status).toBe('error');
    const after = await notebook.run(2);
    expect(plainText(after.outputs)).toBe('42\n');
    expect(kernelProcess(notebook.kernel.id).pid).toBe(kernelPid);
    return kernelPid;
  });
  expect(await server.rest('api/kernels')).toEqual([]);
  await until(() => !lives(pid), { what: `the end of kernel process ${pid}` });
});

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
