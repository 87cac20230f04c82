import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { freePort } from '../browser/harness/free-port.ts';
import { root } from './script-module.ts';

/** Runs a command of npm's in a process group of its own, collecting what it says. */
function npm(...args: string[]) {
  const child = spawn('npm', args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(said);
        if (match === null) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      void ended.then(() => reject(new Error(`npm ended without saying ${String(pattern)}:\n${said}`)));
      look();
    });
  // As a terminal does on Ctrl-C: the whole group gets the signal.
  const signal = (name: NodeJS.Signals) => {
    const running = child.exitCode === null && child.signalCode === null;
    if (child.pid !== undefined && running) process.kill(-child.pid, name);
  };
  return { says, ended, signal, said: () => said };
}

test('npm start on a machine that is set up serves the first notebook in less than 10 s; Ctrl-C stops it all', async () => {
  const port = await freePort();
  const began = performance.now();
  const start = npm('start', '--', '--no-browser', '--port', String(port));
  try {
    const [, url] = await start.says(/^\s*(http:\S+token=\w+)/m);
    const page = await fetch(url ?? '');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('jupyter-config-data');
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(url).toContain(`127.0.0.1:${port}/lab/tree/notebooks/01-first-stream.ipynb`);
    const withoutToken = await fetch(`http://127.0.0.1:${port}/api/kernels`);
    expect(withoutToken.status).toBe(403);
    const kernelspecs = await fetch(`http://127.0.0.1:${port}/api/kernelspecs`, {
      headers: { authorization: `token ${new URL(url ?? '').searchParams.get('token')}` },
    });
    expect(JSON.stringify(await kernelspecs.json())).toContain('Tidemark (TypeScript)');

    start.signal('SIGINT');
    await start.ended;
    expect(start.said()).toContain('Stopped.');
    await expect(fetch(`http://127.0.0.1:${port}/api`)).rejects.toThrow();
  } finally {
    start.signal('SIGKILL');
  }
});

test('a port that is taken is said to be, with what to do', async () => {
  const port = await freePort();
  const first = npm('start', '--', '--no-browser', '--port', String(port));
  try {
    await first.says(/token=/);
    const second = npm('start', '--', '--no-browser', '--port', String(port));
    expect(await second.ended).not.toBe(0);
    expect(second.said()).toMatch(/port is already in use[^]*Next step: choose another one/);
  } finally {
    first.signal('SIGINT');
    await first.ended;
  }
});

test('an option that does not exist is answered with those that do', async () => {
  const start = npm('start', '--', '--prot', '9999');
  expect(await start.ended).not.toBe(0);
  expect(start.said()).toMatch(/--prot[^]*--no-browser/);
});
