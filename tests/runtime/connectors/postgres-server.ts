import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContextOptions, type TLSSocketOptions } from 'node:tls';
import { PGlite } from '@electric-sql/pglite';

/** A type byte and its length, which counts itself; the first message of a connection has no type. */
const LENGTH_BYTES = 4;
/** In the place of a version: asks for TLS. */
const TLS_REQUEST = 80_877_103;
const TERMINATE = 'X'.charCodeAt(0);

const READY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

/** A port with TLS. */
interface Secured {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * PostgreSQL itself, compiled to WebAssembly, behind a port: what comes by the wire is handed to it, message by message. It
 * has one session: while a connection is in a transaction the others wait.
 */
export class PostgresServer {
  readonly database: PGlite;
  readonly port: number;
  /** Whose certificates were shown by those who came by TLS. */
  readonly peers: (string | undefined)[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The end of the turn that was given last. */
  #last: Promise<void> = Promise.resolve();
  /** Connections whose next message is waited for. */
  readonly #waiting = new Map<Socket, () => void>();

  private constructor(database: PGlite, server: Server) {
    this.database = database;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<PostgresServer> {
    const database = await PGlite.create();
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new PostgresServer(database, server);
  }

  /** A further port, where a client has to ask for TLS first and, with `requestCert`, to show a certificate. */
  async listenSecurely(options: SecureContextOptions & TLSSocketOptions): Promise<Secured> {
    const secureContext = createSecureContext(options);
    const secured = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.once('data', (request) => {
        if (request.length !== 8 || request.readUInt32BE(LENGTH_BYTES) !== TLS_REQUEST)
          return socket.destroy();
        socket.write('S');
        const secure = new TLSSocket(socket, { ...options, isServer: true, secureContext });
        secure.on('error', () => undefined);
        secure.once('secure', () => {
          this.peers.push(secure.getPeerCertificate().subject?.CN?.toString());
          this.#serve(secure);
        });
        return;
      });
    });
    await new Promise<void>((listening) => secured.listen(0, '127.0.0.1', listening));
    const { port } = secured.address() as AddressInfo;
    return { port, stop: () => new Promise((closed) => secured.close(() => closed())) };
  }

  /** Breaks every connection, as a server that goes down does. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.disconnect();
    await new Promise((closed) => this.#server.close(closed));
    await this.#last;
    await this.database.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const messages: Uint8Array[] = [];
    let waiting = Buffer.alloc(0);
    let started = false;
    let working = false;
    const work = async (): Promise<void> => {
      if (working) return;
      working = true;
      while (messages.length > 0) {
        const release = await this.#turn();
        await this.#answerUntilIdle(socket, messages);
        release();
      }
      working = false;
    };
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#wake(socket);
    });
    socket.on('data', (data) => {
      waiting = Buffer.concat([waiting, data]);
      for (;;) {
        const before = started ? 1 : 0;
        if (waiting.length < before + LENGTH_BYTES) break;
        const end = before + waiting.readUInt32BE(before);
        if (waiting.length < end) break;
        const message = Uint8Array.from(waiting.subarray(0, end));
        waiting = waiting.subarray(end);
        started = true;
        if (before === 1 && message[0] === TERMINATE) return void socket.end();
        messages.push(message);
      }
      this.#wake(socket);
      void work();
    });
  }

  /** Resolves when no other connection is at work, with what ends the turn. */
  async #turn(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }

  async #answerUntilIdle(socket: Socket, messages: Uint8Array[]): Promise<void> {
    for (;;) {
      const message = messages.shift();
      if (message !== undefined) {
        const answer = await this.database.execProtocolRaw(message);
        if (!socket.destroyed) socket.write(answer);
        if (endsIdle(answer)) return;
      } else if (socket.destroyed) {
        await this.database.exec('ROLLBACK');
        return;
      } else await new Promise<void>((said) => this.#waiting.set(socket, said));
    }
  }

  #wake(socket: Socket): void {
    this.#waiting.get(socket)?.();
    this.#waiting.delete(socket);
  }
}

/** The last message of the answer says that the connection is in no transaction. */
function endsIdle(answer: Uint8Array): boolean {
  return answer.at(-6) === READY && answer.at(-1) === IDLE;
}
