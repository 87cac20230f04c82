// The kernel room's one error class and the messages it gives to people: what happened, likely cause, next step.

export interface KernelErrorOptions {
  /** What the message speaks of, as plain data, for tools and tests. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error of the kernel; `code` is stable, the message is not. */
export class KernelError extends Error {
  override readonly name: string = 'KernelError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: KernelErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The connection file is missing or not what Jupyter writes. */
export function badConnectionFile(path: string, why: string, cause?: unknown): KernelError {
  return new KernelError(
    'bad-connection-file',
    `The connection file ${path} cannot be used: ${why}. Jupyter writes this file and passes its path when it starts a kernel; start the kernel from JupyterLab or by jupyter_client.`,
    { details: { path, why }, cause },
  );
}

/** A cell was interrupted by the user. */
export function interrupted(): KernelError {
  return new KernelError(
    'interrupted',
    'The cell was interrupted. Variables, state and views are kept; run the cell again when you are ready.',
  );
}

/** An interrupt with no cell running. */
export function streamsPaused(): string {
  return 'Streams paused by the interrupt; their clock stands still. env.resume(), or the Resume button of a view, lets them go on.';
}

/** Under a cell that ran while the streams were paused. */
export function streamsStillPaused(): string {
  return 'The streams are paused: views do not move. env.resume() lets them go on.';
}

/** An interrupt that has not stopped a cell: JavaScript is stopped at once, a native call when it returns. */
export function stillRunning(ms: number): string {
  return `The interrupt has not stopped this cell within ${ms / 1000} s: it is inside a native call that does not return (such as execSync). It stops when the call returns. To go on now, restart the kernel (Kernel → Restart Kernel): views and snapshots are kept, and env.restore() in the first cell brings the last snapshot back.`;
}

/** How the session process ended, in words. */
export function sessionEnd(code: number | null, signal: string | null): string {
  if (signal === 'SIGKILL')
    return 'was killed (signal SIGKILL: by hand, or by the system when memory ran out)';
  if (signal === 'SIGABRT' || code === 134)
    return 'aborted (SIGABRT: most often JavaScript ran out of heap memory)';
  if (signal !== null) return `was ended by signal ${signal}`;
  return `ended with exit code ${code ?? 'unknown'}`;
}

/** The process that runs the cells died; the kernel lives on. */
export function sessionDied(code: number | null, signal: string | null): KernelError {
  return new KernelError(
    'session-died',
    `The session process ${sessionEnd(code, signal)}. Its variables and functions are gone; state, recordings and views are kept. Re-run your cells to resume.`,
    { details: { exitCode: code, signal } },
  );
}

/** A cell called `process.exit()`. */
export function exitInCell(code: unknown): KernelError {
  return new KernelError(
    'exit-in-cell',
    `process.exit(${code === undefined ? '' : String(code)}) was called, which would end the session with all its variables and streams. To stop the kernel use Kernel → Shut Down Kernel; to leave a cell early, throw an error or return from a function.`,
    { details: { exitCode: code } },
  );
}

/** What to do about a module that is not there. */
export function moduleAdvice(specifier: string, directory: string): string {
  const local = /^[./]/.test(specifier);
  const name = specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : (specifier.split('/')[0] ?? specifier);
  return local
    ? `Check the path: it is taken from the notebook's folder, ${directory}.`
    : `Install it in the notebook's folder (${directory}) with: npm install ${name}`;
}

/** A module that the notebook's folder does not have. */
export function unknownModule(specifier: string, directory: string, cause?: unknown): KernelError {
  const next = moduleAdvice(specifier, directory);
  return new KernelError('unknown-module', `Cannot find module '${specifier}'. ${next}`, {
    details: { specifier, directory },
    cause,
  });
}

/** `prompt()` in an execution that has nobody to ask. */
export function stdinNotAllowed(): KernelError {
  return new KernelError(
    'stdin-not-allowed',
    'prompt() cannot ask: this client did not allow input (allow_stdin is false, as when a notebook is executed without a user). Give the value in the code, or run the cell in JupyterLab.',
  );
}

/** `prompt()` outside a running cell. */
export function promptOutsideCell(): KernelError {
  return new KernelError(
    'prompt-outside-cell',
    'prompt() was called when its cell had already ended, so there is nobody to ask. Await it in the cell itself: const name = await prompt("name? ").',
  );
}

/** A magic that does not exist. */
export function unknownMagic(name: string, known: readonly string[]): KernelError {
  return new KernelError(
    'unknown-magic',
    `There is no magic ${name}. There are: ${known.join(', ')}. A line that begins with % is a magic; TypeScript lines never do.`,
    { details: { name, known } },
  );
}

/** A magic that was given something it cannot use. */
export function badMagicArgument(usage: string, why: string): KernelError {
  return new KernelError('bad-magic-argument', `${why} Usage: ${usage}`, { details: { usage } });
}

/** A magic that needs a part of the session that is not there. */
export function magicUnavailable(name: string): KernelError {
  return new KernelError(
    'magic-unavailable',
    `${name} needs the session's streams, and this session has none that answer to it.`,
    { details: { name } },
  );
}

/** Something asked of a display handle or comm that has no meaning. */
export function badBundle(value: unknown): KernelError {
  return new KernelError(
    'bad-bundle',
    `display(value, { raw: true }) takes an object from MIME types to data, such as { 'text/html': '<b>hi</b>' }, and was given ${value === null ? 'null' : typeof value}. Leave raw out to have any value shown.`,
  );
}

/** The type checker itself failed; the cell was not run. */
export function languageServiceFailed(why: string): KernelError {
  return new KernelError(
    'language-service-failed',
    `The type checker failed (${why}), so the cell was not run. Run it again; if that fails too, restart the kernel and please report the cell.`,
    { details: { why } },
  );
}

/** `progress()` of something that has no steps. */
export function badProgress(of: unknown): KernelError {
  return new KernelError(
    'bad-progress',
    `progress(steps) takes a number of steps above 0, or a list or other iterable, and was given ${of === null ? 'null' : typeof of === 'number' ? String(of) : typeof of}. For example: for (const item of progress(items)) …`,
  );
}

/** A file that `tidemark run` was given and that is no notebook. */
export function badNotebook(path: string, cause: unknown): KernelError {
  const why = cause instanceof Error ? cause.message : 'it has no cells';
  return new KernelError(
    'bad-notebook',
    `${path} cannot be run as a notebook: ${why}. Give the path of an .ipynb file, as in: tidemark run my-notebook.ipynb`,
    { details: { path }, cause },
  );
}

/** `--labels` names a file that cannot be read, or holds something else. */
export function badLabels(path: string, why: string, cause?: unknown): KernelError {
  return new KernelError(
    'bad-labels',
    `${path} holds no labels: ${why}. Write it in the notebook that has them: writeFileSync('labels.json', JSON.stringify(labels)), ` +
      'where labels is what env.labels() gives.',
    { details: { path, why }, cause },
  );
}

/** A magic in a job, where nobody looks. */
export function magicLeftOut(name: string): string {
  return `${name} is for notebooks and is left out of the job.`;
}
