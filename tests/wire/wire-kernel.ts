import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import type * as ZeroMQ from 'zeromq';
import { Execution } from './execution.ts';
import type { Message } from './wire-message.ts';
import { decodeMessage, encodeRequest, signatureOf } from './wire-message.ts';

const root = resolve(import.meta.dirname, '..', '..');
const zmq = createRequire(join(root, 'kernel', 'package.json'))('zeromq') as typeof ZeroMQ;

export interface ExecuteOptions {
  readonly cellId?: string;
  readonly silent?: boolean;
  readonly storeHistory?: boolean;
  readonly stopOnError?: boolean;
  readonly expressions?: Record<string, string>;
  readonly allowStdin?: boolean;
}

/** The built kernel in a process of its own, and a client that speaks to it from the protocol's text alone. */
export class WireKernel {
  readonly directory: string;
  readonly process: ChildProcess;
  readonly #key: string;
  readonly #folder: string;
  readonly #dealers: Record<'shell' | 'control' | 'stdin', ZeroMQ.Dealer>;
  readonly #iopub = new zmq.Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  readonly #heartbeat = new zmq.Request({ linger: 0 });
  readonly messages: Message[] = [];
  readonly #listeners = new Set<() => void>();
  log = '';

  private constructor(folder: string, directory: string, key: string, child: ChildProcess) {
    this.#folder = folder;
    this.directory = directory;
    this.#key = key;
    this.process = child;
    const routingId = `client-${process.pid}`;
    this.#dealers = {
      shell: new zmq.Dealer({
        routingId,
        linger: 0,
        sendTimeout: 0,
        sendHighWaterMark: 0,
        receiveHighWaterMark: 0,
      }),
      control: new zmq.Dealer({
        routingId,
        linger: 0,
        sendTimeout: 0,
        sendHighWaterMark: 0,
        receiveHighWaterMark: 0,
      }),
      stdin: new zmq.Dealer({
        routingId,
        linger: 0,
        sendTimeout: 0,
        sendHighWaterMark: 0,
        receiveHighWaterMark: 0,
      }),
    };
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      this.log += text;
      this.#changed();
    });
  }

  /** Starts a kernel in a folder of its own and waits until it answers. */
  static async start(
    options: { env?: Record<string, string>; directory?: string } = {},
  ): Promise<WireKernel> {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-wire-'));
    const directory = options.directory ?? mkdtempSync(join(folder, 'notebook-'));
    const key = 'a key of the test';
    const names = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'];
    const ports = await freePorts(names.length);
    const connection = {
      ...Object.fromEntries(names.map((name, index) => [name, ports[index]])),
      ip: '127.0.0.1',
      transport: 'tcp',
      key,
      signature_scheme: 'hmac-sha256',
    };
    const file = join(folder, 'connection.json');
    writeFileSync(file, JSON.stringify(connection));
    const child = spawn(process.execPath, [join(root, 'kernel', 'lib', 'main.js'), file], {
      cwd: directory,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        JPY_SESSION_NAME: join(directory, 'test.ipynb'),
        ...options.env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const kernel = new WireKernel(folder, directory, key, child);
    const [shell, iopub, stdin, control, heartbeat] = ports.map((port) => `tcp://127.0.0.1:${port}`);
    kernel.#connect(shell ?? '', iopub ?? '', stdin ?? '', control ?? '', heartbeat ?? '');
    await kernel.waitFor(({ type }) => type === 'iopub_welcome');
    await kernel.ask('shell', 'kernel_info_request', {});
    return kernel;
  }

  /** Sends a request and returns its id. */
  send(
    channel: 'shell' | 'control' | 'stdin',
    type: string,
    content: object,
    metadata: object = {},
    key = this.#key,
  ): string {
    const { id, frames } = encodeRequest(key, type, content, metadata);
    this.sendFrames(channel, frames);
    return id;
  }

  sendFrames(channel: 'shell' | 'control' | 'stdin', frames: Buffer[]): void {
    void this.#dealers[channel].send(frames);
  }

  /** The signature of a message's four parts. */
  sign(parts: readonly Buffer[]): string {
    return signatureOf(this.#key, parts);
  }

  /** Frames of a request that is not sent yet. */
  request(type: string, content: object): { id: string; frames: Buffer[] } {
    return encodeRequest(this.#key, type, content);
  }

  /** Sends a request and waits for its reply. */
  async ask(
    channel: 'shell' | 'control',
    type: string,
    content: object,
    metadata: object = {},
  ): Promise<Message> {
    const id = this.send(channel, type, content, metadata);
    return this.waitFor((message) => message.parentId === id && message.channel === channel);
  }

  sendExecute(code: string, options: ExecuteOptions = {}): string {
    const content = {
      code,
      silent: options.silent ?? false,
      store_history: options.storeHistory ?? true,
      user_expressions: options.expressions ?? {},
      allow_stdin: options.allowStdin ?? false,
      stop_on_error: options.stopOnError ?? true,
    };
    return this.send(
      'shell',
      'execute_request',
      content,
      options.cellId === undefined ? {} : { cellId: options.cellId },
    );
  }

  /** Runs a cell and waits for its reply and for `idle`. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    return this.finished(this.sendExecute(code, options));
  }

  /** Waits until an execution has been answered and is idle. */
  async finished(id: string): Promise<Execution> {
    const reply = await this.waitFor(({ channel, parentId }) => channel === 'shell' && parentId === id);
    await this.waitFor(
      ({ type, parentId, content }) =>
        type === 'status' && parentId === id && content['execution_state'] === 'idle',
    );
    return new Execution(
      id,
      reply,
      this.messages.filter((message) => message.parentId === id && message.channel === 'iopub'),
    );
  }

  /** What has been published for a request up to now. */
  published(id: string): Message[] {
    return this.messages.filter(({ channel, parentId }) => channel === 'iopub' && parentId === id);
  }

  /** Waits for a message, one that has come already included. */
  async waitFor(wanted: (message: Message) => boolean, ms = 20_000): Promise<Message> {
    let found: Message | undefined;
    await this.until(() => (found = this.messages.find(wanted)) !== undefined, ms);
    if (!found) throw new Error('unreachable');
    return found;
  }

  /** Waits until something that follows from messages or the log is true. */
  until(condition: () => boolean, ms = 20_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        settle();
      };
      const check = (): void => {
        if (condition()) finish(resolve);
      };
      const timer = setTimeout(
        () =>
          finish(() =>
            reject(
              new Error(
                `nothing came within ${ms} ms\nlog: ${this.log}\nlast: ${JSON.stringify(this.messages.slice(-5))}`,
              ),
            ),
          ),
        ms,
      );
      this.#listeners.add(check);
      check();
    });
  }

  async interrupt(): Promise<void> {
    await this.ask('control', 'interrupt_request', {});
  }

  /** Sends a heartbeat and returns its echo. */
  async beat(text: string): Promise<string> {
    await this.#heartbeat.send(text);
    const [echo] = await this.#heartbeat.receive();
    return String(echo);
  }

  /** The session process, which runs the cells. */
  sessionPid(): number {
    return this.#childWith('session-main');
  }

  /** The process of TypeScript, which checks the cells. */
  checkerPid(): number {
    return this.#childWith('--api');
  }

  #childWith(argument: string): number {
    const tasks = `/proc/${this.process.pid}/task`;
    // A thread's children are its own.
    const children = readdirSync(tasks).flatMap((task) =>
      readProcess(`${tasks}/${task}/children`).trim().split(' ').filter(Boolean),
    );
    const child = children.find((pid) => readProcess(`/proc/${pid}/cmdline`).includes(argument));
    if (child === undefined) throw new Error(`the kernel has no process with ${argument}`);
    return Number(child);
  }

  get exited(): Promise<number | null> {
    if (this.process.exitCode !== null) return Promise.resolve(this.process.exitCode);
    return new Promise((resolve) => this.process.once('exit', (code) => resolve(code)));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = this.exited;
      this.send('control', 'shutdown_request', { restart: false });
      const timer = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    }
    for (const socket of [...Object.values(this.#dealers), this.#iopub, this.#heartbeat]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #connect(shell: string, iopub: string, stdin: string, control: string, heartbeat: string): void {
    const sockets = { ...this.#dealers, iopub: this.#iopub, heartbeat: this.#heartbeat };
    const addresses = { shell, iopub, stdin, control, heartbeat };
    for (const [name, socket] of Object.entries(sockets)) {
      socket.reconnectInterval = 5;
      socket.connect(addresses[name as keyof typeof addresses]);
    }
    this.#iopub.subscribe();
    for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const) void this.#read(channel);
  }

  async #read(channel: Message['channel']): Promise<void> {
    const socket = channel === 'iopub' ? this.#iopub : this.#dealers[channel];
    for await (const frames of socket) {
      this.messages.push(decodeMessage(this.#key, channel, frames));
      this.#changed();
    }
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Nothing of a process or thread that has ended meanwhile. */
function readProcess(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
