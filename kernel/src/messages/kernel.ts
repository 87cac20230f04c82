import type { LanguageClient } from '../language/language-client.ts';
import type { Log } from '../wire/log.ts';
import type { Content, ParentHeader, WireMessage } from '../wire/message.ts';
import type { Channel, Sockets } from '../wire/sockets.ts';
import { Comms } from './comms.ts';
import { Executor } from './execute.ts';
import { Runs } from './execution.ts';
import { History } from './history.ts';
import { kernelInfo } from './kernel-info.ts';
import { completeReply, inspectReply, isCompleteReply } from './language-requests.ts';
import { Publisher } from './publisher.ts';
import type { Session } from '../session/session.ts';

export interface KernelOptions {
  readonly sockets: Sockets;
  readonly historyFile: string;
  readonly log: Log;
  /** Ends everything; called before the reply to a shutdown request. */
  readonly shutdown: (restart: boolean) => Promise<void>;
  /** Called after the reply. */
  readonly exit: () => void;
  /** At the end of a cell, before its reply. */
  readonly settle: () => Promise<void>;
}

type Handler = (request: WireMessage, channel: Channel) => Content | Promise<Content> | undefined;

/** Takes requests and gives each its reply, between `busy` and `idle`. Nothing here waits for a running cell. */
export class Kernel {
  readonly publisher: Publisher;
  readonly runs = new Runs();
  readonly comms: Comms;
  readonly #options: KernelOptions;
  readonly #history: History;
  readonly #handlers: Readonly<Record<string, Handler>>;
  #session: Session | undefined;
  #executor: Executor | undefined;
  #asked: WireMessage | undefined;
  #early: { channel: Channel; request: WireMessage }[] = [];

  constructor(options: KernelOptions) {
    this.#options = options;
    const { sockets } = options;
    this.publisher = new Publisher((...message) => sockets.publish(...message));
    this.comms = new Comms({
      publish: (...message) => sockets.publish(...message),
      toSession: (message) => this.#session?.client.send(message),
    });
    this.#history = new History(options.historyFile);
    this.#handlers = this.#table();
  }

  /** From here on, cells run. Requests that came earlier have waited. */
  serve(session: Session): void {
    this.#session = session;
    this.#executor = new Executor({
      session,
      publisher: this.publisher,
      runs: this.runs,
      history: this.#history,
      reply: (channel, request, type, content, metadata) =>
        this.#options.sockets.reply(channel, request, type, content, metadata),
      settle: this.#options.settle,
    });
    for (const { channel, request } of this.#early.splice(0)) this.onRequest(channel, request);
  }

  /** Asks the user; the answer comes as `input_reply` on the stdin channel. */
  prompt(parent: ParentHeader, text: string, password: boolean): void {
    const asked = this.#executor?.running;
    if (!asked || asked.header !== parent) return;
    this.#asked = asked;
    this.#options.sockets.reply('stdin', asked, 'input_request', { prompt: text, password });
  }

  onRequest(channel: Channel, request: WireMessage): void {
    const type = request.header.msg_type;
    if (type === 'kernel_info_request') return void this.#answer(channel, request, () => kernelInfo());
    if (!this.#session || !this.#executor) {
      this.#early.push({ channel, request });
      return;
    }
    if (type === 'execute_request') return this.#executor.execute(channel, request);
    if (type === 'input_reply') return this.#onInput(request);
    const handler = this.#handlers[type];
    if (!handler) return this.#options.log(`ignored a message of unknown type ${type} on ${channel}`);
    void this.#answer(channel, request, handler);
  }

  #table(): Record<string, Handler> {
    return {
      is_complete_request: ({ content }) => this.#ask((language) => isCompleteReply(language, content)),
      complete_request: ({ content }) => this.#ask((language) => completeReply(language, content)),
      inspect_request: ({ content }) => this.#ask((language) => inspectReply(language, content)),
      history_request: ({ content }) => this.#history.answer(content),
      comm_info_request: ({ content }) => this.comms.info(content['target_name']),
      comm_open: (request) => {
        this.comms.onOpen(request);
        return undefined;
      },
      comm_msg: (request) => {
        this.comms.onMessage(request);
        return undefined;
      },
      comm_close: (request) => {
        this.comms.onClose(request);
        return undefined;
      },
      interrupt_request: () => {
        this.#session?.interrupt();
        return { status: 'ok' };
      },
      debug_request: ({ content }) => ({
        type: 'response',
        request_seq: content['seq'],
        success: false,
        command: content['command'],
        message: 'The debugger is not supported by this version of Tidemark.',
      }),
      shutdown_request: async ({ content }) => {
        const restart = content['restart'] === true;
        await this.#history.flush();
        await this.#options.shutdown(restart);
        setImmediate(() => this.#options.exit());
        return { status: 'ok', restart };
      },
    };
  }

  async #ask(answer: (language: LanguageClient) => Promise<Content>): Promise<Content> {
    return this.#session ? answer(this.#session.language) : {};
  }

  async #answer(channel: Channel, request: WireMessage, handler: Handler): Promise<void> {
    const { sockets, log } = this.#options;
    const type = request.header.msg_type;
    sockets.publish('status', { execution_state: 'busy' }, request.header);
    try {
      const content = await handler(request, channel);
      if (content) sockets.reply(channel, request, type.replace(/_request$/, '_reply'), content);
    } catch (error) {
      log(`${type} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const [ename, evalue] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
      if (type.endsWith('_request')) {
        const content = { status: 'error', ename, evalue, traceback: [] };
        sockets.reply(channel, request, type.replace(/_request$/, '_reply'), content);
      }
    }
    sockets.publish('status', { execution_state: 'idle' }, request.header);
    // A frontend shows the last status it heard, and a cell may still be running.
    const running = this.#executor?.running;
    if (running) sockets.publish('status', { execution_state: 'busy' }, running.header);
  }

  #onInput({ content }: WireMessage): void {
    if (!this.#asked) return;
    this.#asked = undefined;
    this.#session?.client.send({ type: 'input', value: String(content['value'] ?? '') });
  }
}
