import { Reply, Router, XPublisher } from 'zeromq';
import type { ConnectionInfo } from './connection-file.ts';
import { endpoint } from './connection-file.ts';
import type { Log } from './log.ts';
import type { Content, ParentHeader, WireMessage } from './message.ts';
import { MessageCodec } from './message-codec.ts';

export type Channel = 'shell' | 'control' | 'stdin';

/** What arrives on a socket that takes requests. */
export type RequestHandler = (channel: Channel, message: WireMessage) => void;

/** The kernel's five sockets: takes requests, sends replies, publishes. Nothing here knows what messages mean. */
export class Sockets {
  readonly #codec: MessageCodec;
  readonly #log: Log;
  // Sends without a timeout and without a high-water mark are synchronous, in order and never refused (EBUSY).
  readonly #routers = {
    shell: new Router({ sendTimeout: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 }),
    control: new Router({ sendTimeout: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 }),
    stdin: new Router({ sendTimeout: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 }),
  };
  readonly #iopub: XPublisher;
  readonly #heartbeat = new Reply({ linger: 0 });

  constructor(key: string, signatureScheme: string, log: Log) {
    this.#codec = new MessageCodec(key, signatureScheme);
    this.#log = log;
    this.#iopub = new XPublisher({
      sendTimeout: 0,
      sendHighWaterMark: 0,
      linger: 1000,
      verbosity: 'allSubs',
    });
  }

  async listen(info: ConnectionInfo, onRequest: RequestHandler): Promise<void> {
    await Promise.all([
      this.#heartbeat.bind(endpoint(info, 'hb_port')),
      this.#iopub.bind(endpoint(info, 'iopub_port')),
      this.#routers.stdin.bind(endpoint(info, 'stdin_port')),
      this.#routers.control.bind(endpoint(info, 'control_port')),
      this.#routers.shell.bind(endpoint(info, 'shell_port')),
    ]);
    void this.#echo();
    void this.#welcome();
    void this.#receive('control', onRequest);
    void this.#receive('stdin', onRequest);
    void this.#receive('shell', onRequest);
  }

  /** Answers on the channel that the request came by. */
  reply(channel: Channel, request: WireMessage, type: string, content: Content, metadata?: Content): void {
    const frames = this.#codec.encode({ type, content, parent: request.header, metadata });
    this.#send(this.#routers[channel], [...request.identities, ...frames], type);
  }

  publish(
    type: string,
    content: Content,
    parent: ParentHeader,
    metadata?: Content,
    buffers?: readonly Uint8Array[],
  ): void {
    const frames = this.#codec.encode({ type, content, parent, metadata, buffers });
    this.#send(this.#iopub, [Buffer.from(topic(type, content)), ...frames], type);
  }

  close(): void {
    for (const socket of [...Object.values(this.#routers), this.#iopub, this.#heartbeat]) socket.close();
  }

  #send(socket: Router | XPublisher, frames: Uint8Array[], type: string): void {
    socket.send(frames).catch((error: unknown) => {
      this.#log(`could not send ${type}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  async #receive(channel: Channel, onRequest: RequestHandler): Promise<void> {
    for await (const frames of this.#routers[channel]) {
      const message = this.#codec.decode(frames);
      if ('rejected' in message) this.#log(`ignored a message on ${channel}: ${message.rejected}`);
      else onRequest(channel, message);
    }
  }

  async #echo(): Promise<void> {
    for await (const beat of this.#heartbeat) await this.#heartbeat.send(beat);
  }

  /** JEP 65: greets every subscriber, who then knows that nothing published from now on is missed. */
  async #welcome(): Promise<void> {
    for await (const [frame] of this.#iopub) {
      if (!frame || frame[0] !== 1) continue;
      const subscription = Buffer.from(frame.subarray(1)).toString('utf8');
      const content = { subscription };
      const frames = this.#codec.encode({ type: 'iopub_welcome', content, parent: {} });
      this.#send(this.#iopub, [Buffer.from(subscription), ...frames], 'iopub_welcome');
    }
  }
}

function topic(type: string, content: Content): string {
  return type === 'stream' ? `stream.${String(content['name'])}` : type;
}
