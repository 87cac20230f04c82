import { DataStream, Table, TableResult, type ParamOptions, type ViewOptions } from 'tidemark';
import {
  openSession,
  openStore,
  SessionEnvironment,
  setEmbeddedLogPath,
  setExecutionEnvironment,
} from 'tidemark/session';
import type { CellReport, CellRun, Dataflow, DataflowOptions } from './dataflow.ts';
import { badLabels } from '../errors.ts';
import { functionDescriber } from './describe-function.ts';
import { LiveViews } from './live-views.ts';
import { showJob } from './job-display.ts';
import { Notices } from './notices.ts';
import { showParam } from './param-api.ts';
import { SessionClock } from './session-clock.ts';
import { inspectShortly } from './short-inspect.ts';
import { SqlNames } from './sql-names.ts';
import { SqlResult } from './sql-result.ts';

/** A view or sink that has nothing more to do. */
const ENDED: ReadonlySet<string> = new Set(['finished', 'failed', 'canceled']);

/** Opens the streams of a notebook's session: its environment, its views, its store. */
export async function createDataflow(options: DataflowOptions): Promise<Dataflow> {
  const views = new LiveViews(options.post);
  // It lives and dies with the session's own store.
  setEmbeddedLogPath(options.storePath.replace(/\.sqlite$/, '') + '.kafka.sqlite');
  const notices = new Notices();
  const describer = functionDescriber();
  const store = await openStore(options.storePath, (warning) => options.warn(warning));
  const session = await openSession(
    {
      announceView: (view) => views.announce(view),
      openView: (viewId) => views.open(viewId),
      refreshView: (viewId) => views.reset(viewId),
      closeView: (viewId) => views.close(viewId),
      labelsChanged: (name) => views.relabel(name),
      showParams: (params) => options.post({ type: 'params', params }),
      print: (cell, line) => options.print(cell, `${line}\n`),
      inCell: options.inCell,
      currentCell: options.currentCell,
      describe: describer.describe,
      variablesOf: describer.variablesOf,
      variable: describer.variable,
      warn: (message) => options.warn(message),
      notice: (cell, place, notice) => options.inCell(cell, () => notices.show(cell, place, notice)),
    },
    store,
    options.resume,
  );
  for (const [path, written] of options.labels ?? []) {
    if (!session.labels.takeOver(written)) throw badLabels(path, 'it is another JSON');
  }
  let awaited: readonly string[] = [];
  const sayAwaited = (): void => {
    const cellIds = [...new Set(session.waiting().map(({ cell }) => cell))];
    if (cellIds.join('\n') === awaited.join('\n')) return;
    awaited = cellIds;
    options.post({ type: 'cells-awaited', cellIds });
  };
  sayAwaited();
  const clock = new SessionClock(
    session,
    (state) => options.post({ type: 'clock', clock: state }),
    options.warn,
  );
  inspectShortly();
  const env = new SessionEnvironment(session);
  setExecutionEnvironment(env);
  env.nameVariables(describer.valueOf);
  const sqlNames = new SqlNames(env, describer.valueOf, options.postCatalog);
  const show = (value: unknown, viewOptions: ViewOptions = {}): unknown => {
    if (value instanceof DataStream) return value.show(viewOptions);
    throw new TypeError(
      'show(x) needs a stream; for any other value use display(x), or make it the last expression of the cell.',
    );
  };

  return {
    globals: {
      env,
      show,
      sql: (texts: TemplateStringsArray, ...values: readonly unknown[]) => env.sqlTemplate(texts, values),
      watermarks: (stream: unknown, viewOptions: ViewOptions = {}) =>
        show(stream, { ...viewOptions, kind: 'watermarks' }),
      param: (name: string, paramOptions: ParamOptions) =>
        showParam(env.param(name, paramOptions), session.params),
    },
    beginCell: (cell) => {
      env.typeVariables(cell.streams);
      session.beginCell(cell.cellId, cell.deletedCells);
    },
    endCell: async (cell: CellRun, failed: boolean): Promise<CellReport> => {
      const label = { text: `[${cell.executionCount}]`, executionCount: cell.executionCount };
      const report = session.endCell(cell.cellId, label, failed, cell.touched);
      sqlNames.cellEnded(cell.touched);
      sayAwaited();
      await session.settled();
      return report;
    },
    showValue: (value) => {
      if (value instanceof DataStream || value instanceof Table) value.show();
      else if (value instanceof TableResult && value.table !== undefined)
        value.table.show({ title: titleOf(value.statement) });
      else if (value instanceof TableResult && value.jobName !== undefined) {
        const cell = options.currentCell() ?? '';
        const { jobName } = value;
        showJob(cell, titleOf(value.statement), () => session.jobStatus(cell, jobName));
      } else if (!session.isView(value)) return false;
      return true;
    },
    displayable: (value) => (value instanceof TableResult ? new SqlResult(value) : value),
    get paused() {
      return session.engine.paused;
    },
    hasStreams: () => session.jobs().some(({ status }) => !ENDED.has(status)),
    pause: () => session.pause(),
    resume: () => session.resume(),
    requestStop: () => session.requestStop(),
    afterTermination: () => {
      const interrupted = session.afterTermination();
      if (interrupted !== undefined) {
        options.warn(
          `${interrupted} was interrupted in the middle of a record. It stands before that record; edit its cell and run it again, or env.resume().`,
        );
      }
    },
    control: (action, value) => clock.control(action, value),
    setParam: (name, value) => {
      const state = session.params.states().find((one) => one.name === name);
      // The page may show a slider of a cell that has been edited since.
      if (state) session.params.set(name, Math.min(state.max, Math.max(state.min, value)));
    },
    labelRow: (viewId, rowId, label) => {
      views
        .label(viewId, rowId, label)
        .catch((error: unknown) => options.warn(error instanceof Error ? error.message : String(error)));
    },
    resetView: (viewId) => views.reset(viewId),
    close: async () => {
      clock.stop();
      session.close();
      views.stop();
      await store.close();
    },
  };
}

/** What stands above the live view of a query. */
function titleOf(statement: string): string {
  return statement.length > 60 ? `${statement.slice(0, 59)}…` : statement;
}
