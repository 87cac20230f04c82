import { serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../kernel/src/session/frame-reader.ts';

function frame(value: unknown): Buffer {
  const body = serialize(value);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

test('messages come out whole and in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string()),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (values, cuts) => {
        const bytes = Buffer.concat(values.map(frame));
        const seen: unknown[] = [];
        const reader = new FrameReader((value) => seen.push(value));
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          reader.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(seen).toEqual(values);
      },
    ),
  );
});
