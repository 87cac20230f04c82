import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');
const KEPT_LOG_BYTES = 200_000;

/** Settings of JupyterLab that would make a test depend on the network or on the clock. */
const SETTINGS: Record<string, unknown> = {
  '@jupyterlab/apputils-extension/notification': { fetchNews: 'false', checkForUpdates: false },
  '@jupyterlab/docmanager-extension/plugin': { autosave: false },
};

export interface ServerOptions {
  /** Files of the server's root folder: name → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files copied there: name → path from the checkout's root. */
  readonly copies?: Readonly<Record<string, string>>;
  /** More environment variables, which kernels inherit. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables that the server must not see. */
  readonly unset?: readonly string[];
  /** More command-line options for JupyterLab. */
  readonly args?: readonly string[];
}

/**
 * A real JupyterLab from .venv, with the installed kernel and extension, in fresh folders of its own. One `stop()` ends
 * it and its kernels and deletes the folders; use {@link withJupyterServer} where a function's span is the server's.
 */
export class JupyterServer {
  readonly url: string;
  /** What a client must know to be let in: kernels run any code. */
  readonly token = randomBytes(24).toString('hex');
  /** The server's root folder, where the notebooks are. */
  readonly folder: string;
  readonly #home: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #log = '';

  private constructor(options: ServerOptions, port: number) {
    // JupyterLab compares real paths, and on some machines the temporary folder is behind a link.
    this.#home = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-lab-')));
    this.folder = join(this.#home, 'notebooks');
    this.url = `http://127.0.0.1:${port}/`;
    this.#writeFolders(options);
    this.#process = this.#spawn(options, port);
    // A test runner that is ended in the middle of a test runs no `finally`.
    process.once('exit', () => this.#killGroup());
    this.#exited = new Promise((settle) => this.#process.once('close', () => settle()));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on(
        'data',
        (chunk: Buffer) => (this.#log = (this.#log + chunk.toString()).slice(-KEPT_LOG_BYTES)),
      );
    }
  }

  /** Starts a server and waits until it answers. */
  static async start(options: ServerOptions = {}): Promise<JupyterServer> {
    const server = new JupyterServer(options, await freePort());
    try {
      await until(async () => server.#answers(), {
        timeoutMs: 60_000,
        what: () => `JupyterLab's answer\n${server.#log}`,
      });
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** What the server and its kernels wrote to their standard output and error, the last 200 kB. */
  get log(): string {
    return this.#log;
  }

  /** A request to the server's REST interface, such as `rest('api/kernels')`; throws on an error status. */
  async rest(
    path: string,
    init?: { method?: string; body?: string; headers?: Record<string, string> },
  ): Promise<unknown> {
    const headers = { authorization: `token ${this.token}`, ...init?.headers };
    const answer = await fetch(new URL(path, this.url), { ...init, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init?.method ?? 'GET'} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** The id of the kernel that the notebook at `path` runs on. */
  async kernelIdOf(path: string): Promise<string> {
    const sessions = (await this.rest('api/sessions')) as { path: string; kernel: { id: string } }[];
    const session = sessions.find((candidate) => candidate.path === path);
    if (session === undefined) throw new Error(`no session for '${path}' among ${JSON.stringify(sessions)}`);
    return session.kernel.id;
  }

  /** The notebook as it was last saved, parsed. */
  async savedNotebook(path: string): Promise<unknown> {
    return JSON.parse(await readFile(join(this.folder, path), 'utf8'));
  }

  /** Milliseconds of the epoch at which a file in the root folder was last written. */
  async lastWritten(path: string): Promise<number> {
    return (await stat(join(this.folder, path))).mtimeMs;
  }

  /** Ends the server, its kernels and their processes, and deletes its folders. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM'); // ends the kernels in good order
      const kill = setTimeout(() => this.#killGroup(), 15_000);
      await this.#exited;
      clearTimeout(kill);
    }
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #answers(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`JupyterLab ended while starting:\n${this.#log}`);
    const answer = await fetch(new URL('api/status', this.url), {
      headers: { authorization: `token ${this.token}` },
    }).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.ok === true;
  }

  #writeFolders(options: ServerOptions): void {
    for (const name of ['notebooks', 'config', 'data', 'runtime', 'workspaces'])
      mkdirSync(join(this.#home, name));
    for (const [name, settings] of Object.entries(SETTINGS)) {
      this.#write(join('settings', `${name}.jupyterlab-settings`), JSON.stringify(settings));
    }
    for (const [name, text] of Object.entries(options.files ?? {}))
      this.#write(join('notebooks', name), text);
    for (const [name, source] of Object.entries(options.copies ?? {})) {
      this.#write(join('notebooks', name), readFileSync(join(root, source)));
    }
  }

  #write(path: string, content: string | Buffer): void {
    const file = join(this.#home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  #spawn(options: ServerOptions, port: number): ChildProcess {
    const python = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    if (!existsSync(python)) throw new Error(`There is no ${python}. Next step: npm run setup`);
    const args = [
      '-m',
      'jupyterlab',
      '--no-browser',
      '--allow-root',
      '--expose-app-in-browser',
      '--ip=127.0.0.1',
      `--port=${port}`,
      '--ServerApp.port_retries=0',
      `--ServerApp.root_dir=${this.folder}`,
      '--LabApp.extension_manager=readonly',
      ...(options.args ?? []),
    ];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      JUPYTER_TOKEN: this.token,
      JUPYTER_CONFIG_DIR: join(this.#home, 'config'),
      JUPYTER_DATA_DIR: join(this.#home, 'data'),
      JUPYTER_RUNTIME_DIR: join(this.#home, 'runtime'),
      JUPYTERLAB_SETTINGS_DIR: join(this.#home, 'settings'),
      JUPYTERLAB_WORKSPACES_DIR: join(this.#home, 'workspaces'),
      ...options.env,
    };
    // What the test runner sets for its own workers is not the kernel's business.
    for (const name of ['NODE_OPTIONS', 'NODE_ENV', 'VITEST', 'JUPYTER_PATH', ...(options.unset ?? [])])
      delete env[name];
    return spawn(python, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }

  #killGroup(): void {
    try {
      if (this.#process.pid !== undefined) process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
}

/** Runs `work` with a server that is stopped however `work` ends. */
export async function withJupyterServer<T>(
  options: ServerOptions,
  work: (server: JupyterServer) => Promise<T>,
): Promise<T> {
  const server = await JupyterServer.start(options);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}
