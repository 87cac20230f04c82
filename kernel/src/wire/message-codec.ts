import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Content, MessageHeader, ParentHeader, WireMessage } from './message.ts';

const DELIMITER = Buffer.from('<IDS|MSG>');
const PROTOCOL_VERSION = '5.4';
/** Signatures remembered against replays; jupyter_client keeps 65,536 as well. */
const REMEMBERED = 65_536;

/** Why a message is not handed on. */
export type Rejection = { readonly rejected: string };

export interface OutgoingMessage {
  readonly type: string;
  readonly content: Content;
  readonly parent: ParentHeader;
  readonly metadata?: Content;
  readonly buffers?: readonly Uint8Array[];
}

/** Turns frames into messages and back; signs, checks signatures, refuses replays. */
export class MessageCodec {
  readonly #key: string;
  readonly #algorithm: string;
  readonly #session = randomUUID();
  readonly #seen = new Set<string>();
  #count = 0;

  constructor(key: string, signatureScheme: string) {
    this.#key = key;
    this.#algorithm = signatureScheme.replace(/^hmac-/, '');
  }

  /** Frames of a message, without a routing prefix. `body` is the size of its JSON in bytes. */
  encode(message: OutgoingMessage): Uint8Array[] {
    const header: MessageHeader = {
      msg_id: `${this.#session}_${this.#count++}`,
      msg_type: message.type,
      session: this.#session,
      username: 'kernel',
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    };
    const parts = [header, message.parent, message.metadata ?? {}, message.content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    );
    return [DELIMITER, Buffer.from(this.#sign(parts)), ...parts, ...(message.buffers ?? [])];
  }

  decode(frames: readonly Uint8Array[]): WireMessage | Rejection {
    const at = frames.findIndex((frame) => DELIMITER.equals(frame));
    if (at < 0) return { rejected: 'no <IDS|MSG> delimiter' };
    const [signature, header, parent, metadata, content, ...buffers] = frames.slice(at + 1);
    if (!signature || !header || !parent || !metadata || !content) return { rejected: 'too few frames' };
    if (this.#key !== '') {
      const given = Buffer.from(signature).toString('latin1');
      const right = this.#sign([header, parent, metadata, content]);
      if (given.length !== right.length || !timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(right)))
        return { rejected: 'wrong signature' };
      if (this.#seen.has(given)) return { rejected: 'signature seen before (a replay)' };
      this.#remember(given);
    }
    try {
      const parsed = parseHeader(header);
      if (!parsed) return { rejected: 'header without msg_id or msg_type' };
      return {
        identities: frames.slice(0, at),
        header: parsed,
        parentHeader: parseObject(parent) as Partial<MessageHeader>,
        metadata: parseObject(metadata),
        content: parseObject(content),
        buffers,
      };
    } catch (error) {
      return { rejected: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  #sign(parts: readonly Uint8Array[]): string {
    if (this.#key === '') return '';
    const hmac = createHmac(this.#algorithm, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  #remember(signature: string): void {
    this.#seen.add(signature);
    if (this.#seen.size <= REMEMBERED) return;
    const oldest = this.#seen.values().next();
    if (!oldest.done) this.#seen.delete(oldest.value);
  }
}

function parseObject(frame: Uint8Array): Content {
  const value: unknown = JSON.parse(Buffer.from(frame).toString('utf8'));
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Content) : {};
}

function parseHeader(frame: Uint8Array): MessageHeader | undefined {
  const header = parseObject(frame);
  if (typeof header['msg_id'] !== 'string' || typeof header['msg_type'] !== 'string') return undefined;
  return header as unknown as MessageHeader;
}
