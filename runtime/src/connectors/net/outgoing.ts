import type { PreparedCommit, SinkWriter, SinkWriterContext } from '../../operators/sink.ts';
import type { BackOff } from './back-off.ts';

/** A connection that messages are handed to. */
export interface OutgoingConnection {
  /** Calls back when the message has left the process, with an error if it has not. */
  send(message: string | Uint8Array, done: (error?: Error | null) => void): void;
  close(): void;
}

/** Opens a connection; `broken` is called once when it breaks or cannot be made, with what is to be said of it. */
export type Connect = (
  opened: (connection: OutgoingConnection) => void,
  broken: (reason: string) => void,
) => () => void;

/** Messages under way and waiting before the job is made to wait. */
const MAX_WAITING = 4_096;

/**
 * Hands messages to a connection that may break: those that had not left the process then are sent again by the next one. A cut
 * waits until all of them have left, and those that had not are in its state; so nothing is lost by a crash of the job, and
 * what is lost with a connection is what the system had taken.
 */
export class OutgoingWriter<T> implements SinkWriter<T> {
  readonly #encode: (value: T) => string | Uint8Array;
  readonly #connect: Connect;
  readonly #backOff: BackOff;
  readonly #context: SinkWriterContext;
  readonly #failure: (reason: string, attempts: number) => Error;
  readonly #lost: (reason: string) => Error;
  /** Not known to have left, oldest first. */
  #waiting: (string | Uint8Array)[] = [];
  /** How many of them were handed to the connection. */
  #sent = 0;
  #connection: OutgoingConnection | undefined;
  #disconnect: () => void = () => undefined;
  #attempts = 0;
  #connected = false;
  #closed = false;
  /** Messages that have left, in all. */
  #leftCount = 0;
  /** Cuts that wait until so many have left. */
  #cuts: { readonly count: number; readonly drained: PromiseWithResolvers<void> }[] = [];

  constructor(
    encode: (value: T) => string | Uint8Array,
    connect: Connect,
    backOff: BackOff,
    context: SinkWriterContext,
    failure: (reason: string, attempts: number) => Error,
    lost: (reason: string) => Error,
  ) {
    this.#encode = encode;
    this.#connect = connect;
    this.#backOff = backOff;
    this.#context = context;
    this.#failure = failure;
    this.#lost = lost;
    backOff.onTrouble = (trouble) => context.trouble(trouble);
    this.#open();
  }

  get blocked(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  write(value: T): void {
    this.#waiting.push(this.#encode(value));
    this.#send();
  }

  prepareCommit(): PreparedCommit | undefined {
    if (this.#waiting.length === 0) return undefined;
    const drained = Promise.withResolvers<void>();
    this.#cuts.push({ count: this.#leftCount + this.#waiting.length, drained });
    return { committable: undefined, ready: drained.promise };
  }

  /** What a cut waits for still leaves; the rest is dropped. */
  close(): void {
    this.#closed = true;
    const wanted = (this.#cuts.at(-1)?.count ?? 0) - this.#leftCount;
    this.#waiting.length = Math.min(this.#waiting.length, Math.max(wanted, this.#sent));
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (!this.#closed || this.#cuts.length > 0) return;
    this.#backOff.stop();
    this.#connection?.close();
    this.#disconnect();
  }

  #open(): void {
    this.#attempts += 1;
    this.#disconnect = this.#connect(
      (connection) => {
        this.#connected = true;
        this.#attempts = 0;
        this.#backOff.succeeded();
        this.#connection = connection;
        this.#sent = 0;
        this.#send();
      },
      (reason) => this.#onBroken(reason),
    );
  }

  #send(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    while (this.#connection === connection && this.#sent < this.#waiting.length) {
      const message = this.#waiting[this.#sent++]!;
      connection.send(message, (error) => {
        if (!error && this.#connection === connection) this.#left();
      });
    }
  }

  /** The oldest message has left: they leave in the order in which they were handed over. */
  #left(): void {
    const wasBlocked = this.blocked;
    this.#waiting.shift();
    this.#sent -= 1;
    if (wasBlocked && !this.blocked) this.#context.announceReady();
    this.#leftCount += 1;
    while (this.#cuts[0] !== undefined && this.#cuts[0].count <= this.#leftCount)
      this.#cuts.shift()!.drained.resolve();
    this.#endIfDone();
  }

  #onBroken(reason: string): void {
    if (this.#closed && this.#cuts.length === 0) return;
    this.#connection = undefined;
    // An address that never worked is probably wrong.
    if (this.#connected && this.#backOff.tryAgain(() => this.#open(), this.#lost(reason))) return;
    const failure = this.#failure(reason, this.#attempts);
    for (const { drained } of this.#cuts.splice(0)) drained.reject(failure);
    this.#context.fail(failure);
  }
}
