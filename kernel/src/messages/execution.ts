import type { ParentHeader, WireMessage } from '../wire/message.ts';

/** One execution: what was asked, and to what its output belongs. */
export interface Execution {
  readonly run: number;
  readonly cellId: string;
  readonly executionCount: number;
  readonly code: string;
  readonly silent: boolean;
  readonly allowStdin: boolean;
  readonly stopOnError: boolean;
  readonly storeHistory: boolean;
  readonly deletedCells: readonly string[];
  readonly expressions: Readonly<Record<string, string>>;
  readonly request: WireMessage;
}

/** Reads an execute request. `executionCount` is that of the last stored execution. */
export function readExecution(request: WireMessage, run: number, executionCount: number): Execution {
  const { content, metadata } = request;
  const silent = content['silent'] === true;
  const storeHistory = !silent && content['store_history'] !== false;
  const count = executionCount + (storeHistory ? 1 : 0);
  const cellId = metadata['cellId'];
  const deleted = metadata['deletedCells'];
  return {
    run,
    cellId: typeof cellId === 'string' && cellId !== '' ? cellId : `#${run}`,
    executionCount: count,
    code: typeof content['code'] === 'string' ? content['code'] : '',
    silent,
    allowStdin: content['allow_stdin'] !== false,
    stopOnError: content['stop_on_error'] !== false,
    storeHistory,
    deletedCells: Array.isArray(deleted) ? deleted.map(String) : [],
    expressions: readExpressions(content['user_expressions']),
    request,
  };
}

function readExpressions(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, code]) => [name, String(code)]));
}

/** Runs kept for output that comes late. */
const KEPT = 20_000;

/** To which request the output of a run belongs, also long after it ended. */
export class Runs {
  readonly #parents = new Map<number, ParentHeader>();
  readonly #latest = new Map<string, ParentHeader>();
  #last: ParentHeader = {};

  add({ run, cellId, request }: Execution): void {
    this.#parents.set(run, request.header);
    this.#latest.set(cellId, request.header);
    this.#last = request.header;
    const oldest = this.#parents.keys().next();
    if (this.#parents.size > KEPT && !oldest.done) this.#parents.delete(oldest.value);
  }

  /** The request of a run; the last one for a run nobody knows. */
  parent(run: number): ParentHeader {
    return this.#parents.get(run) ?? this.#last;
  }

  /** The last request of a notebook cell. */
  ofCell(cellId: string | undefined): ParentHeader {
    return (cellId === undefined ? undefined : this.#latest.get(cellId)) ?? this.#last;
  }

  get last(): ParentHeader {
    return this.#last;
  }
}
