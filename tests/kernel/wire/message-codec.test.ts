import { expect, test } from 'vitest';
import { MessageCodec } from '../../../kernel/src/wire/message-codec.ts';

const KEY = 'secret';
const request = {
  type: 'status',
  content: { text: 'é😀' },
  parent: {},
  metadata: { a: 1 },
  buffers: [new Uint8Array([1, 2])],
};

function codec(key = KEY): MessageCodec {
  return new MessageCodec(key, 'hmac-sha256');
}

test('a message survives the way there', () => {
  const frames = [Buffer.from('client'), ...codec().encode(request)];
  expect(codec().decode(frames)).toMatchObject({
    identities: [Buffer.from('client')],
    header: { msg_type: 'status', version: '5.4' },
    content: { text: 'é😀' },
    metadata: { a: 1 },
    buffers: [new Uint8Array([1, 2])],
  });
});

test.each([2, 3, 4, 5])('a change in frame %i is noticed', (frame) => {
  const frames = codec().encode(request);
  frames[frame] = Buffer.from('{"msg_id":"x","msg_type":"execute_request"}');
  expect(codec().decode(frames)).toEqual({ rejected: 'wrong signature' });
});

test('a message signed with another key is rejected', () => {
  expect(codec().decode(codec('other').encode(request))).toEqual({ rejected: 'wrong signature' });
});

test('a replay is rejected', () => {
  const reader = codec();
  const frames = codec().encode(request);
  expect(reader.decode(frames)).toHaveProperty('content');
  expect(reader.decode(frames)).toEqual({ rejected: 'signature seen before (a replay)' });
});

test('without a key nothing is signed', () => {
  const frames = codec('').encode(request);
  expect(Buffer.from(frames[1] ?? []).toString()).toBe('');
  expect(codec('').decode(frames)).toHaveProperty('content');
});

test('frames that are no message are rejected', () => {
  expect(codec().decode([Buffer.from('x')])).toHaveProperty('rejected');
  expect(codec().decode([Buffer.from('<IDS|MSG>'), Buffer.from('')])).toEqual({ rejected: 'too few frames' });
});
