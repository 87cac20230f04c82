import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { SessionEnvironment } from 'tidemark/session';
import { showError } from '../display/show-error.ts';
import { magicLeftOut } from '../errors.ts';
import { LanguageClient } from '../language/language-client.ts';
import { openCellSession, type CellSession } from '../session/cell-session.ts';
import { cellParts } from '../session/cell-source.ts';
import { diagnosticsError } from '../session/diagnostics-error.ts';
import { receiveInstead } from '../session/outbox.ts';
import { JobOutput, type JobStreams } from './job-output.ts';
import { readLabels } from './labels-file.ts';
import { readNotebook, type NotebookCell } from './notebook-cells.ts';

/** Ms between two looks at whether the streams have come to their end. */
const LOOK_MS = 50;

/** What a job may be told. */
export interface JobOptions {
  /** Files of labels to begin with. */
  readonly labels?: readonly string[];
}

/**
 * Runs a notebook as a job: in this process, without Jupyter, its cells from top to bottom and then its streams until they
 * end, or until `stop`. Cells are checked and run as in a notebook; what they print goes to the streams given, and views
 * are written as tables in the end. The process is the job's from then on: cells have its global scope.
 * @returns true if no cell and no stream has failed
 */
export async function runNotebook(
  path: string,
  streams: JobStreams,
  stop: AbortSignal,
  options: JobOptions = {},
): Promise<boolean> {
  const file = resolve(path);
  const cells = await readNotebook(file);
  const labels = new Map<string, unknown>();
  for (const one of options.labels ?? []) labels.set(one, await readLabels(one));
  const cwd = dirname(file);
  process.chdir(cwd);
  // The job's state is gone when it ends: what is to last is what its sinks have written.
  const store = await mkdtemp(join(tmpdir(), 'tidemark-job-'));
  const language = new LanguageClient(cwd, (line) => streams.stderr.write(`${line}\n`));
  const output = new JobOutput(streams, (text) => language.mapStack(text));
  receiveInstead(output.receive);
  const session = openCellSession(join(store, `${basename(file, '.ipynb')}.sqlite`), false, labels);
  try {
    await session.ready;
    await runCells(cells, { session, language, output, cwd, stop });
    if (!output.failed) await streamsEnd(session, output, stop);
    await session.dataflow?.close();
    if (!output.failed) output.writeViews();
  } catch (error) {
    output.error(showError(error));
  } finally {
    await language.close();
    await rm(store, { recursive: true, force: true });
  }
  return !output.failed;
}

interface Job {
  readonly session: CellSession;
  readonly language: LanguageClient;
  readonly output: JobOutput;
  readonly cwd: string;
  readonly stop: AbortSignal;
}

async function runCells(cells: readonly NotebookCell[], job: Job): Promise<void> {
  for (const [at, cell] of cells.entries()) {
    if (job.output.failed || job.stop.aborted) return;
    await runCell(cell, at + 1, job);
  }
}

async function runCell(cell: NotebookCell, executionCount: number, job: Job): Promise<void> {
  const { session, language, output, cwd } = job;
  const { magics, code, timed } = cellParts(cell.code);
  for (const { name } of magics) output.receive(warning(executionCount, magicLeftOut(name)));
  if (code === undefined || code.trim() === '') return;
  const compiled = await language.compile({ cellId: cell.id, name: '', executionCount, code });
  if (!compiled.ok) return output.error(diagnosticsError(compiled.diagnostics, executionCount, cwd));
  await session.runner.run({
    type: 'run',
    run: executionCount,
    cellId: cell.id,
    executionCount,
    deletedCells: [],
    code: cell.code,
    js: compiled.js,
    hasValue: compiled.hasValue,
    streams: compiled.streams,
    silent: false,
    allowStdin: false,
    timed,
  });
  language.commit(cell.id, executionCount);
}

function warning(run: number, text: string) {
  return { type: 'output', chunks: [{ run, name: 'stderr', text: `${text}\n` }] } as const;
}

/** Waits for all streams to end, or for one to fail. */
async function streamsEnd(session: CellSession, output: JobOutput, stop: AbortSignal): Promise<void> {
  const env = session.dataflow?.globals['env'] as SessionEnvironment | undefined;
  while (session.dataflow?.hasStreams() && !output.failed && !stop.aborted) {
    await new Promise((settle) => setTimeout(settle, LOOK_MS));
  }
  for (const { name, status } of env?.jobs() ?? []) {
    if (status === 'failed' && !output.failed) output.failure(`${name} has failed.`);
  }
}
