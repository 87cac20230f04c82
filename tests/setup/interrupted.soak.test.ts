import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './script-module.ts';

const KILLS = 8;
const SPAN_MS = 45_000;
const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);

/** Numbers in [0, 1) that a seed determines. */
function* randoms(from: number) {
  let state = from >>> 0;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function setUp(checkout: string) {
  const child = spawn('npm', ['run', 'setup'], {
    cwd: checkout,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const kill = () => {
    const running = child.exitCode === null && child.signalCode === null;
    if (child.pid !== undefined && running) process.kill(-child.pid, 'SIGKILL');
  };
  return { ended, kill, said: () => said };
}

test(`a set-up killed at ${KILLS} random moments (TIDEMARK_SEED=${seed}) is completed by the next one`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-clone-'));
  const checkout = join(folder, 'tidemark');
  try {
    expect(spawnSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', root, checkout]).status).toBe(0);
    const random = randoms(seed);
    for (let kills = 0; kills < KILLS; kills += 1) {
      const run = setUp(checkout);
      const timer = setTimeout(run.kill, Number(random.next().value) * SPAN_MS);
      await run.ended;
      clearTimeout(timer);
    }
    const last = setUp(checkout);
    expect(await last.ended, last.said()).toBe(0);
    const again = setUp(checkout);
    expect(await again.ended, again.said()).toBe(0);

    const node = spawnSync(join(checkout, 'node_modules', '.bin', 'node'), ['--version'], {
      encoding: 'utf8',
    });
    expect(node.stdout).toMatch(/^v24\./);
    const python = join(checkout, '.venv', 'bin', 'python');
    const lab = spawnSync(python, ['-m', 'jupyterlab', '--version'], { encoding: 'utf8' });
    expect(lab.stdout).toMatch(/^4\.6\./);
    const share = join(checkout, '.venv', 'share', 'jupyter');
    const kernel = JSON.parse(readFileSync(join(share, 'kernels', 'tidemark', 'kernel.json'), 'utf8')) as {
      argv: string[];
    };
    expect(kernel.argv[0]).toContain(checkout);
    expect(existsSync(join(share, 'labextensions', '@tidemark', 'labextension', 'package.json'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
