import { createHmac, randomUUID } from 'node:crypto';

export interface Message {
  readonly channel: 'shell' | 'control' | 'stdin' | 'iopub';
  readonly type: string;
  readonly parentId: string | undefined;
  readonly content: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

/** Frames of a request, written from the protocol's text alone, so that the kernel's own codec is not its own judge. */
export function encodeRequest(
  key: string,
  type: string,
  content: object,
  metadata: object = {},
  parent: object = {},
): { id: string; frames: Buffer[] } {
  const id = randomUUID();
  const header = {
    msg_id: id,
    msg_type: type,
    session: 'test',
    username: 'test',
    date: new Date().toISOString(),
    version: '5.4',
  };
  const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
  return { id, frames: [Buffer.from('<IDS|MSG>'), Buffer.from(signatureOf(key, parts)), ...parts] };
}

export function signatureOf(key: string, parts: readonly Buffer[]): string {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

/** Reads a message; throws when its signature is not right. */
export function decodeMessage(
  key: string,
  channel: Message['channel'],
  frames: readonly Uint8Array[],
): Message {
  const at = frames.findIndex((frame) => Buffer.from(frame).toString('latin1') === '<IDS|MSG>');
  const [signature, header, parent, metadata, content, ...buffers] = frames
    .slice(at + 1)
    .map((frame) => Buffer.from(frame));
  if (!signature || !header || !parent || !metadata || !content)
    throw new Error('a message with too few frames');
  const hmac = createHmac('sha256', key);
  for (const part of [header, parent, metadata, content]) hmac.update(part);
  if (hmac.digest('hex') !== signature.toString('latin1'))
    throw new Error('a message with a wrong signature');
  const read = (part: Buffer): Record<string, unknown> =>
    JSON.parse(part.toString('utf8')) as Record<string, unknown>;
  return {
    channel,
    type: String(read(header)['msg_type']),
    parentId: read(parent)['msg_id'] as string | undefined,
    content: read(content),
    metadata: read(metadata),
    buffers,
  };
}
