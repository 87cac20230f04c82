import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ENGINE_FLAGS } from './engine-flags.ts';
import { FrameReader } from './frame-reader.ts';
import type { FromSession, ToSession } from './ipc.ts';
import { OUTBOX_FD, WATCHDOG_FD } from './ipc.ts';

export interface SessionOptions {
  readonly cwd: string;
  readonly storePath: string;
  readonly onMessage: (message: FromSession) => void;
  /** What native code or a child process of a cell writes to the session's real stdout or stderr. */
  readonly onRawOutput: (name: 'stdout' | 'stderr', text: string) => void;
  /** The process died without having been asked to. */
  readonly onDeath: (code: number | null, signal: string | null) => void;
}

/** How long an asked session may take to end (ms), before it is killed. */
const END_MS = 2_000;

/** The kernel process's end of the session process: starts it, talks to it, notices its death. */
export class SessionClient {
  readonly #options: SessionOptions;
  #child: ChildProcess | undefined;
  #ready = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get alive(): boolean {
    return this.#child !== undefined;
  }

  /** True if the process had come up; a process that dies before is not started again by itself. */
  get wasReady(): boolean {
    return this.#ready;
  }

  /** Starts a process; `resume` after a crash (law 8). */
  start(resume: boolean): void {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const entry = new URL(`./session-main.${extension}`, import.meta.url);
    const child = fork(entry, [this.#options.storePath, resume ? '1' : '0'], {
      cwd: this.#options.cwd,
      serialization: 'advanced',
      // Without the first, terminating a loop in a timer aborts the process.
      execArgv: [
        '--no-force-async-hooks-checks',
        '--disable-warning=ExperimentalWarning',
        ...ENGINE_FLAGS,
        ...sourceConditions(),
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#ready = false;
    const reader = new FrameReader((message) => {
      const said = message as FromSession;
      if (said.type === 'ready') this.#ready = true;
      this.#options.onMessage(said);
    });
    (child.stdio[OUTBOX_FD] as Readable).on('data', (bytes: Buffer) => reader.push(bytes));
    this.#watchRaw(child.stdout, 'stdout');
    this.#watchRaw(child.stderr, 'stderr');
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    child.on('error', () => undefined);
    // 'close' comes after all that the process wrote has been read.
    child.on('close', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#options.onDeath(code, signal);
    });
  }

  send(message: ToSession): void {
    this.#child?.send(message, () => undefined);
  }

  /** Interrupts: the session is told, and so is its watchdog, which hears it while cells loop. */
  interrupt(): void {
    this.send({ type: 'interrupt' });
    ((this.#child?.stdio as readonly unknown[] | undefined)?.[WATCHDOG_FD] as Writable | undefined)?.write(
      'i',
    );
  }

  /** Ends the process in order, or kills it when it does not end. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.send({ type: 'shutdown' } satisfies ToSession, () => undefined);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await ended;
    clearTimeout(timer);
  }

  #watchRaw(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      // Node says this on its way out, because of the watchdog's inspector session.
      const said = text.replace('Waiting for the debugger to disconnect...\n', '');
      if (said !== '') this.#options.onRawOutput(name, said);
    });
  }
}

/** Run from sources, `tidemark` is resolved to sources in the session as well. */
function sourceConditions(): string[] {
  return process.execArgv.filter((argument) => argument.startsWith('--conditions='));
}
