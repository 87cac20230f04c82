import type { Session } from '../session/session.ts';
import type { Content, WireMessage } from '../wire/message.ts';
import type { Channel } from '../wire/sockets.ts';
import type { Execution, Runs } from './execution.ts';
import { readExecution } from './execution.ts';
import type { History } from './history.ts';
import type { Publisher } from './publisher.ts';

export interface ExecutorHost {
  readonly session: Session;
  readonly publisher: Publisher;
  readonly runs: Runs;
  readonly history: History;
  reply(channel: Channel, request: WireMessage, type: string, content: Content, metadata?: Content): void;
  /** At the end of a cell, before its reply. */
  readonly settle: () => Promise<void>;
}

interface Queued {
  readonly channel: Channel;
  readonly request: WireMessage;
}

/** Runs execute requests one after the other; a cell that fails takes those behind it with it (`stop_on_error`). */
export class Executor {
  readonly #host: ExecutorHost;
  readonly #queue: Queued[] = [];
  #running: Queued | undefined;
  #count = 0;
  #run = 0;

  constructor(host: ExecutorHost) {
    this.#host = host;
  }

  /** The request whose cell is running. */
  get running(): WireMessage | undefined {
    return this.#running?.request;
  }

  execute(channel: Channel, request: WireMessage): void {
    this.#queue.push({ channel, request });
    if (!this.#running) void this.#work();
  }

  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      this.#running = next;
      const execution = readExecution(next.request, ++this.#run, this.#count);
      this.#count = execution.executionCount;
      this.#status(next.request, 'busy');
      const behind = await this.#execute(next, execution);
      await this.#host.publisher.drained();
      this.#status(next.request, 'idle');
      for (const queued of behind) this.#abort(queued);
      this.#running = undefined;
    }
  }

  /** Returns the requests that fail with this one. */
  async #execute({ channel, request }: Queued, execution: Execution): Promise<readonly Queued[]> {
    const { publisher, runs, session, history } = this.#host;
    const { executionCount } = execution;
    runs.add(execution);
    if (!execution.silent)
      publisher.message(
        'execute_input',
        { code: execution.code, execution_count: executionCount },
        request.header,
      );
    if (execution.storeHistory) history.add(executionCount, execution.code);
    const { error, report, expressions, payload } = await session.run(execution);
    await this.#host.settle();
    const metadata = report ? { tidemark: report } : {};
    if (error) {
      const { ename, evalue, traceback } = error;
      if (!execution.silent) publisher.message('error', { ename, evalue, traceback }, request.header);
      await publisher.drained();
      const content = { status: 'error', execution_count: executionCount, ename, evalue, traceback };
      // Requests sent with this one may still be in the socket. What is sent after the reply was seen is not aborted.
      await new Promise((resolve) => setImmediate(resolve));
      const behind = execution.stopOnError ? this.#queue.splice(0) : [];
      this.#host.reply(channel, request, 'execute_reply', content, metadata);
      return behind;
    }
    await publisher.drained();
    this.#host.reply(
      channel,
      request,
      'execute_reply',
      { status: 'ok', execution_count: executionCount, user_expressions: expressions, payload },
      metadata,
    );
    return [];
  }

  #abort({ channel, request }: Queued): void {
    this.#status(request, 'busy');
    const content = { status: 'aborted', execution_count: this.#count };
    this.#host.reply(channel, request, 'execute_reply', content);
    this.#status(request, 'idle');
  }

  #status(request: WireMessage, state: 'busy' | 'idle'): void {
    this.#host.publisher.message('status', { execution_state: state }, request.header);
  }
}
